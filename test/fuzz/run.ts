import { keepDoubts } from './doubts.ts'
import { faultsOfWorld } from './finale.ts'
import { keepFindings } from './findings.ts'
import { fuzz, tryOne } from './fuzz.ts'
import type { Fuzzing } from './fuzz.ts'
import { judgeBy } from './judge.ts'
import { documents } from './make-request.ts'
import { startLife } from './life.ts'
import { cpuPerRequest, faultsOfGrowth, measureMemory, megabytes } from './memory.ts'
import type { MemoryUsage } from './memory.ts'
import { drawOddValues } from './odd-values.ts'
import type { FuzzOptions } from './options.ts'
import { readOptions, usage } from './options.ts'
import { showProgress } from './progress.ts'
import { openSender } from './send.ts'
import { keepTally } from './tally.ts'
import { startFuzzWorld } from './world.ts'

const atOnce = 32
const say = (text: string) => void process.stdout.write(`${text}\n`)

/** What a process is told to end by, and its exit code then. */
const signals = { SIGINT: 130, SIGTERM: 143 } as const

/** `npm run fuzz`: throws generated requests at every route of a real gateway; exit 1 when it finds something. */
async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (options === undefined) {
    say(usage)
    return 2
  }
  const { seed } = options
  say(`seed ${seed}`)
  const world = await startFuzzWorld(seed)
  const findings = keepFindings()
  const again = (index: number) => `npm run fuzz -- --seed ${seed} --only ${index}`
  const tell = () => {
    if (findings.count() > 0) say(findings.write(again))
  }
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => {
      tell() // what took an hour to find
      void world.stop().finally(() => process.exit(code))
    })
  }
  const fuzzing: Fuzzing = {
    seed,
    world,
    odd: drawOddValues(seed),
    recent: { transactions: [], cursors: [], challenges: [] },
    sender: openSender(world.urls, atOnce),
    judge: judgeBy(documents),
    findings,
    tally: keepTally(),
    doubts: keepDoubts(),
    onDone: () => {},
  }
  try {
    if (options.only === undefined) await fuzzAll(options, fuzzing)
    else say((await tryOne(options.only, fuzzing))())
    await fuzzing.sender.close()
  } finally {
    addWordsOf(fuzzing)
    await world.stop()
  }
  tell()
  say(findings.count() === 0 ? 'found nothing' : `${findings.count()} findings; seed ${seed}`)
  return findings.count() === 0 ? 0 : 1
}

async function fuzzAll({ requests }: FuzzOptions, fuzzing: Fuzzing): Promise<void> {
  const { world, findings, tally } = fuzzing
  const cpuBefore = process.cpuUsage()
  const life = startLife(world, fuzzing.recent)
  const progress = showProgress(requests, findings)
  const usages = await fuzzInQuarters(requests, { ...fuzzing, onDone: progress.onDone })
  const seconds = progress.end()
  const { user, system } = process.cpuUsage(cpuBefore)
  await life.stop()
  const faults = [
    ...life.failures().map((failure) => `an honest client failed meanwhile: ${failure}`),
    ...names.flatMap((name) => faultsOfGrowth(name, usages[name])),
    ...faultsOfReach(requests, fuzzing),
    ...faultsOfPresence(requests, fuzzing),
    ...(await faultsOfWorld(world)),
  ]
  for (const fault of faults) findings.add({ fault })
  say(tally.write())
  for (const name of names) say(`${name} by quarters: ${writeCourse(usages[name], requests)}`)
  say(
    `${requests} requests in ${seconds.toFixed(0)} s (${(requests / seconds).toFixed(0)}/s), ` +
      `slowest ${tally.slowestMs().toFixed(0)} ms, ${life.paid()} payments meanwhile, ` +
      `CPU ${((user + system) / 1e3 / requests).toFixed(2)} ms a request here`,
  )
}

const names = ['gateway', 'worker'] as const

/** After each quarter nothing is under way, what was slow is tried again, and the memory is measured. */
async function fuzzInQuarters(requests: number, fuzzing: Fuzzing) {
  const { world, findings, doubts, sender, judge } = fuzzing
  const usages: Record<'gateway' | 'worker', MemoryUsage[]> = { gateway: [], worker: [] }
  for (const quarter of [1, 2, 3, 4]) {
    const [from, to] = [
      Math.floor((requests * (quarter - 1)) / 4),
      Math.floor((requests * quarter) / 4),
    ]
    await fuzz({ from, to, atOnce }, fuzzing)
    for (const finding of await doubts.tryAgain(sender, judge)) findings.add(finding)
    for (const name of names) usages[name].push(await measureMemory(world.processes[name]))
  }
  return usages
}

function writeCourse(usages: readonly MemoryUsage[], requests: number): string {
  const course = (kind: 'heapUsed' | 'rss') => usages.map((one) => megabytes(one[kind])).join(', ')
  const cpu = cpuPerRequest(usages, requests).toFixed(2)
  return `heap ${course('heapUsed')} MB, resident ${course('rss')} MB; CPU ${cpu} ms a request`
}

const reachFrom = 10_000

/** A route that took nothing was not tried in earnest. */
function faultsOfReach(requests: number, { tally }: Fuzzing): readonly string[] {
  if (requests < reachFrom) return []
  return [...tally.lines]
    .filter(
      ([label, { good, requests: all }]) =>
        good === 0 && all > 50 && !/^(garbage|bare)/.test(label),
    )
    .map(([label]) => `${label} took none of its requests: the fuzzer does not reach it`)
}

/** On a machine that is that busy, the run proves little. */
const awayMax = 0.02

function faultsOfPresence(requests: number, { doubts }: Fuzzing): readonly string[] {
  const count = doubts.awayCount()
  if (count > 0) say(`${count} answers were 503; those tried again were good, or are found below`)
  return count > requests * awayMax ? [`${count} answers said that something is away`] : []
}

/** Nothing that is sent may make a process log an error, or speak outside its log. */
function addWordsOf({ world: { processes, strict }, doubts, findings }: Fuzzing): void {
  for (const [name, process_] of Object.entries({ ...processes, strict })) {
    for (const line of process_.said().split('\n')) {
      if (line === '' || /^(ready|health) /.test(line)) continue
      // what was away and came back is judged by its answers
      if (doubts.awayCount() > 0 && line.includes('"DatabaseUnavailable"')) continue
      const shown = line.slice(0, 2_000)
      findings.add({ fault: `the ${name} said: ${withoutNumbers(shown).slice(0, 200)}`, shown })
    }
  }
}

const withoutNumbers = (line: string): string => line.replaceAll(/[\da-f-]{8,}|\d+/g, '#')

process.exitCode = await run(process.argv.slice(2))
