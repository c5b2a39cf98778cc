import type { Principal } from '../client/principal.ts'
import type { TransactionEvent } from './event.ts'
import type { Phase } from './lifecycle.ts'
import type { Clearance, Parties, Party } from './parties.ts'
import type { Terms } from './terms.ts'
import type { Memo, Transaction } from './transaction.ts'

/** Everything that was found good about a request, and what the world gives: time, ids, a memo. */
export interface OpeningFacts {
  readonly owner: Pick<Principal, 'account' | 'memo'>
  readonly terms: Terms
  readonly parties: Parties
  readonly fields: Readonly<Record<string, string>>
  readonly language: string
  readonly id: string
  readonly memo: Memo
  readonly now: Date
}

export interface Opening {
  readonly transaction: Transaction
  /** In the order of the versions. Their ids are still to be given. */
  readonly events: readonly Omit<TransactionEvent, 'id'>[]
}

/** The way through the first phases; the last one is where the transaction stands (SEP31-35). */
const firstPhases = {
  cleared: ['awaitingFunds'],
  checking: ['screening'],
  infoMissing: ['screening', 'awaitingInfo'],
  declined: ['screening'],
} as const satisfies Record<Clearance, readonly Phase[]>

/** The new transaction with its first events: one for each phase it went through at once. */
export function openTransaction(facts: OpeningFacts): Opening {
  const phases: readonly Phase[] = firstPhases[facts.parties.clearance]
  const owner = ownerOf(facts.owner)
  const transaction = newTransaction(facts, phases.at(-1) ?? 'screening', phases.length)
  const events = phases.map((to, index) => {
    const from = phases[index - 1]
    return {
      transactionId: facts.id,
      owner,
      type: from === undefined ? 'opened' : 'infoMissing',
      ...(from !== undefined && { from }),
      to,
      version: index + 1,
      at: facts.now,
      actor: { kind: 'client', ...owner },
    } as const
  })
  return { transaction, events }
}

function newTransaction(facts: OpeningFacts, phase: Phase, version: number): Transaction {
  const { terms, now } = facts
  const { asset } = terms
  return {
    id: facts.id,
    kind: 'receive',
    phase,
    version,
    owner: ownerOf(facts.owner),
    assetCode: asset.code,
    assetIn: asset.name,
    amountInUnits: terms.amountInUnits,
    assetOut: asset.payoutAsset.name,
    amountOutUnits: terms.amountOutUnits,
    assetOutDecimals: asset.payoutAsset.decimals,
    ...(terms.destinationAsset !== undefined && { destinationAsset: terms.destinationAsset }),
    fee: terms.fee,
    fundingMethod: terms.fundingMethod,
    ...partyOf('sender', facts.parties.sender),
    ...partyOf('receiver', facts.parties.receiver),
    distributionAccount: asset.distributionAccount,
    memo: facts.memo,
    ...(terms.refundMemo !== undefined && { refundMemo: terms.refundMemo }),
    fields: facts.fields,
    wantedFields: {},
    wantedCustomerFields: [],
    language: facts.language,
    startedAt: now,
    updatedAt: now,
    lapsesAt: new Date(now.getTime() + asset.paymentDeadlineSeconds * 1000),
  }
}

const ownerOf = ({ account, memo }: OpeningFacts['owner']) =>
  memo === undefined ? { account } : { account, memo }

const partyOf = (side: 'sender' | 'receiver', { customer, type }: Party) => ({
  ...(customer !== undefined && { [`${side}Id`]: customer.id }),
  ...(type !== undefined && { [`${side}Type`]: type }),
})
