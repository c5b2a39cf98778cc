import { describe, expect, it } from 'vitest'
import { memoOfPayment } from '../../../src/domain/stellar-payment/memo-of-payment.ts'
import type { NetworkMemo } from '../../../src/domain/stellar-payment/stellar-payment.ts'

describe('the memo of a payment', () => {
  const max = '18446744073709551615'
  const cases: readonly {
    readonly what: string
    readonly memo: NetworkMemo
    readonly muxedId?: string
    readonly reads: string
  }[] = [
    { what: 'nothing', memo: { type: 'none' }, reads: 'no_memo' },
    { what: 'an id', memo: { type: 'id', value: '9' }, reads: 'id 9' },
    { what: 'a text of digits (SEP31-47)', memo: { type: 'text', value: '9' }, reads: 'text 9' },
    { what: 'an empty text', memo: { type: 'text', value: '' }, reads: 'text ' },
    { what: 'a hash', memo: { type: 'hash', value: 'AA==' }, reads: 'hash AA==' },
    { what: 'a return hash', memo: { type: 'return', value: 'AA==' }, reads: 'unknown_memo' },
    { what: 'a muxed id (SEP31-48)', memo: { type: 'none' }, muxedId: max, reads: `id ${max}` },
    {
      what: 'a muxed id and the same id memo (SEP31-48)',
      memo: { type: 'id', value: '9' },
      muxedId: '9',
      reads: 'id 9',
    },
    {
      what: 'a muxed id and another id memo (SEP31-48)',
      memo: { type: 'id', value: '8' },
      muxedId: '9',
      reads: 'conflicting_memo',
    },
    {
      what: 'a muxed id and a text',
      memo: { type: 'text', value: '9' },
      muxedId: '9',
      reads: 'conflicting_memo',
    },
  ]

  it.each(cases)('is read from $what as: $reads (POLARIS-8.15)', ({ memo, muxedId, reads }) => {
    const read = memoOfPayment({ memo, ...(muxedId === undefined ? {} : { muxedId }) })
    expect(read.ok ? `${read.value.type} ${read.value.value}` : read.refusal.code).toBe(reads)
  })
})
