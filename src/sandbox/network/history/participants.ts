import type { xdr } from '@stellar/stellar-sdk'
import type { Entry, EntryChange, Signer } from '../ledger/entries.ts'
import { accountAddress, namedAccount } from './addresses.ts'
import { byOperation } from './by-operation.ts'
import type { ByOperation } from './by-operation.ts'

/** The accounts in whose lists an operation appears (section 11.4). */
export function participantsOf(
  operation: xdr.Operation,
  source: string,
  changes: readonly EntryChange[],
): ReadonlySet<string> {
  return new Set([source, ...namedBy(operation.body), ...changes.flatMap(newSponsors)])
}

/** Who pays for what came to be; what was paid for before makes nobody a part of it. */
function newSponsors({ before, after }: EntryChange): readonly string[] {
  const known = new Set(signersOf(before).map(({ key }) => key))
  const added = signersOf(after).filter(({ key }) => !known.has(key))
  const sponsors = [before === undefined ? after?.sponsor : undefined, ...added.map(sponsorOf)]
  return sponsors.filter((sponsor) => sponsor !== undefined)
}

const sponsorOf = ({ sponsor }: Signer) => sponsor

function signersOf(entry: Entry | undefined): readonly Signer[] {
  return entry?.type === 'account' ? entry.signers : []
}

/** Whom it has effects on besides: owners of what it changed, as of an offer it took. */
export function affectedBy(changes: readonly EntryChange[]): readonly string[] {
  return changes.flatMap(({ before, after }) => ownerOf(after ?? before) ?? [])
}

function ownerOf(entry: Entry | undefined): string | undefined {
  switch (entry?.type) {
    case 'account':
      return entry.id
    case 'trustline':
    case 'data':
      return entry.account
    case 'offer':
      return entry.seller
    case 'claimable_balance':
    case undefined:
      return undefined
  }
}

const NAMED: ByOperation<[], readonly string[]> = {
  createAccount: ({ createAccountOp }) => [accountAddress(createAccountOp.destination)],
  payment: ({ paymentOp }) => [namedAccount(paymentOp.destination).account],
  pathPaymentStrictReceive: ({ value }) => [namedAccount(value.destination).account],
  pathPaymentStrictSend: ({ value }) => [namedAccount(value.destination).account],
  accountMerge: ({ destination }) => [namedAccount(destination).account],
  allowTrust: ({ allowTrustOp }) => [accountAddress(allowTrustOp.trustor)],
  setTrustLineFlags: ({ setTrustLineFlagsOp }) => [accountAddress(setTrustLineFlagsOp.trustor)],
  clawback: ({ clawbackOp }) => [namedAccount(clawbackOp.from).account],
  createClaimableBalance: ({ createClaimableBalanceOp }) =>
    createClaimableBalanceOp.claimants.map(({ v0 }) => accountAddress(v0.destination)),
  beginSponsoringFutureReserves: ({ value }) => [accountAddress(value.sponsoredId)],
  revokeSponsorship: ({ value }) => ownerOfRevoked(value),
}

function ownerOfRevoked(operation: xdr.RevokeSponsorshipOp): readonly string[] {
  if (operation.type === 'revokeSponsorshipSigner') {
    return [accountAddress(operation.signer.accountId)]
  }
  const { ledgerKey: key } = operation
  if (key.type === 'offer') return [accountAddress(key.offer.sellerId)]
  if (key.type !== 'account' && key.type !== 'trustline' && key.type !== 'data') return []
  return [accountAddress(key.value.accountId)]
}

function namedBy(body: xdr.OperationBody): readonly string[] {
  return byOperation(NAMED, body) ?? []
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

/** The effects of such an operation follow from its envelope; its changes need not be kept. */
export function explainsItself(body: xdr.OperationBody, changes: readonly EntryChange[]): boolean {
  if (body.type !== 'createAccount' && body.type !== 'payment') return false
  return changes.every(({ after }) => !after?.sponsor)
}
