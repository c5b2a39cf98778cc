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

test('tells the inner code of a fee bump whose transaction came to no operation (SBX-57)', () => {
  const inner = new xdr.InnerTransactionResult({
    feeCharged: 0n,
    result: xdr.InnerTransactionResultResult.txBadSeq(),
    ext: xdr.InnerTransactionResultExt.v0(),
  })
  const transactionHash = new Uint8Array(32)
  const result = new xdr.TransactionResult({
    feeCharged: 200n,
    result: xdr.TransactionResultResult.txFeeBumpInnerFailed(
      new xdr.InnerTransactionResultPair({ transactionHash, result: inner }),
    ),
    ext: xdr.TransactionResultExt.v0(),
  })
  expect(resultCodes(result)).toEqual({
    transaction: 'tx_fee_bump_inner_failed',
    inner_transaction: 'tx_bad_seq',
  })
  expect(innerResultCodes(result)).toEqual({ transaction: 'tx_bad_seq' })
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

const PAYMENT =
  'malformed underfunded src_no_trust src_not_authorized no_destination no_trust not_authorized ' +
  'line_full no_issuer'
const OFFER =
  'malformed sell_no_trust buy_no_trust =sell_not_authorized =buy_not_authorized line_full ' +
  'underfunded cross_self sell_no_issuer =buy_no_issuer offer_not_found low_reserve'

/** Of each operation the words for its codes from -1 down, without `op_`; after `=` they have none. */
const FAILURES: readonly (readonly [operation: number, words: string])[] = [
  [0, 'malformed underfunded low_reserve already_exists'],
  [1, PAYMENT],
  [2, `${PAYMENT} too_few_offers cross_self over_source_max`],
  [3, OFFER],
  [4, OFFER],
  [
    5,
    'low_reserve too_many_signers bad_flags invalid_inflation cant_change unknown_flag ' +
      'threshold_out_of_range bad_signer invalid_home_domain auth_revocable_required',
  ],
  [
    6,
    'malformed no_issuer invalid_limit low_reserve self_not_allowed trust_line_missing ' +
      'cannot_delete not_aut_maintain_liabilities',
  ],
  [7, 'malformed no_trust not_required cant_revoke self_not_allowed low_reserve'],
  [8, 'malformed no_account immutable_set has_sub_entries seq_num_too_far dest_full is_sponsor'],
  [9, 'not_time'],
  [10, 'not_supported_yet data_name_not_found low_reserve data_invalid_name'],
  [11, 'bad_seq'],
  [12, OFFER],
  [13, `${PAYMENT} too_few_offers cross_self under_dest_min`],
  [14, 'malformed low_reserve no_trust not_authorized underfunded'],
  [15, 'does_not_exist cannot_claim line_full no_trust not_authorized trustline_frozen'],
  [16, 'malformed already_sponsored recursive'],
  [17, 'not_sponsored'],
  [18, 'does_not_exist not_sponsor low_reserve only_transferable malformed'],
  [19, 'malformed not_clawback_enabled no_trust underfunded'],
  [20, 'does_not_exist no_issuer not_clawback_enabled'],
  [21, 'malformed no_trust cant_revoke invalid_state low_reserve'],
  [
    22,
    'malformed no_trust not_authorized underfunded line_full bad_price pool_full trustline_frozen',
  ],
  [23, 'malformed no_trust underfunded line_full under_minimum trustline_frozen'],
]

/** What a result carries after its code when all went well, in words of four bytes. */
const CARRIED: Readonly<Record<number, readonly number[]>> = {
  2: Array<number>(13).fill(0),
  3: [0, 2],
  4: [0, 2],
  8: [0, 0],
  9: [0],
  12: [0, 2],
  13: Array<number>(13).fill(0),
  14: Array<number>(9).fill(0),
}

const wordOf = (operation: number, code: number, carried: readonly number[] = []) => {
  const words = [0, operation, code, ...carried]
  const bytes = Buffer.alloc(4 * words.length)
  for (const [index, word] of words.entries()) bytes.writeInt32BE(word, 4 * index)
  return operationCode(xdr.OperationResult.fromXdr(new Uint8Array(bytes)))
}

describe('the words for each code (SBX-56)', () => {
  test.each(FAILURES)('of operation %d are %s', (operation, words) => {
    const expected = words
      .split(' ')
      .map((word) => (word.startsWith('=') ? word.slice(1) : `op_${word}`))
    // The issuer that a path misses is told with its asset.
    const missing = [2, 13].includes(operation) ? [0] : []
    const told = expected.map((word, index) =>
      wordOf(operation, -1 - index, word === 'op_no_issuer' ? missing : []),
    )
    expect(told).toEqual(expected)
    expect(() => wordOf(operation, -1 - expected.length)).toThrow(/./)
    expect(wordOf(operation, 0, CARRIED[operation])).toBe('op_success')
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
