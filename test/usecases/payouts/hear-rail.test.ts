import { describe, expect, it } from 'vitest'
import { hearRail } from '../../../src/usecases/payouts/hear-rail.ts'
import {
  PayoutAccessRefused,
  PayoutCallRefused,
  PayoutKeyReused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../../../src/usecases/ports/payout-rail.ts'

describe('a call to the rail', () => {
  it.each([
    [new PayoutOutcomeUnknown('?'), { code: 'outcome_unknown' }],
    [new PayoutKeyReused('twice'), { code: 'outcome_unknown', detail: 'key_reused' }],
    [new PayoutAccessRefused('no_token', 'no'), { code: 'access_refused', detail: 'no_token' }],
    [new PayoutCallRefused('bad_order', 'no'), { code: 'call_refused', detail: 'bad_order' }],
    [new PayoutRailUnavailable('away'), { code: 'unavailable' }],
    [
      new PayoutRailUnavailable('busy', { retryAfterSeconds: 7 }),
      { code: 'unavailable', waitMs: 7_000 },
    ],
  ])('that ends with %o is heard as %j', async (error, trouble) => {
    expect(await hearRail(() => Promise.reject(error))).toEqual({ trouble })
  })

  it('is heard as its reply, or as nothing where there is no such order', async () => {
    const reply = { state: 'pending', payoutId: 'p' } as const
    expect(await hearRail(async () => reply)).toEqual({ reply })
    expect(await hearRail(async () => undefined)).toBeUndefined()
  })

  it('that breaks otherwise is no word of the rail', async () => {
    const fault = new Error('a bug')
    await expect(hearRail(() => Promise.reject(fault))).rejects.toBe(fault)
  })
})
