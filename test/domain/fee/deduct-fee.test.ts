import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deductFee } from '../../../src/domain/fee/deduct-fee.ts'
import { feeOn, proportionalFeeUnits } from '../../../src/domain/fee/fee-schedule.ts'
import { formatUnits, parseUnits, rescaleDown } from '../../../src/domain/money/amount.ts'

const schedule = { fixedUnits: 10_000_000n, percentE7: 100_000n }

const amounts = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n })
const schedules = fc.record({
  fixedUnits: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  percentE7: fc.bigInt({ min: 0n, max: 999_999_999n }),
})
const decimals = fc.integer({ min: 0, max: 7 })

describe('deducting the fee', () => {
  it('takes fee_fixed + amount × fee_percent / 100 out of the amount (section 4 of SEP-31)', () => {
    expect(deductFee(1_000_000_000n, schedule, 2)).toEqual({
      ok: true,
      value: {
        amountOutUnits: 9_899n,
        fee: {
          totalUnits: 10_100_000n,
          parts: [
            { name: 'Fixed fee', units: 10_000_000n },
            { name: 'Proportional fee', units: 100_000n },
          ],
        },
      },
    })
  })

  it('takes the part in a hundred to the unit, and a unit more where that does not come out even (SEP31-62)', () => {
    const tenThousand = 100_000_000_000n
    const share = (percentE7: bigint, units = tenThousand) => proportionalFeeUnits(units, percentE7)
    expect([share(10_000_000n), share(5_000_000n)]).toEqual([1_000_000_000n, 500_000_000n])
    expect([share(1n, 1n), share(1n, 1_000_000_000n), share(1n, 1_000_000_001n)]).toEqual([
      1n,
      1n,
      2n,
    ])
  })

  it('leaves the smallest unit of the payout asset to be paid out, if no more (SEP31-62)', () => {
    const free = { fixedUnits: 0n, percentE7: 0n }
    expect(deductFee(100_000n, free, 2)).toMatchObject({ ok: true, value: { amountOutUnits: 1n } })
    expect(deductFee(99_999n, free, 2).ok).toBe(false)
  })

  it('names no part of nothing (SEP31-66)', () => {
    const namesOf = (fixedUnits: bigint, percentE7: bigint) =>
      feeOn(1_000_000_000n, { fixedUnits, percentE7 }).parts.map(({ name }) => name)
    expect(namesOf(0n, 0n)).toEqual([])
    expect(namesOf(1n, 0n)).toEqual(['Fixed fee'])
    expect(namesOf(0n, 1n)).toEqual(['Proportional fee'])
  })

  it('names the rest that the payout asset cannot carry (SEP31-66)', () => {
    const deducted = deductFee(1_000_012_345n, schedule, 2)
    expect(deducted.ok && deducted.value.fee.parts.at(-1)).toEqual({
      name: 'Rounding',
      units: 12_343n,
    })
    expect(deducted.ok && deducted.value.amountOutUnits).toBe(9_899n)
  })

  it('keeps amount in − fee = amount out to the unit, whatever the schedule (SEP31-62, AP-1.25, AP-1.26)', () => {
    fc.assert(
      fc.property(amounts, schedules, decimals, (amountIn, fees, places) => {
        const deducted = deductFee(amountIn, fees, places)
        fc.pre(deducted.ok)
        if (!deducted.ok) return
        const { fee, amountOutUnits } = deducted.value
        expect(rescaleDown(amountOutUnits, places, 7)).toBe(amountIn - fee.totalUnits)
        expect(fee.parts.reduce((sum, part) => sum + part.units, 0n)).toBe(fee.totalUnits)
      }),
    )
  })

  it('keeps less than one unit of the payout asset beyond the fee owed (SEP31-15)', () => {
    fc.assert(
      fc.property(amounts, schedules, decimals, (amountIn, fees, places) => {
        const deducted = deductFee(amountIn, fees, places)
        if (!deducted.ok) return
        const beyond = deducted.value.fee.totalUnits - feeOn(amountIn, fees).totalUnits
        expect(beyond >= 0n && beyond < 10n ** BigInt(7 - places)).toBe(true)
      }),
    )
  })

  it('refuses exactly the amounts that leave nothing to pay out', () => {
    fc.assert(
      fc.property(amounts, schedules, decimals, (amountIn, fees, places) => {
        const left = rescaleDown(amountIn - feeOn(amountIn, fees).totalUnits, 7, places)
        expect(deductFee(amountIn, fees, places).ok).toBe(left > 0n)
      }),
    )
  })
})

describe('plain decimals', () => {
  it('are read back as they were written (SEP31-61)', () => {
    fc.assert(
      fc.property(amounts, decimals, (units, places) => {
        expect(parseUnits(formatUnits(units, places), places)).toBe(units)
      }),
    )
  })

  it.each([
    [0n, 0, '0'],
    [0n, 7, '0'],
    [100n, 0, '100'],
    [100n, 2, '1'],
    [1_250n, 2, '12.5'],
    [5n, 2, '0.05'],
    [1n, 7, '0.0000001'],
    [10_000_001n, 7, '1.0000001'],
    [-1_250n, 2, '-12.5'],
    [-5n, 2, '-0.05'],
  ])('of %i units with %i decimals are written %s, without needless zeros', (...line) => {
    const [units, places, text] = line
    expect(formatUnits(units, places)).toBe(text)
  })

  it.each(['1e3', '-1', '+1', ' 1', '1.', '.5', '1,5', '0x10', 'NaN', '', '1'.repeat(21), '١'])(
    'are nothing else: %j (SEP31-W26, AP-2.8)',
    (text) => {
      expect(parseUnits(text, 7)).toBeUndefined()
    },
  )

  it('have at most 20 digits before the point, and behind it', () => {
    const whole = (length: number) => parseUnits('1'.repeat(length), 0)
    expect([whole(1), whole(20), whole(21)]).toEqual([1n, BigInt('1'.repeat(20)), undefined])
    const part = (length: number) => parseUnits(`0.1${'0'.repeat(length - 1)}`, 7)
    expect([part(1), part(20), part(21)]).toEqual([1_000_000n, 1_000_000n, undefined])
    const none = ['1x', 'x1', '1.1.1', '1.'].filter((text) => parseUnits(text, 7) !== undefined)
    expect(none).toEqual([])
  })

  it('may end in zeros beyond the decimals of the asset', () => {
    expect(parseUnits('1.50000000', 2)).toBe(150n)
    expect(parseUnits('1.501', 2)).toBeUndefined()
  })
})
