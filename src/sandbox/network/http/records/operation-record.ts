import type { xdr } from '@stellar/stellar-sdk'
import type { EnvelopeParts } from '../../history/envelopes.ts'
import type { StoredOperation } from '../../history/stored.ts'
import { link, neighbours } from './links.ts'
import { operationDetails } from './operation-details.ts'
import { muxedField, readOperation } from '../../history/read-operation.ts'
import type { ReadOperation } from '../../history/read-operation.ts'
import { signerAddress } from '../../history/addresses.ts'
import type { Entry, EntryChange } from '../../ledger/entries.ts'
import { timeWords } from '../../history/times.ts'
import { transactionRecord } from './transaction-record.ts'

export interface OperationContext {
  readonly origin: string
  /** `join=transactions`. */
  readonly joined: boolean
  readonly withMeta: boolean
  readonly decode: (envelopeXdr: string) => EnvelopeParts
}

export function operationRecord(stored: StoredOperation, context: OperationContext): object {
  const { origin, joined, withMeta } = context
  const { transaction } = stored
  const parts = context.decode(transaction.envelopeXdr)
  const read = readOperation(stored, parts)
  const token = stored.id.toString()
  const sponsor = sponsorOf(read)
  return {
    _links: {
      self: link(origin, `/operations/${token}`),
      transaction: link(origin, `/transactions/${transaction.hash}`),
      effects: link(origin, `/operations/${token}/effects`),
      ...neighbours(origin, '/effects', token),
    },
    id: token,
    paging_token: token,
    transaction_successful: transaction.successful,
    source_account: read.source.account,
    ...muxedField('source_account', read.source),
    type: typeWords(read.body.type),
    type_i: TYPE_NUMBERS[read.body.type],
    created_at: timeWords(transaction.ledger.closeTime),
    transaction_hash: transaction.hash,
    ...(joined ? { transaction: transactionRecord(transaction, { origin, withMeta }, parts) } : {}),
    ...(sponsor === undefined ? {} : { sponsor }),
    ...operationDetails(read),
  }
}

/** Who paid the reserve of what this operation created: an entry, or a signer of an account. */
function sponsorOf({ stored: { changes }, body }: ReadOperation): string | undefined {
  const signer = body.type === 'setOptions' && body.value.signer
  if (signer) return signerSponsor(signerAddress(signer.key), changes)
  return changes.find(({ before, after }) => !before && after?.sponsor)?.after?.sponsor
}

function signerSponsor(key: string, changes: readonly EntryChange[]): string | undefined {
  const sponsorIn = (entry: Entry | undefined) =>
    entry?.type === 'account' ? entry.signers.find((one) => one.key === key)?.sponsor : undefined
  return changes
    .filter(({ before, after }) => sponsorIn(before) !== sponsorIn(after))
    .map(({ after }) => sponsorIn(after))
    .find((sponsor) => sponsor !== undefined)
}

export function typeWords(type: xdr.OperationBody['type']): string {
  return type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export const TYPE_NUMBERS: Readonly<Record<xdr.OperationBody['type'], number>> = {
  createAccount: 0,
  payment: 1,
  pathPaymentStrictReceive: 2,
  manageSellOffer: 3,
  createPassiveSellOffer: 4,
  setOptions: 5,
  changeTrust: 6,
  allowTrust: 7,
  accountMerge: 8,
  inflation: 9,
  manageData: 10,
  bumpSequence: 11,
  manageBuyOffer: 12,
  pathPaymentStrictSend: 13,
  createClaimableBalance: 14,
  claimClaimableBalance: 15,
  beginSponsoringFutureReserves: 16,
  endSponsoringFutureReserves: 17,
  revokeSponsorship: 18,
  clawback: 19,
  clawbackClaimableBalance: 20,
  setTrustLineFlags: 21,
  liquidityPoolDeposit: 22,
  liquidityPoolWithdraw: 23,
  invokeHostFunction: 24,
  extendFootprintTtl: 25,
  restoreFootprint: 26,
}
