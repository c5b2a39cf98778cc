import type { WireRequest } from './draft.ts'
import { show } from './findings.ts'
import type { Finding } from './findings.ts'
import type { Sender } from './send.ts'

/** Beyond it an answer counts as a fault: nothing that a caller sends may keep us that busy. */
export const slowestMs = 2_000

interface Slow {
  readonly index: number
  readonly request: WireRequest
  readonly ms: number
}

/** Requests that took long, to be tried again when nothing else goes on: the machine may have been busy. */
export interface SlowOnes {
  note(slow: Slow): void
  /** Faults of those that take long each time, the slowest first; forgets all. */
  tryAgain(sender: Sender): Promise<readonly Finding[]>
}

const keptMax = 10
const tries = 3

export function keepSlowOnes(): SlowOnes {
  let kept: Slow[] = []
  return {
    note(slow) {
      if (slow.ms <= slowestMs) return
      kept = [...kept, slow].toSorted((a, b) => b.ms - a.ms).slice(0, keptMax)
    },
    async tryAgain(sender) {
      const findings: Finding[] = []
      for (const { index, request } of kept) {
        if (!(await isSlowEachTime(request, sender))) continue
        const fault = `${request.label}: takes more than ${slowestMs} ms by itself`
        findings.push({ fault, index, shown: show(request, await sender.send(request)) })
      }
      kept = []
      return findings
    },
  }
}

async function isSlowEachTime(request: WireRequest, sender: Sender): Promise<boolean> {
  for (let time = 0; time < tries; time += 1) {
    const answer = await sender.send(request)
    if (typeof answer === 'object' && answer.ms <= slowestMs) return false
  }
  return true
}
