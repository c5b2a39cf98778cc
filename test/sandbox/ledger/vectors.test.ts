import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runSandboxNetwork } from '../../../src/sandbox/network/command.ts'
import { deviationOf } from '../../../src/sandbox/network/replay/deviation.ts'
import { readScenarios, replayFile } from '../../../src/sandbox/network/replay/replay.ts'
import { differencesOf } from '../../../src/sandbox/network/replay/run-scenario.ts'

const file = fileURLToPath(new URL('../vectors/vectors.json.gz', import.meta.url))
const scenarios = await readScenarios(file)

/** The families of recorded scenarios, and the requirements they are evidence for. */
const families: Readonly<Record<string, string>> = {
  'allow-trust': 'SBX-46',
  bump: 'SBX-45',
  'change-trust': 'SBX-15, SBX-18, SBX-41',
  claimable: 'SBX-47, SBX-48',
  clawback: 'SBX-50',
  create: 'SBX-18, SBX-36, SBX-39',
  data: 'SBX-16, SBX-43',
  exchange: 'SBX-51',
  'fee-bump': 'SBX-25, SBX-77',
  flow: 'SBX-33',
  inflation: 'SBX-53',
  'line-flags': 'SBX-46',
  merge: 'SBX-44',
  offer: 'SBX-51',
  'path-receive': 'SBX-52',
  'path-send': 'SBX-52',
  payment: 'SBX-15, SBX-19, SBX-40',
  queue: 'SBX-27, SBX-29',
  'same-ledger': 'SBX-26, SBX-35',
  'set-options': 'SBX-14, SBX-42',
  'sig-order': 'SBX-23',
  sponsor: 'SBX-49',
  surge: 'SBX-28, SBX-33',
  'threshold-level': 'SBX-24',
  tx: 'SBX-18, SBX-20, SBX-21, SBX-22, SBX-23, SBX-26',
}

const familyOf = (name: string): string => name.slice(0, name.indexOf('/'))

describe.each(Object.entries(families))('%s (%s)', (family) => {
  const own = scenarios
    .map((scenario) => ({ name: scenario.name, scenario }))
    .filter(({ name }) => familyOf(name) === family)

  it.each(own)('answers $name as stellar-core did', ({ scenario }) => {
    expect(differencesOf(scenario)).toEqual([])
  })
})

describe('the vectors file', () => {
  it('has no family that is not under test', () => {
    const found = new Set(scenarios.map(({ name }) => familyOf(name)))
    expect([...found].toSorted()).toEqual(Object.keys(families).toSorted())
  })

  it('meets another answer than core gave for pool shares only: not supported, no trace (SBX-41, SBX-53, SBX-123)', () => {
    const deviating = scenarios.filter((scenario) => deviationOf(scenario) !== undefined)
    expect(deviating.map(({ name }) => name)).toEqual(['change-trust/pool-share'])
    const expected = deviating.map((scenario) => deviationOf(scenario)?.expected)
    expect(expected).toMatchObject([
      {
        steps: expect.arrayContaining([
          expect.objectContaining({
            admission: { status: 'ERROR', errorResultXdr: 'AAAAAAAAAGT/////AAAAAf////0AAAAA' },
          }),
        ]),
        endState: { header: { feePool: '300' } },
      },
    ])
  })

  it.each([
    ['queue/lower-seq-plain', 'core v27 answers ERROR txBAD_SEQ'],
    ['queue/fee-bump-gap-seq', 'core v27 answers TRY_AGAIN_LATER'],
    ['fee-bump/negative', 'core v27 answers ERROR txMALFORMED'],
    ['surge/ops-not-txs', 'protocol 20'],
    ['surge/skip-too-big', 'protocol 20'],
    ['surge/fee-bump-counts-one-more', 'protocol 20'],
    ['surge/queue-full', 'protocol 20'],
  ])('has a note for %s, where today’s network is followed', (name, words) => {
    const noted = scenarios.filter(({ versionNote }) => versionNote !== undefined)
    expect(noted).toHaveLength(7)
    expect(noted.find((one) => one.name === name)?.versionNote).toContain(words)
  })

  it('is replayed as a whole by the command, which says what differs', async () => {
    const lines: string[] = []
    const summary = await replayFile(file, (line) => lines.push(line))
    expect(summary).toEqual({ scenarios: 596, differing: 0, deviating: 1 })
    expect(lines.at(-1)).toBe('596 scenarios, 0 differ, 1 deviate on purpose')
  })
})

