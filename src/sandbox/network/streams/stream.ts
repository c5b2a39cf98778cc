import type { ServerResponse } from 'node:http'
import type {
  Collection,
  Exchange,
  Item,
  PageRequest,
  StreamDrill,
  View,
} from '../http/exchange.ts'
import type { Horizon } from '../http/horizon.ts'
import { pageRequest } from '../http/paging.ts'
import type { Problem } from '../http/problem.ts'
import { createEventWriter } from './events.ts'
import type { EventWriter } from './events.ts'

export interface Stream {
  readonly horizon: Horizon
  readonly exchange: Exchange
  readonly response: ServerResponse
  /** What this reader may see right now. */
  readonly view: () => View
  readonly drill: StreamDrill
}

/** Existing records after the cursor, then new ones after each ingested ledger, each once (SBX-82). */
export function streamCollection(stream: Stream, collection: Collection): void {
  const { horizon, exchange, view, drill } = stream
  const asked = pageRequest(exchange, collection.cursors)
  const request = drill.repeat ? startEarlier(asked, collection, stream) : asked
  let { cursor } = request
  let left = asked.limit
  const read = () => collection.read({ ...request, cursor, limit: left }, view())
  const first = read()
  const writer = open(stream)
  const send = (items: readonly Item[]) => {
    for (const item of items) {
      if (writer.closed) return
      cursor = item.token
      left -= 1
      writer.record(item.token, item.render())
    }
    if (left <= 0) writer.bye()
  }
  send(first)
  follow(stream, writer, () => send(read()))
  if (horizon.network.history.latest > exchange.view.latest) send(read())
}

/** The state of one thing, once per connection; its changes only where that was switched on (SBX-87). */
export function streamSingle(stream: Stream, single: (exchange: Exchange) => object): void {
  const { horizon, exchange, view } = stream
  const first = single(exchange)
  const writer = open(stream)
  let last = JSON.stringify(first)
  writer.record(exchange.params.account_id ?? '', first)
  follow(stream, writer, () => {
    if (!horizon.options.accountStreamUpdates) return
    const current = single({ ...exchange, view: view() })
    if (JSON.stringify(current) === last) return
    last = JSON.stringify(current)
    writer.record(exchange.params.account_id ?? '', current)
  })
}

function open({ response, drill }: Stream): EventWriter {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache',
    Connection: 'keep-alive',
  })
  const writer = createEventWriter(response, drill)
  writer.hello()
  return writer
}

/** Until the client leaves, the time is over, or there is nothing more to say. */
function follow(stream: Stream, writer: EventWriter, onLedger: () => void): void {
  const { horizon, response, drill } = stream
  if (writer.closed || response.destroyed) return
  const { network, options } = horizon
  const stops = [
    network.onIngested(() => {
      if (!writer.closed) attempt(writer, onLedger)
    }),
    network.onRewound(() => writer.cut()),
  ]
  const timer = setTimeout(() => writer.bye(), options.streamTimeoutMs)
  response.on('close', () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  })
  if (drill.error) writer.problem(drill.error)
}

/** A stream that cannot go on says why and ends (SBX-86). */
function attempt(writer: EventWriter, work: () => void): void {
  try {
    work()
  } catch (error) {
    const problem = error as Partial<Problem>
    writer.problem({ title: problem.kind, detail: problem.message })
  }
}

/** A drill: the last records come once more, as after a badly kept position (SBX-102). */
function startEarlier(asked: PageRequest, collection: Collection, stream: Stream): PageRequest {
  const { repeat = 0 } = stream.drill
  if (asked.cursor === undefined || asked.order === 'desc') return asked
  const { cursor } = asked
  const earlier = collection.read({ cursor, order: 'desc', limit: repeat }, stream.view())
  return { ...asked, cursor: earlier[repeat - 1]?.token }
}
