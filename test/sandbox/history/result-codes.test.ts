import { xdr } from '@stellar/stellar-sdk'
import { describe, expect, test } from 'vitest'
import {
  innerResultCodes,
  operationCode,
  resultCodes,
  transactionCode,
} from '../../../src/sandbox/network/history/result-codes.ts'
import { decodeResult } from '../../../src/sandbox/network/history/results.ts'

test.each([
  ['AAAAAAAAAGT////7AAAAAA==', { transaction: 'tx_bad_seq' }],
  ['AAAAAAAAAMj////3AAAAAA==', { transaction: 'tx_insufficient_fee' }],
  [
    'AAAAAAAAAGQAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAA=',
    { transaction: 'tx_success', operations: ['op_success'] },
  ],
  [
    'AAAAAAAAAMj/////AAAAAgAAAAAAAAABAAAAAAAAAAAAAAAB/////gAAAAA=',
    { transaction: 'tx_failed', operations: ['op_success', 'op_underfunded'] },
  ],
  ['AAAAAAAAAGT/////AAAAAf////8AAAAA', { transaction: 'tx_failed', operations: ['op_bad_auth'] }],
])('reads the codes of %s as Horizon does (SBX-54, SBX-57, SBX-77)', (result, codes) => {
  expect(resultCodes(decodeResult(result))).toEqual(codes)
})

test.each([
  ['txSuccess', 'tx_success'],
  ['txFailed', 'tx_failed'],
  ['txTooEarly', 'tx_too_early'],
  ['txTooLate', 'tx_too_late'],
  ['txMissingOperation', 'tx_missing_operation'],
  ['txBadSeq', 'tx_bad_seq'],
  ['txBadAuth', 'tx_bad_auth'],
  ['txInsufficientBalance', 'tx_insufficient_balance'],
  ['txNoAccount', 'tx_no_source_account'],
  ['txInsufficientFee', 'tx_insufficient_fee'],
  ['txBadAuthExtra', 'tx_bad_auth_extra'],
  ['txInternalError', 'tx_internal_error'],
  ['txNotSupported', 'tx_not_supported'],
  ['txFeeBumpInnerSuccess', 'tx_fee_bump_inner_success'],
  ['txFeeBumpInnerFailed', 'tx_fee_bump_inner_failed'],
  ['txBadSponsorship', 'tx_bad_sponsorship'],
  ['txBadMinSeqAgeOrGap', 'tx_bad_minseq_age_or_gap'],
  ['txMalformed', 'tx_malformed'],
  ['txSorobanInvalid', 'tx_soroban_invalid'],
] as const)('prints %s as %s (SBX-54)', (type, words) => {
  expect(transactionCode(type)).toBe(words)
})

const BUMPED =
  'AAAAAAAAAMj////zAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP////8AAAABAAAAAAAAAAH////+AAAAAAAAAAA='

test('tells outer and inner code of a fee bump that went well, and its operations (SBX-57)', () => {
  const inner = new xdr.InnerTransactionResult({
    feeCharged: 0n,
    result: xdr.InnerTransactionResultResult.txSuccess([
      xdr.OperationResult.opInner(
        xdr.OperationResultTr.payment(xdr.PaymentResult.paymentSuccess()),
      ),
    ]),
    ext: xdr.InnerTransactionResultExt.v0(),
  })
  const transactionHash = new Uint8Array(32)
  const pair = new xdr.InnerTransactionResultPair({ transactionHash, result: inner })
  const result = new xdr.TransactionResult({
    feeCharged: 200n,
    result: xdr.TransactionResultResult.txFeeBumpInnerSuccess(pair),
    ext: xdr.TransactionResultExt.v0(),
  })
  const operations = ['op_success']
  expect(resultCodes(result)).toEqual({
    transaction: 'tx_fee_bump_inner_success',
    inner_transaction: 'tx_success',
    operations,
  })
  expect(innerResultCodes(result)).toEqual({ transaction: 'tx_success', operations })
})

test('has nothing to tell apart for who sent a transaction without a fee bump (SBX-57)', () => {
  const badSequence = decodeResult('AAAAAAAAAGT////7AAAAAA==')
  expect(innerResultCodes(badSequence)).toEqual({ transaction: 'tx_bad_seq' })
})

test('tells outer and inner code of a fee bump, and only the inner one to who sent that (SBX-57)', () => {
  const result = decodeResult(BUMPED)
  expect(resultCodes(result)).toEqual({
    transaction: 'tx_fee_bump_inner_failed',
    inner_transaction: 'tx_failed',
    operations: ['op_underfunded'],
  })
  expect(innerResultCodes(result)).toEqual({
    transaction: 'tx_failed',
    operations: ['op_underfunded'],
  })
})

/** The operation, the number of the code in XDR, and Horizon's word for it. */
const ODD = [
  [0, -4, 'op_already_exists'],
  [1, -3, 'op_src_no_trust'],
  [2, -11, 'op_cross_self'],
  [2, -12, 'op_over_source_max'],
  [13, -12, 'op_under_dest_min'],
  [3, -4, 'sell_not_authorized'],
  [3, -5, 'buy_not_authorized'],
  [3, -10, 'buy_no_issuer'],
  [3, -11, 'op_offer_not_found'],
  [5, -10, 'op_auth_revocable_required'],
  [6, -8, 'op_not_aut_maintain_liabilities'],
  [7, -2, 'op_no_trust'],
  [7, -3, 'op_not_required'],
  [8, -4, 'op_has_sub_entries'],
  [8, -5, 'op_seq_num_too_far'],
  [10, -2, 'op_data_name_not_found'],
  [10, -4, 'op_data_invalid_name'],
  [11, -1, 'op_bad_seq'],
  [15, -1, 'op_does_not_exist'],
  [18, -4, 'op_only_transferable'],
  [20, -2, 'op_no_issuer'],
  [21, -2, 'op_no_trust'],
] as const

describe('words that no rule gives (SBX-56)', () => {
  test.each(ODD)('operation %d, code %d is %s', (operation, code, word) => {
    const bytes = Buffer.alloc(12)
    bytes.writeInt32BE(0, 0)
    bytes.writeInt32BE(operation, 4)
    bytes.writeInt32BE(code, 8)
    expect(operationCode(xdr.OperationResult.fromXdr(new Uint8Array(bytes)))).toBe(word)
  })
})

test.each([
  [-1, 'op_bad_auth'],
  [-2, 'op_no_source_account'],
  [-3, 'op_not_supported'],
  [-4, 'op_too_many_subentries'],
  [-5, 'op_exceeded_work_limit'],
  [-6, 'op_too_many_sponsoring'],
])('the outer code %d of an operation is %s (SBX-55)', (code, word) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(code)
  expect(operationCode(xdr.OperationResult.fromXdr(new Uint8Array(bytes)))).toBe(word)
})

test.each(Array.from({ length: 24 }, (_, operation) => operation))(
  'no code of operation %d is shown as its outer shell (SBX-55)',
  (operation) => {
    const words = [-1, -2, -3, -4, -5].flatMap((code) => {
      const bytes = Buffer.alloc(12)
      bytes.writeInt32BE(operation, 4)
      bytes.writeInt32BE(code, 8)
      try {
        return [operationCode(xdr.OperationResult.fromXdr(new Uint8Array(bytes)))]
      } catch {
        return [] // not a code of this operation
      }
    })
    expect(words.length).toBeGreaterThan(0)
    expect(words.filter((word) => word.includes('inner'))).toEqual([])
  },
)
