import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { deviationOf } from '../../../src/sandbox/network/replay/deviation.ts'
import { readScenarios, replayFile } from '../../../src/sandbox/network/replay/replay.ts'
import { differencesOf } from '../../../src/sandbox/network/replay/run-scenario.ts'

const file = fileURLToPath(new URL('../vectors/vectors.json.gz', import.meta.url))
const scenarios = await readScenarios(file)

/** The families of recorded scenarios, and the requirements they are evidence for. */
const families: Readonly<Record<string, string>> = {
  'allow-trust': 'SBX-46',
  bump: 'SBX-45',
  'change-trust': 'SBX-41',
  claimable: 'SBX-47, SBX-48',
  clawback: 'SBX-50',
  create: 'SBX-39',
  data: 'SBX-43',
  exchange: 'SBX-51',
  'fee-bump': 'SBX-25',
  flow: 'SBX-33',
  inflation: 'SBX-53',
  'line-flags': 'SBX-46',
  merge: 'SBX-44',
  offer: 'SBX-51',
  'path-receive': 'SBX-52',
  'path-send': 'SBX-52',
  payment: 'SBX-40',
  queue: 'SBX-27, SBX-29',
  'same-ledger': 'SBX-26, SBX-35',
  'set-options': 'SBX-42',
  'sig-order': 'SBX-23',
  sponsor: 'SBX-49',
  surge: 'SBX-28, SBX-33',
  'threshold-level': 'SBX-24',
  tx: 'SBX-21',
}

/** Liquidity pools are left out on purpose (SBX-53, SBX-123). */
const leftOut = ['change-trust/pool-share']

const familyOf = (name: string): string => name.slice(0, name.indexOf('/'))

describe.each(Object.entries(families))('%s (%s)', (family) => {
  const own = scenarios
    .map((scenario) => ({ name: scenario.name, scenario }))
    .filter(({ name }) => familyOf(name) === family && !leftOut.includes(name))

  it.each(own)('answers $name as stellar-core did', ({ scenario }) => {
    expect(differencesOf(scenario)).toEqual([])
  })
})

describe('the vectors file', () => {
  it('has no family that is not under test', () => {
    const found = new Set(scenarios.map(({ name }) => familyOf(name)))
    expect([...found].toSorted()).toEqual(Object.keys(families).toSorted())
  })

  it('leaves out nothing but pool shares (SBX-53)', () => {
    const skipped = scenarios.filter((scenario) => deviationOf(scenario) !== undefined)
    expect(skipped.map(({ name }) => name)).toEqual(leftOut)
  })

  it('is replayed as a whole by the command, which says what differs', async () => {
    const lines: string[] = []
    const summary = await replayFile(file, (line) => lines.push(line))
    expect(summary).toEqual({ scenarios: 596, differing: 0, leftOut: 1 })
    expect(lines.at(-1)).toBe('596 scenarios, 0 differ, 1 not compared')
  })
})

describe('a recorded answer that was tampered with', () => {
  const [first] = scenarios
  const tampered = (steps: object[]) => ({ ...first, steps }) as (typeof scenarios)[number]

  it('is told with the place and both values', () => {
    const steps = (first?.steps ?? []).map((step) =>
      'admission' in step && step.resultXdr !== undefined ? { ...step, feeCharged: '99' } : step,
    )
    expect(differencesOf(tampered(steps))).toContainEqual(
      expect.stringMatching(/fee expected 99, got 100$/),
    )
  })

  it('is told when the transaction never got into a ledger', () => {
    const steps = (first?.steps ?? []).filter((step) => !('close' in step))
    expect(differencesOf(tampered(steps)).join('\n')).toContain('got into none')
  })
})
