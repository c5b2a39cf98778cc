import type { MemoType } from '../../domain/asset/asset-policy.ts'
import type { Principal } from '../../domain/client/principal.ts'
import type { CustomerTypes } from '../../domain/customer/customer-type.ts'
import type { Customer } from '../../domain/customer/customer.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import { languageOf } from '../../domain/transaction/language.ts'
import { openTransaction as open } from '../../domain/transaction/open.ts'
import { admitParties } from '../../domain/transaction/parties.ts'
import type { Parties, PartiesRefusal } from '../../domain/transaction/parties.ts'
import { readTerms } from '../../domain/transaction/terms.ts'
import type { Assets, OpeningRequest, Terms, TermsRefusal } from '../../domain/transaction/terms.ts'
import { readTransactionFields } from '../../domain/transaction/transaction-fields.ts'
import type { Fields, FieldsRefusal } from '../../domain/transaction/transaction-fields.ts'
import type { Memo, Transaction } from '../../domain/transaction/transaction.ts'
import type { CommitAtOnce, Read } from '../ports/commit.ts'
import type { IdempotentOpening } from '../ports/transaction-records.ts'

export interface OpenTransactionCommand {
  readonly principal: Principal
  readonly request: OpeningRequest
  /** Chosen by the client; the same key with the same request gives the same transaction. */
  readonly idempotencyKey?: string
}

export interface OpenedTransaction {
  readonly transaction: Transaction
  /** An earlier call with this key opened it; this one changed nothing. */
  readonly isReplay: boolean
}

export type OpenRefusal =
  TermsRefusal | PartiesRefusal | FieldsRefusal | { readonly code: 'idempotency_key_reused' }

/**
 * Opens a cross-border payment: SEP-31 POST Transactions, and GraphQL `openTransaction`.
 *
 * Refusals, in this order: `idempotency_key_reused` (same key, other request), then those of `readTerms`,
 * `admitParties` and `readTransactionFields`. Nothing is stored for a refusal (SEP31-34).
 * Failures: `DatabaseUnavailable`.
 * Repeats: with an idempotency key the second call answers the first one's transaction, also when both
 * run at once; without a key each call opens a transaction of its own.
 * Source: SEP-31 3.1.0, POST Transactions, and its older forms.
 */
export type OpenTransaction = (
  command: OpenTransactionCommand,
) => Promise<Outcome<OpenedTransaction, OpenRefusal>>

export interface OpenTransactionParts {
  readonly commitAtOnce: CommitAtOnce
  readonly read: Read
  readonly assets: Assets
  readonly customerTypes: CustomerTypes
  readonly newId: () => string
  readonly newMemo: (type: MemoType) => Memo
  /** A short fingerprint of a text, for comparing requests under one idempotency key. */
  readonly digest: (text: string) => string
  readonly now: () => Date
}

/** Memos are random: even the second try is next to never needed. */
const memoTriesMax = 5

export const openTransaction = (parts: OpenTransactionParts): OpenTransaction =>
  async function openOnce(command): Promise<Outcome<OpenedTransaction, OpenRefusal>> {
    const known = await lookUp(parts, command)
    if (known.opening !== undefined) return replay(known.opening, command, parts)
    const decided = decide(command, known.customers, parts)
    if (!decided.ok) return decided
    for (let tries = 1; tries <= memoTriesMax; tries += 1) {
      const stored = await store(command, decided.value, parts)
      if (stored === 'key_taken') return openOnce(command) // the other call has committed by now
      if (stored !== 'memo_taken') return accepted({ transaction: stored, isReplay: false })
    }
    throw new Error(`No free memo was found in ${memoTriesMax} tries`)
  }

interface Known {
  readonly opening: IdempotentOpening | undefined
  readonly customers: readonly Customer[]
}

async function lookUp({ read }: OpenTransactionParts, command: OpenTransactionCommand) {
  const { principal, request, idempotencyKey } = command
  const ids = [request.senderId, request.receiverId].filter((id) => id !== undefined)
  return read(async ({ transactions, customers }): Promise<Known> => {
    const opening =
      idempotencyKey === undefined
        ? undefined
        : await transactions.openingByKey(principal, idempotencyKey)
    if (opening !== undefined) return { opening, customers: [] }
    return { opening, customers: await customers.findMany(ids) }
  })
}

async function replay(
  opening: IdempotentOpening,
  command: OpenTransactionCommand,
  { read, digest }: OpenTransactionParts,
): Promise<Outcome<OpenedTransaction, OpenRefusal>> {
  if (opening.inputHash !== digest(canonical(command.request))) {
    return refused({ code: 'idempotency_key_reused' })
  }
  const transaction = await read(({ transactions }) => transactions.find(opening.transactionId))
  if (transaction === undefined) throw new Error('An idempotency key names no transaction')
  return accepted({ transaction, isReplay: true })
}

interface Decided {
  readonly terms: Terms
  readonly parties: Parties
  readonly fields: Fields
}

function decide(
  { principal, request }: OpenTransactionCommand,
  customers: readonly Customer[],
  { assets, customerTypes }: OpenTransactionParts,
): Outcome<Decided, OpenRefusal> {
  const terms = readTerms(request, assets)
  if (!terms.ok) return terms
  const { asset, amountInUnits, fundingMethod } = terms.value
  const sender = customers.find(({ id }) => id === request.senderId?.toLowerCase())
  const receiver = customers.find(({ id }) => id === request.receiverId?.toLowerCase())
  const parties = admitParties({
    asset,
    amountInUnits,
    account: principal.account,
    ...(sender && { sender }),
    ...(receiver && { receiver }),
    types: customerTypes,
  })
  if (!parties.ok) return parties
  const fields = readTransactionFields({
    asked: asset.transactionFields,
    given: request.fields,
    fundingMethod,
    customers: [parties.value.sender.customer, parties.value.receiver.customer],
  })
  if (!fields.ok) return fields
  return accepted({ terms: terms.value, parties: parties.value, fields: fields.value })
}

async function store(
  { principal, request, idempotencyKey }: OpenTransactionCommand,
  decided: Decided,
  { commitAtOnce, newId, newMemo, digest, now }: OpenTransactionParts,
): Promise<Transaction | 'memo_taken' | 'key_taken'> {
  const { transaction, events } = open({
    ...decided,
    owner: principal,
    language: languageOf(request.language),
    id: newId(),
    memo: newMemo(decided.terms.asset.memoType),
    now: now(),
  })
  const stored = await commitAtOnce(({ transactions }) =>
    transactions.open({
      transaction,
      events: events.map((event) => ({ ...event, id: newId() })),
      ...(idempotencyKey !== undefined && {
        idempotency: { key: idempotencyKey, inputHash: digest(canonical(request)) },
      }),
    }),
  )
  return stored === 'opened' ? transaction : stored
}

/** The same text for the same request, whatever the order of its keys. */
function canonical({ fields, ...request }: OpeningRequest): string {
  const inOrder = (pairs: object) => Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([inOrder(request), inOrder(fields)])
}
