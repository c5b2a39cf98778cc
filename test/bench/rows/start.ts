import type { BenchOptions, Line } from '../row.ts'
import type { BenchWorld } from '../world.ts'

/** From spawning a gateway process to its being ready to serve. */
export async function start(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const databaseUrl = await world.database('bench')
  const seconds: number[] = []
  for (let round = 0; round < Math.max(1, Math.min(options.rounds, 7)); round += 1) {
    const gateway = await world.gateway(databaseUrl)
    seconds.push(gateway.startMs / 1_000)
    await gateway.stop()
  }
  return [
    {
      row: 'Start of a gateway process',
      unit: 's',
      figures: seconds,
      target: { kind: 'most', figure: 2 },
    },
  ]
}