describe('a recorded answer that was tampered with', () => {
  type Steps = (typeof scenarios)[number]['steps']
  const [plainName, bumpName] = ['payment/native-ok', 'fee-bump/rate-equal-inner']

  const scenarioNamed = (name: string) => {
    const scenario = scenarios.find((one) => one.name === name)
    if (scenario === undefined) throw new Error(`there is no scenario ${name}`)
    return scenario
  }
  const tampered = (name: string, change: (step: Steps[number]) => object | undefined) => {
    const scenario = scenarioNamed(name)
    const steps = scenario.steps.flatMap((step) => (change(step) ?? []) as Steps)
    return differencesOf({ ...scenario, steps })
  }
  const ofTested = (change: object) => (step: Steps[number]) =>
    'admission' in step ? { ...step, ...change } : step
  /** What is recorded of the transaction under test. */
  const testedIn = (name: string) => {
    const step = scenarioNamed(name).steps.findLast((one) => 'admission' in one)
    if (step === undefined) throw new Error(`${name} tests no transaction`)
    return step
  }
  const tooPoor = 'AAAAAAAAAGT////7AAAAAA=='
  const ofResult = (what: string) => (got: string) => [`${what} expected ${tooPoor}, got ${got}`]

  it.each<[string, string, object, (got: string) => readonly string[]]>([
    ['fee', plainName, { feeCharged: '99' }, () => ['fee expected 99, got 100']],
    ['ledger', plainName, { ledger: 9 }, () => ['ledger expected 9, got 4']],
    ['no ledger', plainName, { ledger: null }, () => ['expected in no ledger, got into 4']],
    [
      'admission',
      plainName,
      { admission: { status: 'DUPLICATE' } },
      () => ['admission expected DUPLICATE , got PENDING'],
    ],
    ['result', plainName, { resultXdr: tooPoor }, ofResult('result')],
    ['result of a fee bump', bumpName, { resultXdr: tooPoor }, ofResult('result')],
    [
      'result of today’s protocol',
      bumpName,
      { resultXdrProtocol25: tooPoor },
      ofResult('result of protocol 25'),
    ],
    [
      'all of these at once',
      plainName,
      { ledger: 9, feeCharged: '99', resultXdr: tooPoor },
      (got) => ['ledger expected 9, got 4', 'fee expected 99, got 100', ...ofResult('result')(got)],
    ],
  ])('is told with the place and both values: %s', (...[, name, change, differences]) => {
    const { hash = '', resultXdr = '', resultXdrProtocol25 = resultXdr } = testedIn(name)
    expect(tampered(name, ofTested(change))).toEqual(
      differences(resultXdrProtocol25).map((one) => `transaction ${hash.slice(0, 8)}: ${one}`),
    )
  })

  it('is told when the hash is another: then none of that hash was ever applied', () => {
    const { hash = '' } = testedIn(plainName)
    expect(tampered(plainName, ofTested({ hash: '00' }))).toEqual([
      `transaction 00: hash expected 00, got ${hash}`,
      'transaction 00: expected in ledger 4, got into none',
    ])
  })

  it('is told when the hash is another, also of what no ledger takes', () => {
    const refused = scenarios.filter(({ steps }) => {
      const tested = steps.filter((step) => 'admission' in step)
      return tested.length === 1 && tested.every(({ hash, ledger }) => hash && ledger == null)
    })
    expect(refused.length).toBeGreaterThan(100)
    for (const { name } of refused.filter((one) => deviationOf(one) === undefined)) {
      const { hash = '' } = testedIn(name)
      expect(tampered(name, ofTested({ hash: '00' }))).toEqual([
        `transaction 00: hash expected 00, got ${hash}`,
      ])
    }
  })

  it('is told when the transaction never got into a ledger', () => {
    const found = tampered(plainName, (step) => ('close' in step ? undefined : step))
    expect(found[1]).toBe('transaction ec203db7: expected in ledger 4, got into none')
  })

  it('is told when a ledger has another number, or the set-up does not get in', () => {
    const renumbered = tampered('payment/native-ok', (step) =>
      'close' in step ? { close: { ...step.close, ledger: step.close.ledger + 5 } } : step,
    )
    expect(renumbered).toEqual([
      'close of ledger 8: got ledger 3',
      'close of ledger 9: got ledger 4',
    ])
    const broken = tampered('payment/native-ok', (step) =>
      'setup' in step ? { ...step, envelopeXdr: 'AAAA' } : step,
    )
    expect(broken[0]).toBe('set-up was refused: EXCEPTION')
  })

  const untouched = () => {
    const first = scenarios.find(({ name }) => name === 'payment/native-ok')
    if (first === undefined) throw new Error('the scenario is not there')
    return first
  }

  it('is told when the end has more, less or another thing in it', () => {
    const first = untouched()
    const { header, entries } = first.endState
    const found = (endState: Partial<typeof first.endState>) =>
      differencesOf({ ...first, endState: { ...first.endState, ...endState } })
    const isBob = (entry: (typeof entries)[number]) => entry['id'] === 'bob'
    const others = entries.filter((entry) => !isBob(entry))
    expect(others).toHaveLength(entries.length - 1)
    const unexpected = ['end state: account bob: should not be there']
    expect(found({ entries: others })).toEqual(unexpected)
    // Only data entries may have been left out of a long recording.
    expect(found({ entries: [...others, { type: 'elided' }] })).toEqual(unexpected)
    expect(found({ entries: [...entries, { type: 'account', id: 'nobody' }] })).toEqual([
      'end state: account nobody: missing',
    ])
    expect(found({ header: { ...header, feePool: '1' } }).join()).toContain('header feePool')
    const withDomain = entries.map((entry) =>
      isBob(entry) ? { ...entry, homeDomain: 'bob.example' } : entry,
    )
    expect(found({ entries: withDomain })).toEqual([
      'end state: account bob homeDomain: expected "bob.example", got nothing',
    ])
    const withoutBalance = entries.map((entry) => {
      const { balance: _balance, ...rest } = entry
      return isBob(entry) ? rest : entry
    })
    expect(found({ entries: withoutBalance }).join()).toContain('balance: expected nothing')
  })

  it('is counted by the command, one that breaks the replay too, and makes it fail', async () => {
    const first = untouched()
    const folder = await mkdtemp(join(tmpdir(), 'replay-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'vectors.jsonl')
    const [good, bad, breaking] = [
      first,
      { ...first, name: 'bad', versionNote: 'a note', endState: { header: {}, entries: [] } },
      { ...first, name: 'breaking', keys: undefined },
    ].map((one) => JSON.stringify(one))
    await writeFile(path, [good, bad, breaking].join('\n'))
    const lines: string[] = []
    const print = (line: string) => lines.push(line)
    const summary = await replayFile(path, print)
    expect(summary).toEqual({ scenarios: 3, differing: 2, deviating: 0 })
    expect(lines).toEqual([
      expect.stringMatching(/^bad \(a note\): end state: .*; end state: /),
      expect.stringMatching(/^breaking: the replay broke off: /),
      '3 scenarios, 2 differ, 0 deviate on purpose',
    ])
    expect(await runSandboxNetwork(['--replay', path], print)).toBe(1)
    await writeFile(path, `[${good}]`)
    expect(await runSandboxNetwork(['--replay', path], print)).toBe(0)
  })

  it('is told when the state at the end is another', () => {
    const first = scenarios.find(({ name }) => name === 'payment/native-ok')
    if (first === undefined) throw new Error('the scenario is not there')
    const entries = first.endState.entries.map((entry) => ({ ...entry, balance: '1' }))
    const found = differencesOf({ ...first, endState: { ...first.endState, entries } })
    expect(found.join('\n')).toContain(
      'end state: account bob balance: expected "1", got "1100000000"',
    )
  })
})
