import { openBare } from '../bare.ts'
import { expectStatus } from '../client.ts'
import { costOf } from '../cost.ts'
import { interleave, rateOf, ratios } from '../measure.ts'
import type { BenchOptions, Line } from '../row.ts'
import type { BenchWorld } from '../world.ts'
import type { Desk } from './open.ts'
import { lanes, openDesk } from './open.ts'

const perLane = 50

/** SEP-31 GET of one transaction over HTTP, against reading its row. */
export async function find(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const databaseUrl = await world.database('bench')
  const desk = await openDesk(world, databaseUrl)
  const ids = await openSome(desk)
  const bare = await openBare(databaseUrl, lanes)
  const ours = () =>
    rateOf((lane) => findOne(desk, lane, pick(ids, lane)), { lanes, ms: options.ms })
  await ours() // warm
  const cost = { ours: costOf(world, desk.gateway), bare: costOf(world) }
  const figures = await interleave(
    {
      ours: () => cost.ours.during(ours),
      bare: () =>
        cost.bare.during(() =>
          rateOf((lane) => bare.find(lane, pick(ids, lane)), { lanes, ms: options.ms }),
        ),
    },
    options.rounds,
  )
  await bare.close()
  await desk.close()
  return [
    {
      row: 'SEP-31 GET transaction',
      unit: 'requests/s',
      figures: figures.ours,
      bare: {
        what: 'lookups of the row',
        figures: figures.bare,
        ratios: ratios(figures.ours, figures.bare),
      },
      target: { kind: 'ratio', least: 0.5 },
      cost: `${cost.ours.told()}; bare: ${cost.bare.told()}`,
    },
  ]
}

type Ids = readonly (readonly string[])[]

/** Some transactions of each client. */
export const openSome = (desk: Desk): Promise<Ids> =>
  Promise.all(
    desk.seats.map(async (_, lane) => {
      const ids: string[] = []
      while (ids.length < perLane) ids.push(await desk.open(lane))
      return ids
    }),
  )

let next = 0

function pick(ids: Ids, lane: number): string {
  const own = ids[lane] ?? []
  next += 1
  return own[next % own.length] ?? ''
}

async function findOne(desk: Desk, lane: number, id: string): Promise<void> {
  const seat = desk.seats[lane]
  if (seat === undefined) throw new Error(`There is no lane ${lane}`)
  const { token } = seat.parties
  await expectStatus(seat.connection, 200, {
    method: 'GET',
    path: `/sep31/transactions/${id}`,
    token,
  })
}
