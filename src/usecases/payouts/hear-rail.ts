import type { RailTrouble } from '../../domain/payout/payout-reply.ts'
import {
  PayoutAccessRefused,
  PayoutCallRefused,
  PayoutKeyReused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../ports/payout-rail.ts'
import type { PayoutReply } from '../ports/payout-rail.ts'
import type { RailWord } from './record-rail-word.ts'

/**
 * Makes a call to the rail and says what came of it; the rail's failures become words, as they decide
 * what happens next. Undefined: the rail answered that it knows no such order. What is no failure of a
 * rail is thrown on.
 */
export async function hearRail(
  call: () => Promise<PayoutReply | undefined>,
): Promise<RailWord | undefined> {
  try {
    const reply = await call()
    return reply === undefined ? undefined : { reply }
  } catch (error) {
    const trouble = troubleOf(error)
    if (trouble === undefined) throw error
    return { trouble }
  }
}

function troubleOf(error: unknown): RailTrouble | undefined {
  if (error instanceof PayoutOutcomeUnknown) return { code: 'outcome_unknown' }
  // Something was booked under this key before: `find` will say what.
  if (error instanceof PayoutKeyReused) return { code: 'outcome_unknown', detail: 'key_reused' }
  if (error instanceof PayoutAccessRefused) return { code: 'access_refused', detail: error.code }
  if (error instanceof PayoutCallRefused) return { code: 'call_refused', detail: error.code }
  if (!(error instanceof PayoutRailUnavailable)) return undefined
  return {
    code: 'unavailable',
    ...(error.retryAfterSeconds === undefined ? {} : { waitMs: error.retryAfterSeconds * 1000 }),
  }
}
