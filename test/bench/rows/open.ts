import { openBare } from '../bare.ts'
import { open, settleIn } from '../client.ts'
import type { Parties } from '../client.ts'
import { openConnections } from '../connections.ts'
import type { Connection } from '../connections.ts'
import { costOf } from '../cost.ts'
import { interleave, rateOf, ratios } from '../measure.ts'
import type { BenchOptions, Line } from '../row.ts'
import type { BenchWorld, Gateway } from '../world.ts'

export const lanes = 16

/** A gateway with clients that have all a transaction needs. */
export interface Desk {
  readonly gateway: Gateway
  readonly seats: readonly { readonly connection: Connection; readonly parties: Parties }[]
  open(lane: number): Promise<string>
  close(): Promise<void>
}

export async function openDesk(world: BenchWorld, databaseUrl: string): Promise<Desk> {
  const gateway = await world.gateway(databaseUrl)
  const connections = await openConnections(gateway.url, lanes)
  const seats = await Promise.all(
    connections.map(async (connection) => ({ connection, parties: await settleIn(connection) })),
  )
  return {
    gateway,
    seats,
    async open(lane) {
      const seat = seats[lane]
      if (seat === undefined) throw new Error(`There is no lane ${lane}`)
      return open(seat.connection, seat.parties)
    },
    async close() {
      connections.forEach((connection) => connection.close())
      await gateway.stop()
    },
  }
}

/** SEP-31 POST over HTTP, against inserting the same rows in as many commits. */
export async function openRow(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const databaseUrl = await world.database('bench')
  const desk = await openDesk(world, databaseUrl)
  const ours = () => rateOf((lane) => desk.open(lane), { lanes, ms: options.ms })
  await ours() // warm
  const bare = await openBare(databaseUrl, lanes)
  const cost = { ours: costOf(world, desk.gateway), bare: costOf(world) }
  const figures = await interleave(
    {
      ours: () => cost.ours.during(ours),
      bare: () =>
        cost.bare.during(() => rateOf((lane) => bare.insert(lane), { lanes, ms: options.ms })),
    },
    options.rounds,
  )
  await bare.close()
  await desk.close()
  return [
    {
      row: 'SEP-31 POST transactions',
      unit: 'requests/s',
      figures: figures.ours,
      bare: {
        what: 'inserts of the same rows, one commit each',
        figures: figures.bare,
        ratios: ratios(figures.ours, figures.bare),
      },
      target: { kind: 'ratio', least: 0.5 },
      cost: `${cost.ours.told()}; bare: ${cost.bare.told()}`,
    },
  ]
}
