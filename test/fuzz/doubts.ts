import type { WireRequest } from './draft.ts'
import { show } from './findings.ts'
import type { Finding } from './findings.ts'
import type { HttpAnswer, Judge } from './judge.ts'
import type { Sender } from './send.ts'

/** Beyond it an answer counts as a fault: nothing that a caller sends may keep us that busy. */
export const slowestMs = 2_000

interface Doubt {
  readonly index: number
  readonly request: WireRequest
  readonly answer: HttpAnswer
}

/**
 * Requests that took long, or found a part of the world away. On a busy machine that may be nobody's
 * fault, so they are tried again when nothing else goes on.
 */
export interface Doubts {
  /** Whether it is doubtful at all; then it is kept, and not to be judged now. */
  note(doubt: Doubt): boolean
  /** Faults of those that are the same each time; forgets all. */
  tryAgain(sender: Sender, judge: Judge): Promise<readonly Finding[]>
  /** How many found something away, so far. */
  readonly awayCount: () => number
}

const keptMax = { slow: 10, away: 40 }
const tries = 3

export function keepDoubts(): Doubts {
  let slow: Doubt[] = []
  let away: Doubt[] = []
  let awayCount = 0
  return {
    note(doubt) {
      if (isAway(doubt.answer)) {
        awayCount += 1
        if (away.length < keptMax.away) away.push(doubt)
        return true
      }
      if (doubt.answer.ms > slowestMs) {
        slow = [...slow, doubt].toSorted((a, b) => b.answer.ms - a.answer.ms).slice(0, keptMax.slow)
      }
      return false
    },
    async tryAgain(sender, judge) {
      const findings: Finding[] = []
      for (const doubt of slow) {
        const isGood = ({ ms }: HttpAnswer) => ms <= slowestMs
        const fault = await faultEachTime(doubt, sender, isGood)
        if (fault !== undefined) {
          findings.push({
            ...fault,
            fault: `${doubt.request.label}: takes more than 2 s by itself`,
          })
        }
      }
      for (const doubt of away) {
        const fault = await faultEachTime(
          doubt,
          sender,
          (answer) => judge(doubt.request, answer).length === 0,
        )
        if (fault !== undefined) findings.push(fault)
      }
      slow = []
      away = []
      return findings
    },
    awayCount: () => awayCount,
  }
}

const isAway = ({ status, text }: HttpAnswer): boolean =>
  (status === 503 && text.startsWith('{"error"')) || text.includes('"code":"SERVICE_UNAVAILABLE"')

async function faultEachTime(
  { index, request }: Doubt,
  sender: Sender,
  isGood: (answer: HttpAnswer) => boolean,
): Promise<Finding | undefined> {
  let last: HttpAnswer | string | undefined
  for (let time = 0; time < tries; time += 1) {
    last = await sender.send(request)
    if (typeof last === 'object' && isGood(last)) return undefined
  }
  const what = typeof last === 'object' ? `status ${last.status}` : (last ?? 'cannot be sent')
  return { fault: `${request.label}: ${what} each time`, index, shown: show(request, last) }
}
