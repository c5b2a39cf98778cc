import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoOf } from '../../src/adapters/horizon/memo.ts'
import { readMemo } from '../../src/domain/transaction/memo.ts'
import { NetworkUnavailable } from '../../src/usecases/ports/stellar-network.ts'
import { damageText, noise } from './damage.ts'

/** Memos come from two sides: clients write them, and anybody on the network may. */

const types = ['id', 'text', 'hash', 'return', 'none', '', 'ID', '__proto__']
const goods = [
  ['id', '18446744073709551615'],
  ['text', 'twenty-eight bytes of a text'],
  ['hash', 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA='],
] as const

describe('a memo of a client', () => {
  it('is refused, or reads the same again, whatever its bytes (SEP12-21)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...goods),
        fc.constantFrom(...types),
        fc.oneof(
          damageText,
          fc.string({ unit: 'binary' }).map((text) => () => text),
        ),
        ([, good], type, change) => {
          const memo = readMemo(type, change(good))
          const again = memo === undefined ? undefined : readMemo(memo.type, memo.value)
          expect(isDeepStrictEqual(again, memo)).toBe(true)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it('of an id is an unsigned number of 64 bits without needless zeros', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (number) => {
        const isId = number >= 0n && number < 2n ** 64n
        expect(readMemo('id', `${number}`) !== undefined).toBe(isId)
        expect(readMemo('id', `0${number}`)).toBe(undefined)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a memo of the network', () => {
  it('of any bytes is told apart from every other and can be kept (AP-1.10)', () => {
    fc.assert(
      fc.property(noise, noise, (one, other) => {
        const told = [one, other].map((bytes) => {
          const memo = memoOf({
            memo_type: 'text',
            memo: Buffer.from(bytes).toString('utf8'),
            memo_bytes: Buffer.from(bytes).toString('base64'),
          })
          return memo.type === 'text' ? memo.value : undefined
        })
        expect(told[0]).not.toContain('\u0000')
        expect(told[0] === told[1]).toBe(Buffer.from(one).equals(Buffer.from(other)))
      }),
      { numRuns: 5_000 },
    )
  })

  it('in a record of any form is read, or makes the page unreadable, and nothing else (AP-1.10)', () => {
    const value = fc.oneof(fc.constantFrom(...types), fc.anything())
    fc.assert(
      fc.property(fc.record({ memo_type: value, memo: value, memo_bytes: value }), (record) => {
        let seen: unknown
        try {
          seen = memoOf(record)
        } catch (error) {
          seen = error
        }
        const isRead = typeof seen === 'object' && seen !== null && 'type' in seen
        expect(isRead || seen instanceof NetworkUnavailable).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })
})
