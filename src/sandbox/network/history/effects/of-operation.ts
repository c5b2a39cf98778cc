import type { xdr } from '@stellar/stellar-sdk'
import { accountAddress, namedAccount } from '../addresses.ts'
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
  accountPairs,
  dataEffects,
  signerEffects,
  sponsorshipEffects,
  trustLineEffects,
} from './changed.ts'
import type { Effect } from './effect.ts'
import { allowTrustEffects, setFlagsEffects } from './line-flags.ts'
import { setOptionsEffects } from './set-options.ts'
import { tradeEffects } from './trades.ts'

/** What an operation did, account by account; nothing when its transaction failed (section 11.5). */
export function effectsOf(stored: StoredOperation): readonly Effect[] {
  if (!stored.transaction.successful) return []
  const read = readOperation(stored)
  return [
    ...(byOperation(EFFECTS, read.body, read) ?? []),
    ...sponsorshipEffects(read.source, stored.changes),
  ]
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
    ...signerEffects(source, stored.changes),
  ],
  changeTrust: (_, { source, stored }) => trustLineEffects(source, stored.changes),
  allowTrust: ({ value }, { source }) => allowTrustEffects(value, source),
  setTrustLineFlags: ({ value }, { source }) => setFlagsEffects(value, source),
  accountMerge: ({ destination }, read) => mergeEffects(namedAccount(destination), read),
  manageData: (_, { source, stored }) => dataEffects(source, stored.changes),
  bumpSequence: ({ value }, { source, stored }) => bumpEffects(value, source, stored),
  createClaimableBalance: ({ value }, { source, stored }) =>
    claimantEffects(value, source, stored.changes),
  claimClaimableBalance: (_, { source, stored }) => claimedEffects(source, stored.changes),
  clawback: ({ value }, { source }) => {
    const sum = { asset: assetKeyOf(value.asset), amount: value.amount }
    return [credited(source, sum), debited(namedAccount(value.from), sum)]
  },
  clawbackClaimableBalance: (_, { source, stored }) => clawedBackEffects(source, stored.changes),
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
  const bumped = accountPairs(changes).some(
    ({ before, after }) => before?.sequence !== after?.sequence,
  )
  return bumped ? [{ on, type: 'sequence_bumped', details: { new_seq: bumpTo.toString() } }] : []
}
