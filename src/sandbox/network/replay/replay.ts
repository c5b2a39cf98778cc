import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { deviationOf } from './deviation.ts'
import { differencesOf } from './run-scenario.ts'
import type { Scenario } from './scenario-form.ts'

export interface ReplaySummary {
  readonly scenarios: number
  readonly differing: number
  /** Held to this network's own answer: they need what it leaves out on purpose. */
  readonly deviating: number
}

const progressEveryMs = 2000

/** Replays a vectors file and prints where this network answers differently from the recorded one. */
export async function replayFile(
  path: string,
  print: (line: string) => void,
): Promise<ReplaySummary> {
  const scenarios = await readScenarios(path)
  let differing = 0
  let deviating = 0
  let told = performance.now()
  for (const [index, scenario] of scenarios.entries()) {
    const deviation = deviationOf(scenario)
    if (deviation !== undefined) {
      deviating += 1
      print(`${scenario.name}: ${deviation.reason}`)
    }
    const differences = differencesSafely(scenario)
    if (differences.length > 0) {
      differing += 1
      const note = scenario.versionNote === undefined ? '' : ` (${scenario.versionNote})`
      print(`${scenario.name}${note}: ${differences.join('; ')}`)
    }
    if (performance.now() - told > progressEveryMs && index + 1 < scenarios.length) {
      told = performance.now()
      print(`… ${index + 1} of ${scenarios.length} scenarios replayed`)
    }
  }
  print(`${scenarios.length} scenarios, ${differing} differ, ${deviating} deviate on purpose`)
  return { scenarios: scenarios.length, differing, deviating }
}

/** Plain or gzipped: a JSON list of scenarios, or one scenario per line. */
export async function readScenarios(path: string): Promise<readonly Scenario[]> {
  const file = await readFile(path)
  const isGzip = file[0] === 0x1f // no JSON begins with that byte
  const text = (isGzip ? gunzipSync(file) : file).toString('utf8').trim()
  const content: unknown = text.startsWith('[')
    ? JSON.parse(text)
    : text.split('\n').map((line): unknown => JSON.parse(line))
  return content as readonly Scenario[]
}

/** A scenario that breaks the simulator is a difference too, and does not end the replay. */
function differencesSafely(scenario: Scenario): readonly string[] {
  try {
    return differencesOf(scenario)
  } catch (error) {
    return [`the replay broke off: ${error instanceof Error ? error.message : String(error)}`]
  }
}
