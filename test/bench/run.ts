import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import type { BenchOptions, Line } from './row.ts'
import { collect } from './rows/collect.ts'
import { events } from './rows/events.ts'
import { find } from './rows/find.ts'
import { growth } from './rows/growth.ts'
import { login } from './rows/login.ts'
import { memory } from './rows/memory.ts'
import { openRow } from './rows/open.ts'
import { payout } from './rows/payout.ts'
import { start } from './rows/start.ts'
import { writeCosts, writeFigures, writeTable } from './table.ts'
import { startBenchWorld } from './world.ts'
import type { BenchWorld } from './world.ts'

/**
 * `npm run bench -- [--rows login,open] [--quick] [--rounds n] [--ms n] [--size n] [--payments n]
 * [--backlog n] [--profile DIRECTORY] [--write docs/performance.md]`
 */

type Row = (world: BenchWorld, options: BenchOptions) => Promise<readonly Line[]>

const rows: Readonly<Record<string, Row>> = {
  login,
  open: openRow,
  find,
  collect,
  payout,
  events,
  memory,
  start,
  growth,
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: Object.keys(rows).join(',') },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    ms: { type: 'string' },
    size: { type: 'string' },
    payments: { type: 'string' },
    backlog: { type: 'string' },
    write: { type: 'string' },
    profile: { type: 'string' },
  },
})

const number = (given: string | undefined, usual: number): number =>
  given === undefined ? usual : Number(given)

const options: BenchOptions = {
  rounds: number(values.rounds, values.quick ? 1 : 7),
  ms: number(values.ms, values.quick ? 200 : 3_000),
  size: number(values.size, values.quick ? 2_000 : 1_000_000),
  payments: number(values.payments, values.quick ? 300 : 100_000),
  backlog: number(values.backlog, values.quick ? 400 : 100_000),
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const world = await startBenchWorld({ profileDirectory: values.profile })
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void world.stop().finally(() => process.exit(1)))
}
try {
  const machine = await describeMachine(await world.database('bench'))
  say(machine)
  const lines: Line[] = []
  for (const name of values.rows.split(',')) {
    const row = rows[name]
    if (row === undefined)
      throw new Error(`There is no row ${name}: ${Object.keys(rows).join(', ')}`)
    const measured = await row(world, options)
    say(writeTable(measured))
    say(writeCosts(measured))
    lines.push(...measured)
  }
  const { rounds, ms, payments, backlog, size } = options
  const taken = `${rounds} rounds of ${ms} ms; ${payments} payments, ${backlog} after the outage, growth to ${size}`
  const report = `Machine: ${machine}. ${taken}.\n\n${writeTable(lines)}\n\nCPU per call:\n\n${writeCosts(lines)}`
  say(`\n${report}`)
  if (values.write !== undefined) await writeFigures(values.write, report)
} finally {
  await world.stop()
}
