import type { xdr } from '@stellar/stellar-sdk'
import { resultParts } from './results.ts'

/** Result codes in Horizon's words (SBX-54..57), which do not follow one rule. */
export interface ResultCodes {
  readonly transaction: string
  readonly inner_transaction?: string
  readonly operations?: readonly string[]
}

export function resultCodes(result: xdr.TransactionResult): ResultCodes {
  const { type, innerType, operations } = resultParts(result)
  return {
    transaction: transactionCode(type),
    ...(innerType === undefined ? {} : { inner_transaction: transactionCode(innerType) }),
    ...(operations === undefined ? {} : { operations: operations.map(operationCode) }),
  }
}

/** The codes of a bumped transaction for the one who submitted the transaction inside. */
export function innerResultCodes(result: xdr.TransactionResult): ResultCodes {
  const { type, innerType, operations } = resultParts(result)
  return {
    transaction: transactionCode(innerType ?? type),
    ...(operations === undefined ? {} : { operations: operations.map(operationCode) }),
  }
}

function snake(words: string): string {
  return words.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

type TransactionCode = xdr.TransactionResultResult['type']

const ODD_TRANSACTION_CODES: Partial<Record<TransactionCode, string>> = {
  txNoAccount: 'tx_no_source_account',
  txBadMinSeqAgeOrGap: 'tx_bad_minseq_age_or_gap',
}

export function transactionCode(type: TransactionCode): string {
  return ODD_TRANSACTION_CODES[type] ?? snake(type)
}

const OUTER_CODES: Record<Exclude<xdr.OperationResult['type'], 'opInner'>, string> = {
  opBadAuth: 'op_bad_auth',
  opNoAccount: 'op_no_source_account',
  opNotSupported: 'op_not_supported',
  opTooManySubentries: 'op_too_many_subentries',
  opExceededWorkLimit: 'op_exceeded_work_limit',
  opTooManySponsoring: 'op_too_many_sponsoring',
}

export function operationCode(result: xdr.OperationResult): string {
  if (result.type !== 'opInner') return OUTER_CODES[result.type]
  return innerOperationCode(result.tr)
}

/** Codes whose words are not `op_` and the name of the XDR member. */
const ODD_CODES: Readonly<Record<string, string>> = {
  createAccountAlreadyExist: 'op_already_exists',
  pathPaymentStrictReceiveOfferCrossSelf: 'op_cross_self',
  pathPaymentStrictReceiveOverSendmax: 'op_over_source_max',
  pathPaymentStrictSendOfferCrossSelf: 'op_cross_self',
  pathPaymentStrictSendUnderDestmin: 'op_under_dest_min',
  manageSellOfferSellNotAuthorized: 'sell_not_authorized',
  manageSellOfferBuyNotAuthorized: 'buy_not_authorized',
  manageSellOfferBuyNoIssuer: 'buy_no_issuer',
  manageSellOfferNotFound: 'op_offer_not_found',
  manageBuyOfferSellNotAuthorized: 'sell_not_authorized',
  manageBuyOfferBuyNotAuthorized: 'buy_not_authorized',
  manageBuyOfferBuyNoIssuer: 'buy_no_issuer',
  manageBuyOfferNotFound: 'op_offer_not_found',
  changeTrustNotAuthMaintainLiabilities: 'op_not_aut_maintain_liabilities',
  allowTrustNoTrustLine: 'op_no_trust',
  allowTrustTrustNotRequired: 'op_not_required',
  setTrustLineFlagsNoTrustLine: 'op_no_trust',
  accountMergeSeqnumTooFar: 'op_seq_num_too_far',
  manageDataNameNotFound: 'op_data_name_not_found',
  manageDataInvalidName: 'op_data_invalid_name',
  clawbackClaimableBalanceNotIssuer: 'op_no_issuer',
}

/** The words before the code in the name of an XDR member, where they are not the operation's own. */
const PREFIXES: Partial<Record<xdr.OperationResultTr['type'], string>> = {
  createPassiveSellOffer: 'manageSellOffer',
}

function innerOperationCode(result: xdr.OperationResultTr): string {
  const member: string = result.value.type
  const odd = ODD_CODES[member]
  if (odd !== undefined) return odd
  const prefix = PREFIXES[result.type] ?? result.type
  const rest = member.startsWith(prefix) ? member.slice(prefix.length) : `_${member}`
  return rest === 'Success' ? 'op_success' : `op${snake(rest)}`
}
