import { randomUUID } from 'node:crypto'
import { costOf } from '../cost.ts'
import { watchCount } from '../payments.ts'
import type { BenchOptions, Line } from '../row.ts'
import type { BenchWorld } from '../world.ts'
import { collectInto, openSample } from './collect.ts'

const usually = 3_000

/** Payouts per second of one worker process, from due to delivered. */
export async function payout(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const count = Math.min(usually, options.backlog)
  const rates: number[] = []
  const costs: string[] = []
  for (let round = 0; round < Math.min(options.rounds, 5); round += 1) {
    const databaseUrl = await world.database(`payout_${randomUUID().replaceAll('-', '')}`)
    const sampleId = await openSample(world, databaseUrl)
    await collectInto(world, { databaseUrl, sampleId, count, first: 1 })
    const worker = await world.worker(databaseUrl)
    const cost = costOf(world, worker)
    rates.push(await cost.during(() => payOut(databaseUrl, count)))
    costs.push(cost.told())
    await worker.stop()
  }
  return [
    {
      row: 'Payouts against a bank that answers at once',
      unit: 'payouts/s',
      figures: rates,
      target: { kind: 'least', figure: 300 },
      cost: costs.at(-1) ?? '',
    },
  ]
}

/** From the first count that is seen to the last. */
async function payOut(databaseUrl: string, count: number): Promise<number> {
  const seen = await watchCount(databaseUrl, `payout where state = 'delivered'`, count)
  const [first, last] = [seen.find((one) => one.count > 0), seen.at(-1)]
  if (first === undefined || last === undefined || first === last) return Number.NaN
  return ((last.count - first.count) * 1_000) / (last.at - first.at)
}
