import type { xdr } from '@stellar/stellar-sdk'
import { accountAddress, claimableBalanceId, namedAccount } from '../addresses.ts'
import type { NamedAccount } from '../addresses.ts'
import { amountWords, assetKeyOf, assetWords } from '../assets.ts'
import { byOperation } from '../by-operation.ts'
import type { ByOperation } from '../by-operation.ts'
import { pathAmounts } from '../path-amounts.ts'
import { readOperation } from '../read-operation.ts'
import type { ReadOperation } from '../read-operation.ts'
import { triedResult } from '../results.ts'
import type { StoredOperation } from '../stored.ts'
import { claimantEffects, claimedEffects, clawedBackEffects } from './balances.ts'
import {
  dataEffects,
  linePairs,
  signerEffects,
  sponsorshipEffects,
  trustLineEffects,
} from './changed.ts'
import type { Effect, EffectType } from './effect.ts'
import { setOptionsEffects } from './set-options.ts'
import { tradeEffects } from './trades.ts'

/** What an operation did, account by account; nothing when its transaction failed (section 11.5). */
export function effectsOf(stored: StoredOperation): readonly Effect[] {
  if (!stored.transaction.successful) return []
  const read = readOperation(stored)
  return [...(byOperation(EFFECTS, read.body, read) ?? []), ...sponsorshipEffects(stored.changes)]
}

const EFFECTS: ByOperation<[ReadOperation], readonly Effect[]> = {
  createAccount: ({ value }, { source }) => createAccountEffects(value, source),
  payment: ({ value }, { source }) => {
    const sum = { asset: assetKeyOf(value.asset), amount: value.amount }
    return [credited(namedAccount(value.destination), sum), debited(source, sum)]
  },
  pathPaymentStrictReceive: (body, read) => pathEffects(body.value, body, read),
  pathPaymentStrictSend: (body, read) => pathEffects(body.value, body, read),
  manageSellOffer: (_, { source, result }) => tradeEffects(source, result),
  manageBuyOffer: (_, { source, result }) => tradeEffects(source, result),
  createPassiveSellOffer: (_, { source, result }) => tradeEffects(source, result),
  setOptions: ({ value }, { source, stored }) => [
    ...setOptionsEffects(value, source),
    ...signerEffects(stored.changes),
  ],
  changeTrust: (_, { stored }) => trustLineEffects(stored.changes),
  allowTrust: (_, { source, stored }) => [
    ...authorizationEffects(source, stored),
    ...lineFlagEffects(source, stored),
  ],
  setTrustLineFlags: (_, { source, stored }) => lineFlagEffects(source, stored),
  accountMerge: ({ destination }, read) => mergeEffects(namedAccount(destination), read),
  manageData: (_, { stored }) => dataEffects(stored.changes),
  bumpSequence: ({ value }, { source, stored }) => bumpEffects(value, source, stored),
  createClaimableBalance: (_, { source, stored }) => claimantEffects(source, stored.changes),
  claimClaimableBalance: (_, { source, stored }) => claimedEffects(source, stored.changes),
  clawback: ({ value }, { source }) => {
    const sum = { asset: assetKeyOf(value.asset), amount: value.amount }
    return [credited(source, sum), debited(namedAccount(value.from), sum)]
  },
  clawbackClaimableBalance: ({ value }, { source, stored }) =>
    clawedBackEffects(source, claimableBalanceId(value.balanceId), stored.changes),
}

interface Sum {
  readonly asset: string
  readonly amount: bigint
}

function sumWords({ asset, amount }: Sum): object {
  return { ...assetWords(asset), amount: amountWords(amount) }
}

function credited(on: NamedAccount, sum: Sum): Effect {
  return { on, type: 'account_credited', details: sumWords(sum) }
}

function debited(on: NamedAccount, sum: Sum): Effect {
  return { on, type: 'account_debited', details: sumWords(sum) }
}

function createAccountEffects(operation: xdr.CreateAccountOp, source: NamedAccount): Effect[] {
  const created = accountAddress(operation.destination)
  const amount = operation.startingBalance
  return [
    {
      on: { account: created },
      type: 'account_created',
      details: { starting_balance: amountWords(amount) },
    },
    debited(source, { asset: 'native', amount }),
    {
      on: { account: created },
      type: 'signer_created',
      details: { weight: 1, public_key: created, key: created },
    },
  ]
}

interface PathPayment {
  readonly sendAsset: xdr.Asset
  readonly destAsset: xdr.Asset
  readonly destination: xdr.MuxedAccount
}

function pathEffects(
  payment: PathPayment,
  body: xdr.OperationBody,
  { source, result }: ReadOperation,
): Effect[] {
  const { sent, received } = pathAmounts(body, result)
  return [
    credited(namedAccount(payment.destination), {
      asset: assetKeyOf(payment.destAsset),
      amount: received,
    }),
    debited(source, { asset: assetKeyOf(payment.sendAsset), amount: sent }),
    ...tradeEffects(source, result),
  ]
}

function mergeEffects(into: NamedAccount, { source, result }: ReadOperation): Effect[] {
  const merged = triedResult(result)?.value
  const amount = merged?.type === 'accountMergeSuccess' ? merged.sourceAccountBalance : 0n
  const sum = { asset: 'native', amount }
  return [
    debited(source, sum),
    credited(into, sum),
    { on: source, type: 'account_removed', details: {} },
  ]
}

function bumpEffects(
  { bumpTo }: xdr.BumpSequenceOp,
  on: NamedAccount,
  { changes }: StoredOperation,
): Effect[] {
  const raised = changes.some(
    ({ before, after }) =>
      before?.type === 'account' && after?.type === 'account' && before.sequence < after.sequence,
  )
  return raised ? [{ on, type: 'sequence_bumped', details: { new_seq: bumpTo.toString() } }] : []
}

function authorizationType(flags: number): EffectType {
  if ((flags & 1) !== 0) return 'trustline_authorized'
  return (flags & 2) === 0
    ? 'trustline_deauthorized'
    : 'trustline_authorized_to_maintain_liabilities'
}

function authorizationEffects(on: NamedAccount, { changes }: StoredOperation): Effect[] {
  return linePairs(changes).flatMap(({ after }): Effect[] => {
    if (!after) return []
    const details = { trustor: after.account, ...assetWords(after.asset) }
    return [{ on, type: authorizationType(after.flags), details }]
  })
}

const LINE_FLAGS = [
  [1, 'authorized_flag'],
  [2, 'authorized_to_maintain_liabilites_flag'],
  [4, 'clawback_enabled_flag'],
] as const

function lineFlagEffects(on: NamedAccount, { changes }: StoredOperation): Effect[] {
  return linePairs(changes).flatMap(({ before, after }): Effect[] => {
    if (!before || !after || before.flags === after.flags) return []
    const changed = LINE_FLAGS.filter(([bit]) => ((before.flags ^ after.flags) & bit) !== 0)
    const details = {
      trustor: after.account,
      ...assetWords(after.asset),
      ...Object.fromEntries(changed.map(([bit, name]) => [name, (after.flags & bit) !== 0])),
    }
    return [{ on, type: 'trustline_flags_updated', details }]
  })
}
