import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished, vi } from 'vitest'
import { readScenarios, replayFile } from '../../../src/sandbox/network/replay/replay.ts'
import { differencesOf } from '../../../src/sandbox/network/replay/run-scenario.ts'
import type { Scenario } from '../../../src/sandbox/network/replay/scenario-form.ts'

/** What a replay says, to the word; that it finds what differs is in vectors.test.ts. */

const scenarios = await readScenarios(
  fileURLToPath(new URL('../vectors/vectors.json.gz', import.meta.url)),
)

function recorded(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name)
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`)
  return scenario
}

async function fileOf(content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'vectors')
  await writeFile(path, content)
  return path
}

async function linesOf(...some: readonly object[]): Promise<readonly string[]> {
  const lines: string[] = []
  await replayFile(await fileOf(JSON.stringify(some)), (line) => lines.push(line))
  return lines
}

const plain = recorded('payment/native-ok')

it('names what deviates on purpose, and why', async () => {
  expect(await linesOf(recorded('change-trust/pool-share'))).toEqual([
    'change-trust/pool-share: liquidity pools are left out on purpose, a line of theirs is opNOT_SUPPORTED',
    '1 scenarios, 0 differ, 1 deviate on purpose',
  ])
})

it('says by what a scenario broke the replay', async () => {
  expect(await linesOf({ ...plain, name: 'breaking', keys: undefined })).toEqual([
    'breaking: the replay broke off: Cannot convert undefined or null to object',
    '1 scenarios, 1 differ, 0 deviate on purpose',
  ])
})

it('tells how far it is every two seconds, but not when it is done', async () => {
  const times = [0, 2000, 2001, 2001, 4000, 4002, 4002, 9000]
  vi.spyOn(performance, 'now').mockImplementation(() => times.shift() ?? 0)
  expect(await linesOf(plain, plain, plain, plain, plain)).toEqual([
    '… 2 of 5 scenarios replayed',
    '… 4 of 5 scenarios replayed',
    '5 scenarios, 0 differ, 0 deviate on purpose',
  ])
})

it('reads a list or a scenario per line, plain or packed', async () => {
  const two = [plain, recorded('data/create')]
  const lines = `\n${two.map((one) => JSON.stringify(one)).join('\n')}\n`
  const forms = [lines, JSON.stringify(two), gzipSync(lines), gzipSync(JSON.stringify(two))]
  const read = forms.map(async (form) => readScenarios(await fileOf(form)))
  expect(await Promise.all(read)).toEqual(forms.map(() => two))
})

it('calls a transaction by its label, or by the beginning of its hash', () => {
  const labelled = (label: object) => {
    const steps = plain.steps.map((step) =>
      'admission' in step ? { ...step, ...label, feeCharged: '99' } : step,
    )
    return differencesOf({ ...plain, steps })
  }
  expect(labelled({ label: 'to bob' })).toEqual(['to bob: fee expected 99, got 100'])
  expect(labelled({})).toEqual(['transaction ec203db7: fee expected 99, got 100'])
  expect(differencesOf(plain)).toEqual([])
})

it('misses no data entry unless some were left out of the recording', () => {
  const whole = recorded('data/create')
  const { header, entries } = whole.endState
  const rest = entries.filter(({ type }) => type !== 'data')
  expect(rest).toHaveLength(entries.length - 1)
  const found = (more: readonly { readonly type: string }[]) =>
    differencesOf({ ...whole, endState: { header, entries: [...rest, ...more] } })
  expect(found([])).toEqual([
    expect.stringMatching(/^end state: data [a-z]+ .+: should not be there$/),
  ])
  expect(found([{ type: 'elided' }])).toEqual([])
})
