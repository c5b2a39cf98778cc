import { setTimeout as pause } from 'node:timers/promises'
import { fill } from '../fill.ts'
import { residentMbOf } from '../machine.ts'
import { tellPayments, watchCount } from '../payments.ts'
import { open } from '../client.ts'
import type { BenchOptions, Line } from '../row.ts'
import type { BenchWorld } from '../world.ts'
import { openDesk } from './open.ts'

const batches = 10
const settleMs = 2_000

/** Memory of both processes before and while payments go through, and whether it goes on growing. */
export async function memory(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const databaseUrl = await world.database('memory')
  const desk = await openDesk(world, databaseUrl)
  const sampleId = await desk.open(0)
  await tellPayments(world, { firstMemo: 1, count: 0 }) // those of other rows are none of ours
  const worker = await world.worker(databaseUrl)
  const [gatewayMb, workerMb]: [number[], number[]] = [[], []]
  const look = async () => {
    await pause(Math.min(settleMs, options.payments * 10))
    gatewayMb.push(residentMbOf(desk.gateway.pid))
    workerMb.push(residentMbOf(worker.pid))
  }
  await look()
  const size = Math.ceil(options.payments / batches)
  for (let batch = 0; batch < batches; batch += 1) {
    const first = 1 + batch * size
    await fill(world, { databaseUrl, sampleId, first, count: size, state: 'awaiting' })
    await tellPayments(world, { firstMemo: 1, count: (batch + 1) * size })
    const paid = watchCount(databaseUrl, `payout where state = 'delivered'`, (batch + 1) * size)
    const stop = keepOpening(desk)
    await paid
    await stop()
    await look()
  }
  await worker.stop()
  await desk.close()
  return [lineOf('gateway', gatewayMb, options), lineOf('worker', workerMb, options)]
}

/** Some life at the gateway, too. */
function keepOpening(desk: Awaited<ReturnType<typeof openDesk>>): () => Promise<void> {
  let isOver = false
  const run = async () => {
    const [seat] = desk.seats
    while (!isOver && seat !== undefined) {
      await open(seat.connection, seat.parties)
      await pause(20)
    }
  }
  const running = run()
  return async () => {
    isOver = true
    await running
  }
}

function lineOf(name: string, mb: readonly number[], { payments }: BenchOptions): Line {
  const half = mb.slice(1, 1 + batches / 2)
  const rest = mb.slice(1 + batches / 2)
  const most = Math.max(...half)
  return {
    row: `Memory of the ${name}: second half of ${payments} payments against the first`,
    unit: 'MB',
    figures: rest,
    bare: {
      what: `most in the first half; idle ${mb[0]?.toFixed(0)} MB`,
      figures: half,
      ratios: rest.map((one) => one / most),
    },
    target: { kind: 'ratioMost', most: 1.1 },
  }
}
