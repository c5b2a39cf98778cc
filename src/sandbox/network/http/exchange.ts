import type { IncomingHttpHeaders } from 'node:http'
import type { History } from '../history/history.ts'
import type { StateView } from '../history/state.ts'

/** What one reader sees: usually the ingested head, in a drill something older or with gaps. */
export interface View {
  readonly history: History
  readonly state: StateView
  readonly latest: number
  /** Whether the record with this id is there for this reader. */
  sees(id: bigint): boolean
}

export interface Exchange {
  readonly method: string
  /** Without a trailing slash, except the root. */
  readonly path: string
  readonly query: URLSearchParams
  readonly params: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  /** Scheme and host the client used. */
  readonly origin: string
  readonly body: Buffer
  readonly view: View
  readonly remoteAddress: string
}

export interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** One record of a list: its place and, when it is asked for, its words. */
export interface Item {
  readonly token: string
  render(): object
}

export interface PageRequest {
  readonly cursor: string | undefined
  readonly order: 'asc' | 'desc'
  readonly limit: number
}

export interface Collection {
  readonly cursors: CursorKind
  /** Whether it can be followed with server-sent events. */
  readonly streamed: boolean
  read(request: PageRequest, view: View): readonly Item[]
}

/** Total order ids, pairs of an id and a position, or the words of a name. */
export type CursorKind = 'id' | 'pair' | 'name'

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>

export interface Route {
  /** `/accounts/:account_id/payments` */
  readonly pattern: string
  readonly get?: Handler
  readonly post?: Handler
  readonly collection?: (exchange: Exchange) => Collection
  /** A single thing that can be followed: sent once per connection (SBX-87). */
  readonly single?: (exchange: Exchange) => object
}

const HAL = 'application/hal+json; charset=utf-8'

export function halReply(record: object): Reply {
  return { status: 200, type: HAL, body: JSON.stringify(record, null, 2) }
}

/** How a reply is put on the wire, when a drill wants it done badly (SBX-106). */
export interface Delivery {
  /** Close the connection instead of answering. */
  readonly hangUp?: boolean
  /** Close the connection after so many bytes of the body. */
  readonly cutBody?: number
  readonly headersAfterMs?: number
  readonly bodyAfterMs?: number
}

/** What a drill does to one stream (SBX-101, 102). */
export interface StreamDrill {
  /** Cut the connection, without a close event, after so many bytes or records. */
  readonly cutAfterBytes?: number
  readonly cutAfterRecords?: number
  /** Send so many records before the cursor again. */
  readonly repeat?: number
  /** End with an error event instead of records. */
  readonly error?: object
}

export type Delivered = Reply & { readonly delivery?: Delivery }

/** Stands between the listener and a route; for drills. */
export interface Interference {
  around(exchange: Exchange, next: Handler): Delivered | Promise<Delivered>
  /** Before a view is made. */
  sight(exchange: Omit<Exchange, 'view'>): SightOfReader
  stream(exchange: Exchange): StreamDrill
}

export interface SightOfReader {
  /** See everything as it was this many ledgers ago (SBX-104). */
  readonly ledgersAgo?: number
  /** Records withheld from lists and streams (SBX-103). */
  readonly withheld?: (id: bigint) => boolean
}
