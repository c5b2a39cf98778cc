import { afterLedger, LARGEST_ID } from '../history/toid.ts'
import type { CursorKind, Exchange, Item, PageRequest } from './exchange.ts'
import { badField } from './problem.ts'

const DEFAULT_LIMIT = 10
const LARGEST_LIMIT = 200

/** `Last-Event-ID` wins over `cursor`: a client that re-connects sends its old URL with it (SBX-61). */
export function pageRequest(exchange: Exchange, kind: CursorKind): PageRequest {
  return {
    cursor: cursorOf(exchange, kind),
    order: orderOf(exchange.query.get('order')),
    limit: limitOf(exchange.query.get('limit')),
  }
}

function cursorOf({ headers, query, view }: Exchange, kind: CursorKind): string | undefined {
  const lastEvent = headers['last-event-id']
  const given = (typeof lastEvent === 'string' ? lastEvent : undefined) ?? query.get('cursor')
  if (given === null || given === '') return undefined
  if (given === 'now') return afterLedger(view.latest).toString()
  if (!isCursor(given, kind)) throw badField('cursor', 'cursor: invalid value')
  return given
}

function isCursor(text: string, kind: CursorKind): boolean {
  switch (kind) {
    case 'name':
      return text.length <= 300
    case 'id':
      return isId(text)
    case 'pair':
      return text.split('-').length <= 2 && text.split('-').every(isId)
  }
}

function isId(text: string): boolean {
  return /^\d{1,19}$/.test(text) && BigInt(text) <= LARGEST_ID
}

function orderOf(text: string | null): 'asc' | 'desc' {
  if (text === null || text === '' || text === 'asc') return 'asc'
  if (text === 'desc') return 'desc'
  throw badField('order', 'order: invalid value, say asc or desc')
}

function limitOf(text: string | null): number {
  if (text === null || text === '') return DEFAULT_LIMIT
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > LARGEST_LIMIT) {
    throw badField('limit', `limit: say a number from 1 to ${LARGEST_LIMIT}`)
  }
  return limit
}

/** A page with its links; `next` of an empty page keeps the cursor, so that a client can poll it. */
export function pageOf(exchange: Exchange, request: PageRequest, items: readonly Item[]): object {
  const { cursor = '', order } = request
  const inverted = order === 'asc' ? 'desc' : 'asc'
  const href = (changed: { cursor: string; order: string }) => {
    const query = new URLSearchParams(exchange.query)
    query.set('cursor', changed.cursor)
    query.set('limit', String(request.limit))
    query.set('order', changed.order)
    return { href: `${exchange.origin}${exchange.path}?${query.toString()}` }
  }
  return {
    _links: {
      self: href({ cursor, order }),
      next: href({ cursor: items.at(-1)?.token ?? cursor, order }),
      prev: href({ cursor: items[0]?.token ?? cursor, order: inverted }),
    },
    _embedded: { records: items.map((item) => item.render()) },
  }
}
