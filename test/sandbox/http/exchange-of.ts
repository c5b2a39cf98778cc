import type { History } from '../../../src/sandbox/network/history/history.ts'
import { createState } from '../../../src/sandbox/network/history/state.ts'
import type { StoredLedger } from '../../../src/sandbox/network/history/stored.ts'
import type { Exchange, Route } from '../../../src/sandbox/network/http/exchange.ts'
import { pageOf, pageRequest } from '../../../src/sandbox/network/http/paging.ts'
import type { Entry } from '../../../src/sandbox/network/ledger/entries.ts'

export interface Seen {
  readonly entries?: readonly Entry[]
  readonly ledgers?: readonly StoredLedger[]
  readonly params?: Readonly<Record<string, string>>
  readonly headers?: Exchange['headers']
}

export const ORIGIN = 'https://horizon.example'

/** A GET as a route meets it, of a network that holds just these entries and ledgers. */
export function exchangeOf(target: string, seen: Seen = {}): Exchange {
  const { entries = [], ledgers = [], params = {}, headers = {} } = seen
  const url = new URL(target, ORIGIN)
  const state = createState(entries)
  const ledger = (sequence: number) => ledgers.find((one) => one.sequence === sequence)
  const latest = ledgers.at(-1)?.sequence ?? 9
  const history = { state, ledgers, ledger, latest, elder: 1 } as Partial<History> as History
  return {
    method: 'GET',
    path: url.pathname,
    query: url.searchParams,
    params,
    headers,
    origin: ORIGIN,
    body: Buffer.alloc(0),
    view: { history, state, latest, sees: () => true },
    remoteAddress: '127.0.0.1',
  }
}

export const bodyOf = (record: object) => JSON.parse(JSON.stringify(record)) as object

/** The page that the list of a route gives, as it is sent. */
export function pageBy(route: Route | undefined, exchange: Exchange) {
  const collection = route?.collection?.(exchange)
  if (!collection) throw new Error('no list')
  const request = pageRequest(exchange, collection.cursors)
  const page = pageOf(exchange, request, collection.read(request, exchange.view))
  return bodyOf(page) as { _embedded: { records: Record<string, unknown>[] } }
}
