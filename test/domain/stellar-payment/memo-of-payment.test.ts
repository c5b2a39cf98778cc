import { describe, expect, it } from 'vitest'
import { memoOfPayment } from '../../../src/domain/stellar-payment/memo-of-payment.ts'
import type { NetworkMemo } from '../../../src/domain/stellar-payment/stellar-payment.ts'

describe('the memo of a payment', () => {
  it.each<[string, NetworkMemo, string | undefined, string]>([
    ['none at all', { type: 'none' }, undefined, 'no_memo'],
    ['an id', { type: 'id', value: '9' }, undefined, 'id 9'],
    ['a text of the same digits (SEP31-47)', { type: 'text', value: '9' }, undefined, 'text 9'],
    ['an empty text', { type: 'text', value: '' }, undefined, 'text '],
    ['a hash', { type: 'hash', value: 'AA==' }, undefined, 'hash AA=='],
    ['a return hash', { type: 'return', value: 'AA==' }, undefined, 'unknown_memo'],
    ['a muxed id (SEP31-48)', { type: 'none' }, '18446744073709551615', 'id 18446744073709551615'],
    ['a muxed id and the same id memo', { type: 'id', value: '9' }, '9', 'id 9'],
    ['a muxed id and another id memo', { type: 'id', value: '8' }, '9', 'conflicting_memo'],
    ['a muxed id and a text', { type: 'text', value: '9' }, '9', 'conflicting_memo'],
  ])('is read from %s', (_, memo, muxedId, expected) => {
    const read = memoOfPayment({ memo, ...(muxedId === undefined ? {} : { muxedId }) })
    expect(read.ok ? `${read.value.type} ${read.value.value}` : read.refusal.code).toBe(expected)
  })
})
