import type { WakeUps } from '../ports/wake-ups.ts'
import type { RelayEvents } from './relay-events.ts'

export interface Relaying {
  /** Ends after the round that is under way. */
  stop(): Promise<void>
}

/** Where a lost wake-up is made good: long for a payment, nothing for the database. */
const lookAgainMs = 1_000

/** While work comes in all the time, a round waits for so much more of it: one round then serves many commits. */
const gatherMs = 10
/** Where a round found many, the next one waits longer: what a round costs by itself is shared by more. */
const gatherManyMs = 30
const many = 16n

/**
 * Runs the relay for as long as the process lives: at each wake-up and once a second. A round that
 * fails is reported and tried again at the next look.
 */
export function keepRelaying(deps: {
  readonly relay: RelayEvents
  readonly wakeUps: WakeUps
  /** Told the highest readable sequence after each round: what an announcement may have failed to say. */
  readonly onHighest: (highest: bigint) => void
  readonly onFailure: (error: unknown) => void
}): Relaying {
  let stopped = false
  let woken = false
  let wake: () => void = () => undefined
  let known: bigint | undefined
  let patienceMs = gatherMs
  const stopListening = deps.wakeUps.onWakeUp(() => {
    woken = true
    wake()
  })

  async function untilWoken(): Promise<void> {
    if (stopped) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, woken ? patienceMs : lookAgainMs)
      if (woken) return
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false
      try {
        const { highest } = await deps.relay()
        deps.onHighest(highest)
        patienceMs = known !== undefined && highest - known >= many ? gatherManyMs : gatherMs
        known = highest
      } catch (error) {
        deps.onFailure(error)
        woken = false // not in a tight circle while the world is away
      }
      await untilWoken()
    }
  }

  const running = run()
  return {
    async stop() {
      stopped = true
      stopListening()
      wake()
      await running
    },
  }
}
