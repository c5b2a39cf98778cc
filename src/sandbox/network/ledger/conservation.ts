import { innerOf } from './envelope.ts'
import type { AppliedTransaction } from './closed-ledger.ts'
import { issuerOf, native } from './asset.ts'
import { mainAccountOf } from './account-id.ts'
import type { AssetKey, Entry, EntryChange } from './entries.ts'
import { operationSource } from './operation-check.ts'
import { reservesOf } from './reserve.ts'
import type { LedgerState } from './state.ts'
import type { xdr } from '@stellar/stellar-sdk'

/**
 * What must hold after every close (SBX-38), checked on what the ledger changed. A breach is a fault
 * of the simulator: it is thrown, and the network must not go on.
 */

interface Closing {
  readonly state: LedgerState
  readonly transactions: readonly AppliedTransaction[]
  /** Everything the ledger changed, net. */
  readonly changes: readonly EntryChange[]
}

export function assertConserved({ state, transactions, changes }: Closing): void {
  const fees = transactions.reduce((sum, { feeCharged }) => sum + feeCharged, 0n)
  const lumens = totalOf(changes, native) + fees
  if (lumens !== 0n) broken(`${lumens} stroops came out of nowhere`)
  if (sponsorshipDrift(changes) !== 0) broken('sponsored and sponsoring reserves differ')
  for (const { after } of changes) if (after !== undefined) assertSound(state, after)
  for (const transaction of transactions) assertIssued(transaction)
}

function totalOf(changes: readonly EntryChange[], asset: AssetKey): bigint {
  return changes.reduce(
    (sum, { before, after }) => sum + held(after, asset) - held(before, asset),
    0n,
  )
}

function held(entry: Entry | undefined, asset: AssetKey): bigint {
  const holding = entry && holdingIn(entry)
  return holding?.asset === asset ? holding.amount : 0n
}

function holdingIn(
  entry: Entry,
): { readonly asset: AssetKey; readonly amount: bigint } | undefined {
  switch (entry.type) {
    case 'account':
      return { asset: native, amount: entry.balance }
    case 'trustline':
      return { asset: entry.asset, amount: entry.balance }
    case 'claimable_balance':
      return entry
    case 'data':
    case 'offer':
      return undefined
  }
}

/** Reserves that sponsors carry, less those that somebody is relieved of: always the same. */
const sponsorshipDrift = (changes: readonly EntryChange[]): number =>
  changes.reduce((sum, { before, after }) => sum + carried(after) - carried(before), 0)

function carried(entry: Entry | undefined): number {
  if (entry?.type === 'account') return entry.sponsoring - entry.sponsored
  return entry?.type === 'claimable_balance' ? -reservesOf(entry) : 0
}

function assertSound(state: LedgerState, entry: Entry): void {
  if (entry.type === 'account') {
    const counted = state.subentryCount(entry.id) + entry.signers.length
    if (entry.balance < 0n) broken(`${entry.id} is below zero`)
    if (entry.subentries !== counted) broken(`${entry.id} has ${counted} subentries`)
  }
  if (entry.type === 'trustline') {
    const { balance, limit, liabilities } = entry
    const isWithin = balance >= liabilities.selling && balance + liabilities.buying <= limit
    if (!isWithin) broken(`${entry.account} holds ${balance} ${entry.asset}, out of bounds`)
  }
}

/** An asset becomes more or less only where its issuer takes part. */
function assertIssued({ submitted, operations }: AppliedTransaction): void {
  const envelope = innerOf(submitted)
  for (const [index, { changes }] of operations.entries()) {
    const operation = envelope.operations[index]
    if (operation === undefined) continue
    const parties = new Set([
      operationSource(operation, envelope),
      ...destinationOf(operation.body),
      ...sellersIn(changes),
    ])
    for (const asset of creditsIn(changes)) {
      const issuer = issuerOf(asset)
      if (issuer === undefined || parties.has(issuer)) continue
      if (totalOf(changes, asset) !== 0n) broken(`${asset} changed without its issuer`)
    }
  }
}

function destinationOf(body: xdr.OperationBody): readonly string[] {
  if (body.type === 'payment') return [mainAccountOf(body.paymentOp.destination)]
  if (body.type === 'pathPaymentStrictReceive') {
    return [mainAccountOf(body.pathPaymentStrictReceiveOp.destination)]
  }
  if (body.type === 'pathPaymentStrictSend') {
    return [mainAccountOf(body.pathPaymentStrictSendOp.destination)]
  }
  return []
}

const sellersIn = (changes: readonly EntryChange[]): readonly string[] =>
  changes.flatMap(({ before }) => (before?.type === 'offer' ? [before.seller] : []))

const creditsIn = (changes: readonly EntryChange[]): ReadonlySet<AssetKey> =>
  new Set(
    changes.flatMap(({ before, after }) => {
      const entry = after ?? before
      return entry?.type === 'trustline' || entry?.type === 'claimable_balance' ? [entry.asset] : []
    }),
  )

function broken(how: string): never {
  throw new Error(`the ledger does not add up: ${how}`)
}
