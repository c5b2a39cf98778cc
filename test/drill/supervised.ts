import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../until.ts'
import type { Running } from '../flows/running.ts'

/** A process that is started again whenever it ends, as an operator's supervisor does it. */
export interface Supervised {
  readonly name: string
  /** Ends it the hard way; it comes back after so long. */
  kill(downMs: number): Promise<void>
  untilUp(): Promise<void>
  /** How often it ended although nobody killed it, after it had been ready. */
  readonly falls: string[]
  stop(): Promise<void>
}

const betweenTriesMs = 300
const upLimitMs = 180_000

export function supervise(name: string, start: () => Promise<Running>): Supervised {
  let running: Running | undefined
  let downMs = 0
  let isKilled = false
  let isOver = false
  let failure = 'nothing'
  const falls: string[] = []

  async function keep(): Promise<void> {
    while (!isOver) {
      const next = await start().catch((error: unknown) => {
        failure = String(error).slice(-600) // a world that is away: tried again
        return undefined
      })
      if (next === undefined) {
        await pause(betweenTriesMs)
        continue
      }
      running = next
      if (isOver) break
      const end = await next.ended()
      running = undefined
      if (!isKilled && !isOver) falls.push(`${name} ended by itself: ${end}`)
      isKilled = false
      await pause(downMs)
      downMs = 0
    }
    await running?.end('SIGTERM')
  }

  const keeping = keep()
  return {
    name,
    falls,
    async kill(forMs) {
      if (running === undefined) return
      isKilled = true
      downMs = forMs
      await running.end('SIGKILL')
    },
    untilUp: () =>
      until(() => running !== undefined, `${name} to be up`, upLimitMs).catch((error: unknown) => {
        throw new Error(`${name} does not come up; it said ${failure}`, { cause: error })
      }),
    async stop() {
      isOver = true
      await running?.end('SIGTERM')
      await keeping
    },
  }
}
