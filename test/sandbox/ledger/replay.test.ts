import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { Asset, LiquidityPoolAsset, Operation } from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { expect, it, onTestFinished, vi } from 'vitest'
import { deviationOf } from '../../../src/sandbox/network/replay/deviation.ts'
import { readScenarios, replayFile } from '../../../src/sandbox/network/replay/replay.ts'
import { differencesOf } from '../../../src/sandbox/network/replay/run-scenario.ts'
import type { Scenario } from '../../../src/sandbox/network/replay/scenario-form.ts'
import { forToday } from '../../../src/sandbox/network/replay/version-note.ts'
import { asset, createWorld, idOf } from './world.ts'

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

it('tells all that differs in one line, and calls what has neither label nor hash by that', async () => {
  const steps = plain.steps.map((step) => {
    if (!('admission' in step)) return step
    const { hash: _hash, ...nameless } = step
    return { ...nameless, admission: { status: 'DUPLICATE' } }
  })
  const { hash = '' } = plain.steps.find((step) => 'admission' in step) ?? {}
  const name = 'transaction without a hash'
  const differences = [
    `${name}: hash expected none, got ${hash}`,
    `${name}: admission expected DUPLICATE , got PENDING`,
    `${name}: expected in ledger 4, got into none`,
  ].join('; ')
  const noted = { ...plain, name: 'noted', steps, versionNote: 'a note' }
  expect(await linesOf({ ...plain, steps }, plain, noted)).toEqual([
    `payment/native-ok: ${differences}`,
    `noted (a note): ${differences}`,
    '3 scenarios, 2 differ, 0 deviate on purpose',
  ])
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

it('compares what is written in another order, and tells lists as they are', () => {
  const backwards = (form: object): object =>
    Object.fromEntries(
      Object.entries(form)
        .toReversed()
        .map(([key, value]) => {
          const isForm = typeof value === 'object' && !Array.isArray(value)
          return [key, isForm ? backwards(value as object) : value] as const
        }),
    )
  const offers = scenarios.find(({ endState }) =>
    endState.entries.some(({ type }) => type === 'offer'),
  )
  expect(offers).toBeDefined()
  const { header, entries } = (offers ?? plain).endState
  const reversed = entries.map(backwards) as typeof entries
  expect(differencesOf({ ...(offers ?? plain), endState: { header, entries: reversed } })).toEqual(
    [],
  )
  const end = plain.endState.entries.map((entry) =>
    entry['id'] === 'bob' ? { ...entry, thresholds: [9, 8, 7, 6] } : entry,
  )
  expect(differencesOf({ ...plain, endState: { ...plain.endState, entries: end } })).toEqual([
    'end state: account bob thresholds: expected [9,8,7,6], got nothing',
  ])
})

it('holds only what needs a liquidity pool to an answer of its own (SBX-41, SBX-53)', () => {
  const [usd, eur] = [asset('USD'), asset('EUR')].toSorted((one, other) =>
    Asset.compare(one, other),
  )
  const pool = new LiquidityPoolAsset(usd ?? asset('USD'), eur ?? asset('EUR'), 30)
  const world = createWorld()
  world.fund('alice')
  const step = (...operations: readonly xdr.Operation[]) => {
    const built = world.build({ source: 'alice', operations })
    const hash = Buffer.from(built.hash()).toString('hex')
    return { hash, envelopeXdr: built.toXdr(), admission: { status: 'PENDING' }, ledger: 9 }
  }
  const trust = Operation.changeTrust({ asset: pool })
  const bump = Operation.bumpSequence({ bumpTo: '0' })
  const [both, one, unreadable] = [
    step(bump, trust),
    step(bump),
    { ...step(bump), envelopeXdr: 'A' },
  ]
  const { startState: _, ...unstarted } = plain
  expect(deviationOf({ ...unstarted, steps: [one, unreadable] })).toBeUndefined()
  expect(deviationOf({ ...unstarted, steps: [both, one, unreadable] })?.expected).toMatchObject({
    steps: [
      {
        hash: both.hash,
        envelopeXdr: both.envelopeXdr,
        admission: { status: 'ERROR', errorResultXdr: 'AAAAAAAAAAD/////AAAAAf////0AAAAA' },
        ledger: null,
      },
      one,
      unreadable,
    ],
    endState: { header: { ...plain.endState.header, feePool: '0' }, entries: [] },
  })
})

it('gives back of a fee what today is not charged, and nothing of what never was (SBX-33)', () => {
  const world = createWorld()
  world.fund('alice')
  const envelopeXdr = world
    .build({ source: 'alice', operations: [Operation.bumpSequence({ bumpTo: '0' })] })
    .toXdr()
  const refused = { hash: 'r', envelopeXdr, admission: { status: 'ERROR' } }
  const charged = {
    hash: 'c',
    envelopeXdr,
    admission: { status: 'PENDING' },
    ledger: 4,
    feeCharged: '300',
    resultXdr: 'AAAAAAAAASwAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAA=',
  }
  const noted: Scenario = {
    name: 'noted',
    networkPassphrase: plain.networkPassphrase,
    keys: { alice: idOf('alice') },
    versionNote: 'a rule of before: from protocol 20 alice pays 100, not 300',
    steps: [refused, charged],
    endState: {
      header: { feePool: '900' },
      entries: [{ type: 'account', id: 'alice', balance: '1000' }],
    },
  }
  const { steps, endState } = forToday(noted)
  expect(steps).toEqual([
    refused,
    {
      ...charged,
      feeCharged: '100',
      resultXdr: 'AAAAAAAAAGQAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAA=',
    },
  ])
  expect(endState).toEqual({
    header: { feePool: '700' },
    entries: [{ type: 'account', id: 'alice', balance: '1200' }],
  })
  expect(forToday({ ...noted, versionNote: 'another note' }).steps).toEqual([refused, charged])
})
