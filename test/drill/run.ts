import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { hasRedis } from '../redis.ts'
import { kinds } from './blows.ts'
import { diceOf } from './dice.ts'
import { fight, openArena } from './round.ts'
import type { Arena, Plan, Report } from './round.ts'
import type { Store } from './world.ts'

/**
 * `npm run drill -- [--rounds n] [--seed s] [--payments n] [--only kind] [--round n] [--store redis|postgres] [--short]`
 * See docs/drills.md.
 */
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string' },
    round: { type: 'string' },
    seed: { type: 'string' },
    payments: { type: 'string' },
    only: { type: 'string' },
    store: { type: 'string' },
    short: { type: 'boolean', default: false },
    'log-level': { type: 'string', default: 'warn' },
  },
})

const seed = flags.seed ?? (flags.short ? '1' : String(Date.now() % 1_000_000))

/** What CI has time for: every sort of blow, few payments. */
const shortKinds = ['processes', 'database', 'redis', 'bank', 'clocks', 'everything']

interface Numbered extends Plan {
  readonly number: number
  readonly store: Store
}

/** A world grows with its rounds, and so does the checking of it: after so many a new one begins. */
const roundsInOneWorld = 10

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function plans(): readonly Numbered[] {
  const all = flags.short ? shortKinds.filter(isPossible) : Object.keys(kinds).filter(isPossible)
  const names = flags.only === undefined ? all : [flags.only]
  const rounds = Number(flags.round ?? flags.rounds ?? names.length)
  const payments = Number(flags.payments ?? (flags.short ? 100 : 500))
  return Array.from({ length: rounds }, (_, index) => {
    const kind = names[index % names.length] ?? 'calm'
    const own = `${seed}-${index + 1}`
    return { number: index + 1, kind, seed: own, payments, store: storeOf(kind, own) }
  }).filter(({ number }) => flags.round === undefined || number === rounds)
}

const isPossible = (kind: string): boolean => hasRedis || kinds[kind]?.needsRedis !== true

function storeOf(kind: string, seed: string): Store {
  if (!hasRedis) return 'postgres'
  if (flags.store === 'redis' || flags.store === 'postgres') return flags.store
  if (kinds[kind]?.needsRedis === true) return 'redis'
  return diceOf(`${seed} store`).one(['redis', 'postgres'])
}

interface Row extends Numbered {
  readonly report: Report
}

async function main(): Promise<number> {
  say(
    `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()
      .map((one) => one.toFixed(1))
      .join(' ')}, seed ${seed}`,
  )
  const rows: Row[] = []
  const begun = performance.now()
  for (const store of ['redis', 'postgres'] as const) {
    const own = plans().filter((plan) => plan.store === store)
    rows.push(...(await fightAll(store, own)))
  }
  tell(rows, performance.now() - begun)
  return rows.some(({ report }) => report.faults.length > 0) ? 1 : 0
}

/** The world that stands now; whoever ends the drill ends it too. */
let arena: Arena | undefined

async function leave(code: number): Promise<void> {
  say('ending')
  await arena?.stop().catch((error: unknown) => say(String(error)))
  process.exit(code)
}

async function fightAll(store: Store, own: readonly Numbered[]): Promise<readonly Row[]> {
  const rows: Row[] = []
  let fought = 0
  try {
    for (const plan of own) {
      arena ??= await openArena(store, flags['log-level'])
      const report = await fight(arena, plan).catch(failed)
      rows.push({ ...plan, report })
      fought += 1
      await tellRound({ ...plan, report }, arena)
      if (report.faults.length === 0 && fought % roundsInOneWorld > 0) continue
      await arena.stop() // after a fault too: it must not show again in the rounds that follow
      arena = undefined
    }
  } finally {
    await arena?.stop()
    arena = undefined
  }
  return rows
}

const failed = (error: unknown): Report => ({
  blows: [],
  payments: 0,
  flowMs: 0,
  quietMs: 0,
  faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
})

const faultsShownMax = 20

async function tellRound({ number, kind, seed, store, report }: Row, { world }: Arena) {
  const { blows, payments, flowMs, quietMs, faults } = report
  const times = `${(flowMs / 1000).toFixed(1)} + ${(quietMs / 1000).toFixed(1)} s`
  const verdict = faults.length === 0 ? 'clean' : `${faults.length} FAULTS`
  say(`${number} ${kind} on ${store}, seed ${seed}: ${payments} payments, ${times}: ${verdict}`)
  if (blows.length > 0) say(`    ${blows.join('; ')}`)
  if (faults.length === 0) return
  for (const fault of faults.slice(0, faultsShownMax)) say(`    ! ${fault}`)
  say(`    logs: ${await world.keepLogs()}`)
}

function tell(rows: readonly Row[], tookMs: number): void {
  say('')
  say('kind           rounds  payments  blows  flow s  quiet s  faults')
  for (const kind of Object.keys(kinds)) {
    const own = rows.filter((row) => row.kind === kind).map(({ report }) => report)
    if (own.length === 0) continue
    const sum = (of: (report: Report) => number) => own.reduce((total, one) => total + of(one), 0)
    const mean = (of: (report: Report) => number) => (sum(of) / own.length / 1000).toFixed(1)
    const cells = [
      [kind, -14],
      [own.length, 7],
      [sum(({ payments }) => payments), 10],
      [sum(({ blows }) => blows.length), 7],
      [mean(({ flowMs }) => flowMs), 8],
      [mean(({ quietMs }) => quietMs), 9],
      [sum(({ faults }) => faults.length), 8],
    ] as const
    say(cells.map(([cell, width]) => padded(String(cell), width)).join(''))
  }
  const bad = rows.filter(({ report }) => report.faults.length > 0)
  const verdict =
    bad.length === 0
      ? 'all clean'
      : `faults in rounds ${bad.map(({ number }) => number).join(', ')}`
  say(`${rows.length} rounds in ${Math.round(tookMs / 1000)} s: ${verdict}`)
}

const padded = (cell: string, width: number): string =>
  width < 0 ? cell.padEnd(-width) : cell.padStart(width)

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void leave(code))
}
process.exitCode = await main()
