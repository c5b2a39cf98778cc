import { setTimeout as pause } from 'node:timers/promises'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { open } from '../client.ts'
import { costOf } from '../cost.ts'
import { quantile } from '../measure.ts'
import type { BenchOptions, Line } from '../row.ts'
import type { BenchWorld } from '../world.ts'
import type { Desk } from './open.ts'
import { openDesk } from './open.ts'

const subscribers = 1_000
const eventsPerSecond = 100

/**
 * From sending the request that opens a transaction to its event at the subscriber: more than from the
 * commit to the subscriber, as the request is in it. Of a thousand sockets a sixteenth hears each event.
 */
export async function events(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const databaseUrl = await world.database('events')
  const desk = await openDesk(world, databaseUrl)
  const count = options.ms < 1_000 ? 50 : subscribers
  const lines: Line[] = []
  for (const scope of ['transaction', 'client'] as const) {
    const hearing = await subscribeAll(desk, count, scope)
    const cost = costOf(world, desk.gateway)
    const p95: number[] = []
    for (let round = 0; round < options.rounds; round += 1) {
      const delays: number[] = []
      await cost.during(() => openPaced(desk, hearing, { ms: options.ms, delays }))
      p95.push(quantile(delays, 0.95))
    }
    hearing.close()
    lines.push({
      row:
        scope === 'client'
          ? `Commit to ${Math.ceil(count / desk.seats.length)} subscribers each, of ${count}`
          : `Commit to one subscriber, of ${count}`,
      unit: `ms p95 at ${eventsPerSecond} events/s`,
      figures: p95,
      target: { kind: 'most', figure: 50 },
      cost: `${cost.told()} per event`,
    })
  }
  await desk.close()
  return lines
}

interface Hearing {
  /** Resolves with the moment at which all that hear of this transaction have heard. */
  heard(lane: number, id: string): Promise<number>
  close(): void
}

/**
 * `client`: the sockets are shared out among the clients, and each hears all events of its client.
 * `transaction`: one socket of each client hears all, the others wait for transactions that are quiet.
 */
async function subscribeAll(
  desk: Desk,
  count: number,
  scope: 'client' | 'transaction',
): Promise<Hearing> {
  const waiting = new Map<string, { left: number; told(at: number): void }>()
  const arrived = new Map<string, number>()
  const lanes = desk.seats.length
  const hear = (text: string): void => {
    const id = /"transactionId":"([^"]+)"/.exec(text)?.[1]
    if (id === undefined) return
    arrived.set(id, (arrived.get(id) ?? 0) + 1)
    const awaited = waiting.get(id)
    if (awaited === undefined || arrived.get(id) !== awaited.left) return
    waiting.delete(id)
    awaited.told(performance.now())
  }
  const sockets: WebSocket[] = []
  const quiet = await desk.open(0)
  for (let place = 0; place < count; place += 1) {
    const listensToAll = scope === 'client' || place < lanes
    const token = desk.seats[place % lanes]?.parties.token ?? ''
    const filter = listensToAll ? '' : `(filter: { transactionId: "${quiet}" })`
    sockets.push(await subscribe(desk.gateway.url, { token, filter, hear }))
  }
  const hearersOf = (lane: number): number =>
    scope === 'client' ? Math.ceil((count - lane) / lanes) : 1
  return {
    heard: (lane, id) =>
      new Promise((resolve) => {
        const left = hearersOf(lane)
        if (arrived.get(id) === left) resolve(performance.now())
        else waiting.set(id, { left, told: resolve })
      }),
    close: () => sockets.forEach((socket) => socket.terminate()),
  }
}

interface Subscription {
  readonly token: string
  readonly filter: string
  readonly hear: (text: string) => void
}

async function subscribe(url: string, { token, filter, hear }: Subscription): Promise<WebSocket> {
  const address = `${url.replace(/^http/, 'ws')}/graphql`
  const socket = new WebSocket(address, 'graphql-transport-ws')
  await once(socket, 'open')
  const query = `subscription { transactionEvents${filter} { cursor transactionId type status at } }`
  socket.send(
    JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }),
  )
  await once(socket, 'message') // acknowledged
  socket.on('message', (data: Buffer) => hear(data.toString()))
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
  // Answers come in the order of the requests, so once this ping is answered the subscription has begun.
  socket.send(JSON.stringify({ type: 'ping' }))
  await once(socket, 'message')
  return socket
}

/** Opens transactions at a steady rate, whatever they take; answers events per second. */
async function openPaced(
  desk: Desk,
  hearing: Hearing,
  { ms, delays }: { readonly ms: number; readonly delays: number[] },
): Promise<number> {
  const total = Math.max(5, Math.round((ms * eventsPerSecond) / 1_000))
  const began = performance.now()
  const free = desk.seats.map((_, lane) => lane)
  const running: Promise<void>[] = []
  for (let place = 0; place < total; place += 1) {
    const dueIn = began + (place * 1_000) / eventsPerSecond - performance.now()
    if (dueIn > 0) await pause(dueIn)
    const lane = free.shift()
    if (lane === undefined) {
      place -= 1 // all connections are busy: the rate is not reached, and the delay shows why
      await pause(1)
      continue
    }
    running.push(openAndHear(desk, hearing, { lane, delays, done: () => free.push(lane) }))
  }
  await Promise.all(running)
  return (total * 1_000) / (performance.now() - began)
}

async function openAndHear(
  desk: Desk,
  hearing: Hearing,
  { lane, delays, done }: { lane: number; delays: number[]; done: () => void },
): Promise<void> {
  const seat = desk.seats[lane]
  if (seat === undefined) throw new Error(`There is no lane ${lane}`)
  const sent = performance.now()
  const id = await open(seat.connection, seat.parties)
  done()
  delays.push((await hearing.heard(lane, id)) - sent)
}
