import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readNumberCursor, readPlace, writeCursor, writePlace } from '../../src/graphql/cursor.ts'
import {
  readPaymentCursor,
  writePaymentCursor,
} from '../../src/graphql/stellar-payment/payment-cursor.ts'

const foreign = 'This cursor was not given by this list'

describe('a cursor', () => {
  it('of a number is read up to what the database holds, and not beyond', () => {
    const largest = 2n ** 63n - 1n
    for (const number of [0n, 7n, largest]) {
      expect(readNumberCursor(writeCursor('event', String(number)), 'event')).toBe(number)
    }
    for (const text of [String(largest + 1n), '-1', '1.0', '0x1', '', '1'.repeat(20)]) {
      expect(() => readNumberCursor(writeCursor('event', text), 'event')).toThrow(foreign)
    }
  })

  it('of a place is a moment and an id, spelt as it was given', () => {
    const place = { at: new Date('2026-11-21T12:00:00.000Z'), id: randomUUID() }
    expect(readPlace(writePlace('transaction', place), 'transaction')).toEqual(place)
    for (const [moment, id] of [
      ['2026-11-21T12:00:00Z', place.id],
      ['2026-02-30T12:00:00.000Z', place.id],
      ['+275760-09-13T00:00:00.000Z', place.id],
      ['-000001-01-01T00:00:00.000Z', place.id],
      ['2026-13-01T12:00:00.000Z', place.id],
      ['', place.id],
      ['2026-11-21T12:00:00.000Z', 'one'],
    ] as const) {
      const cursor = writeCursor('transaction', moment, id)
      expect(() => readPlace(cursor, 'transaction')).toThrow(foreign)
    }
  })

  it('of an attempt names it by a key of any form', () => {
    const place = { at: new Date('2026-11-21T12:00:00.000Z'), id: 'fl:1.a-b_c' }
    expect(readPlace(writePlace('attempt', place), 'attempt')).toEqual(place)
    const longest = { ...place, id: 'k'.repeat(100) }
    expect(readPlace(writePlace('attempt', longest), 'attempt')).toEqual(longest)
    for (const id of ['a b', ' a', 'a ', 'k'.repeat(101), '']) {
      const wrong = writePlace('attempt', { ...place, id })
      expect(() => readPlace(wrong, 'attempt')).toThrow(foreign)
    }
    const free = writePlace('dead', place)
    expect(() => readPlace(free, 'dead')).toThrow(foreign)
  })

  it('of a payment is its whole key', () => {
    const key = { epoch: 1, id: '4503599627374593', account: 'GABC', part: 2 }
    expect(readPaymentCursor(writePaymentCursor(key))).toEqual(key)
    const { part: _, ...alone } = key
    expect(readPaymentCursor(writePaymentCursor(alone))).toEqual({ ...alone, part: 0 })
    const largest = ['9'.repeat(9), '9'.repeat(19), 'M'.repeat(69), '9999'] as const
    const [epoch, id, account, part] = largest
    const read = { epoch: Number(epoch), id, account, part: Number(part) }
    expect(readPaymentCursor(writeCursor('unmatched', ...largest))).toEqual(read)
    const good = ['1', '1', 'GABC', '0']
    for (const [place, text] of largest.entries()) {
      for (const wrong of ['', `${text}1`, 'a', ` ${good[place]}`, `${good[place]} `, '-1']) {
        const parts = good.with(place, wrong)
        expect(() => readPaymentCursor(writeCursor('unmatched', ...parts))).toThrow(foreign)
      }
    }
  })

  it.each(['', 'x', 'dHJhbnNhY3Rpb24', writeCursor('event', '1'), `${writeCursor('dead', '1')}=`])(
    'of another list or none is refused: %j',
    (cursor) => {
      expect(() => readNumberCursor(cursor, 'dead')).toThrow(foreign)
    },
  )
})
