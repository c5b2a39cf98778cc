import type { xdr } from '@stellar/stellar-sdk'
import type { Entry, EntryChange } from '../ledger/entries.ts'
import { accountAddress, namedAccount } from './addresses.ts'

/** The accounts in whose lists an operation appears (section 11.4). */
export function participantsOf(
  operation: xdr.Operation,
  source: string,
  changes: readonly EntryChange[],
): ReadonlySet<string> {
  const accounts = new Set([source, ...namedBy(operation.body)])
  for (const { before, after } of changes) {
    if (before) concern(accounts, before)
    if (after) concern(accounts, after)
  }
  return accounts
}

function concern(accounts: Set<string>, entry: Entry): void {
  if (entry.sponsor !== undefined && entry.type !== 'account') accounts.add(entry.sponsor)
  if (entry.type === 'claimable_balance') {
    for (const { destination } of entry.claimants) accounts.add(destination)
  }
}

function namedBy(body: xdr.OperationBody): readonly string[] {
  switch (body.type) {
    case 'createAccount':
      return [accountAddress(body.createAccountOp.destination)]
    case 'payment':
      return [namedAccount(body.paymentOp.destination).account]
    case 'pathPaymentStrictReceive':
      return [namedAccount(body.pathPaymentStrictReceiveOp.destination).account]
    case 'pathPaymentStrictSend':
      return [namedAccount(body.pathPaymentStrictSendOp.destination).account]
    case 'accountMerge':
      return [namedAccount(body.destination).account]
    default:
      return rarelyNamed(body)
  }
}

function rarelyNamed(body: xdr.OperationBody): readonly string[] {
  switch (body.type) {
    case 'allowTrust':
      return [accountAddress(body.allowTrustOp.trustor)]
    case 'setTrustLineFlags':
      return [accountAddress(body.setTrustLineFlagsOp.trustor)]
    case 'clawback':
      return [namedAccount(body.clawbackOp.from).account]
    case 'createClaimableBalance':
      return body.createClaimableBalanceOp.claimants.map(({ v0 }) => accountAddress(v0.destination))
    case 'beginSponsoringFutureReserves':
      return [accountAddress(body.beginSponsoringFutureReservesOp.sponsoredId)]
    default:
      return []
  }
}

const PAYMENTS: ReadonlySet<xdr.OperationBody['type']> = new Set([
  'createAccount',
  'payment',
  'pathPaymentStrictReceive',
  'pathPaymentStrictSend',
  'accountMerge',
])

export function isPayment(body: xdr.OperationBody): boolean {
  return PAYMENTS.has(body.type)
}

/** The effects of these follow from envelope and result; their changes need not be kept. */
export function explainsItself(body: xdr.OperationBody): boolean {
  return body.type === 'createAccount' || body.type === 'payment'
}
