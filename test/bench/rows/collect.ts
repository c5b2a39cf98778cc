import { randomUUID } from 'node:crypto'
import { compose } from '../../../src/compose/compose.ts'
import type { Rooms } from '../../../src/compose/compose.ts'
import { checkConfig } from '../../../src/config/config.ts'
import { readEnvironment } from '../../../src/config/env.ts'
import { readConfigFile } from '../../../src/cli/read-config-file.ts'
import { createLog } from '../../../src/observability/log.ts'
import { fill } from '../fill.ts'
import { tellPayments } from '../payments.ts'
import type { BenchOptions, Line } from '../row.ts'
import type { BenchWorld } from '../world.ts'
import { openDesk } from './open.ts'

const usually = 5_000

/** Payments collected and matched per second, a few thousand at once and after an outage. */
export async function collect(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const few = Math.min(usually, options.backlog)
  const rates: number[] = []
  for (let round = 0; round < Math.min(options.rounds, 5); round += 1) {
    rates.push(await collectAnew(world, few))
  }
  const target = { kind: 'least', figure: 1_000 } as const
  return [
    { row: `Collect and match ${few} payments`, unit: 'payments/s', figures: rates, target },
    {
      row: `The same with ${options.backlog} waiting after an outage`,
      unit: 'payments/s',
      figures: [await collectAnew(world, options.backlog)],
      target,
    },
  ]
}

/** In a new database with so many transactions that wait. */
async function collectAnew(world: BenchWorld, count: number): Promise<number> {
  const databaseUrl = await world.database(`collect_${randomUUID().replaceAll('-', '')}`)
  const sampleId = await openSample(world, databaseUrl)
  return collectInto(world, { databaseUrl, sampleId, count, first: 1 })
}

export async function openSample(world: BenchWorld, databaseUrl: string): Promise<string> {
  const desk = await openDesk(world, databaseUrl)
  const id = await desk.open(0)
  await desk.close()
  return id
}

export interface Collecting {
  readonly databaseUrl: string
  readonly sampleId: string
  readonly count: number
  /** Memo of the first of the new transactions. */
  readonly first: number
  /** How many payments the network told of before. */
  readonly before?: number
}

/** Fills in transactions that wait and collects their payments in this process; answers payments per second. */
export async function collectInto(
  world: BenchWorld,
  { databaseUrl, sampleId, count, first, before = 0 }: Collecting,
): Promise<number> {
  await fill(world, { databaseUrl, sampleId, first, count, state: 'awaiting' })
  await tellPayments(world, { firstMemo: first - before, count: before + count })
  const rooms = await roomsOn(world, databaseUrl)
  try {
    await rooms.watchAccounts()
    const began = performance.now()
    const collected = await rooms.collectStellarPayments(world.accounts.distribution)
    const ms = performance.now() - began
    if (!collected.ok || collected.value.added !== count) {
      throw new Error(`Not all of ${count} payments were collected: ${JSON.stringify(collected)}`)
    }
    return (count * 1_000) / ms
  } finally {
    await rooms.close()
  }
}

/** The rooms of a worker without its jobs: collecting alone is measured, not the payouts that follow. */
async function roomsOn(world: BenchWorld, databaseUrl: string): Promise<Rooms> {
  const environment = readEnvironment(await world.environment(databaseUrl))
  const file = await readConfigFile(environment.configFile)
  if (!('content' in file)) throw new Error(file.fault)
  const { config, secrets } = checkConfig(environment, file.content)
  return compose({ config, secrets, sites: [config.site], log: createLog({ level: 'warn' }) })
}
