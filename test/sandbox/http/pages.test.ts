import { describe, expect, test } from 'vitest'
import type { StoredOperation } from '../../../src/sandbox/network/history/stored.ts'
import { toid } from '../../../src/sandbox/network/history/toid.ts'
import type {
  CursorKind,
  Item,
  PageRequest,
  View,
} from '../../../src/sandbox/network/http/exchange.ts'
import { fromElder, idCollection } from '../../../src/sandbox/network/http/id-collection.ts'
import { pageOf, pageRequest } from '../../../src/sandbox/network/http/paging.ts'
import { placedPage, placedToken } from '../../../src/sandbox/network/http/placed.ts'
import { viewOf } from '../../../src/sandbox/network/http/view.ts'
import type { Network } from '../../../src/sandbox/network/network/network.ts'
import { bodyOf, exchangeOf, ORIGIN } from './exchange-of.ts'

/** What is asked of a list, and the page that answers it (SBX-58 to SBX-65). */

const asked = (query: string, kind: CursorKind = 'id', lastEvent?: string) =>
  pageRequest(
    exchangeOf(`/things?${query}`, lastEvent ? { headers: { 'last-event-id': lastEvent } } : {}),
    kind,
  )
const first: PageRequest = { cursor: undefined, order: 'asc', limit: 10 }

describe('a list is asked', () => {
  test.each<[string, CursorKind, PageRequest]>([
    ['', 'id', first],
    ['cursor=&order=&limit=', 'id', first],
    ['order=asc&limit=1', 'id', { ...first, limit: 1 }],
    ['order=desc&limit=200', 'id', { ...first, order: 'desc', limit: 200 }],
    ['cursor=0', 'id', { ...first, cursor: '0' }],
    ['cursor=9223372036854775807', 'id', { ...first, cursor: '9223372036854775807' }],
    ['cursor=12-3', 'pair', { ...first, cursor: '12-3' }],
    ['cursor=12', 'pair', { ...first, cursor: '12' }],
    ['cursor=USD_G_credit_alphanum4', 'name', { ...first, cursor: 'USD_G_credit_alphanum4' }],
    // After all of ledger 9, which is the latest here.
    ['cursor=now', 'id', { ...first, cursor: '42949672959' }],
    ['cursor=now', 'pair', { ...first, cursor: '42949672959' }],
    [`cursor=${'x'.repeat(300)}`, 'name', { ...first, cursor: 'x'.repeat(300) }],
  ])('for %j, by %s (SBX-60, SBX-62)', (query, kind, request) => {
    expect(asked(query, kind)).toEqual(request)
  })

  test('from where its last event was, whatever the cursor says (SBX-61)', () => {
    expect(asked('cursor=1', 'id', '7').cursor).toBe('7')
    expect(asked('cursor=1', 'pair', '7-2').cursor).toBe('7-2')
    expect(asked('cursor=1', 'id', 'now').cursor).toBe('42949672959')
    expect(() => asked('cursor=1', 'id', 'x')).toThrow('bad_request')
    const nowhere = exchangeOf('/things?cursor=1', { headers: { 'last-event-id': '' } })
    expect(pageRequest(nowhere, 'id').cursor).toBeUndefined()
  })

  const reasons = {
    cursor: 'cursor: invalid value',
    order: 'order: invalid value, say asc or desc',
    limit: 'limit: say a number from 1 to 200',
  }
  test.each<[keyof typeof reasons, string, CursorKind]>([
    ['limit', 'limit=0', 'id'],
    ['limit', 'limit=201', 'id'],
    ['limit', 'limit=-1', 'id'],
    ['limit', 'limit=1.5', 'id'],
    ['limit', 'limit=x5', 'id'],
    ['limit', 'limit=5x', 'id'],
    ['order', 'order=up&limit=0', 'id'],
    ['cursor', 'cursor=x&order=up&limit=0', 'id'],
    ['cursor', 'cursor=x1', 'id'],
    ['cursor', 'cursor=1x', 'id'],
    ['order', 'order=ASC', 'id'],
    ['cursor', 'cursor=undefined', 'id'],
    ['cursor', 'cursor=9223372036854775808', 'id'],
    ['cursor', 'cursor=12-3', 'id'],
    ['cursor', 'cursor=12-3-4', 'pair'],
    ['cursor', 'cursor=12-', 'pair'],
    ['cursor', `cursor=${'x'.repeat(301)}`, 'name'],
  ])('and a wrong %s is refused by name: %s (SBX-62)', (field, query, kind) => {
    const extras = { invalid_field: field, reason: reasons[field] }
    expect(() => asked(query, kind)).toThrow(
      expect.objectContaining({ kind: 'bad_request', extras }),
    )
  })
})

describe('the links of a page', () => {
  const item = (token: string): Item => ({ token, render: () => ({ token }) })
  const page = (query: string, tokens: readonly string[]) => {
    const exchange = exchangeOf(`/things?${query}`)
    return bodyOf(pageOf(exchange, pageRequest(exchange, 'id'), tokens.map(item)))
  }
  const links = (self: string, next: string, prev: string) => ({
    self: { href: `${ORIGIN}/things?${self}` },
    next: { href: `${ORIGIN}/things?${next}` },
    prev: { href: `${ORIGIN}/things?${prev}` },
  })

  test('are filled in, go on after the last record, and back before the first (SBX-63)', () => {
    expect(page('join=transactions', ['3', '5', '8'])).toEqual({
      _links: links(
        'join=transactions&cursor=&limit=10&order=asc',
        'join=transactions&cursor=8&limit=10&order=asc',
        'join=transactions&cursor=3&limit=10&order=desc',
      ),
      _embedded: { records: [{ token: '3' }, { token: '5' }, { token: '8' }] },
    })
  })

  test('name the place that "now" stood for (SBX-60, SBX-63)', () => {
    const place = '42949672959'
    expect(page('cursor=now&limit=1', [])).toEqual({
      _links: links(
        `cursor=${place}&limit=1&order=asc`,
        `cursor=${place}&limit=1&order=asc`,
        `cursor=${place}&limit=1&order=desc`,
      ),
      _embedded: { records: [] },
    })
  })

  test('keep the cursor of an empty page, and the other order for the way back (SBX-63)', () => {
    expect(page('order=desc&cursor=7&limit=3', [])).toEqual({
      _links: links(
        'order=desc&cursor=7&limit=3',
        'order=desc&cursor=7&limit=3',
        'order=asc&cursor=7&limit=3',
      ),
      _embedded: { records: [] },
    })
  })
})

/** A view of trimmed or whole history, of which ledger `oldest` is the first that was kept at all. */
const viewFrom = (elder: number, oldest = 1) =>
  ({
    history: { elder, ledgers: [{ sequence: oldest }] },
    latest: 9,
    sees: (id: bigint) => id !== 4n,
  }) as unknown as View

describe('trimmed history', () => {
  const from = (cursor: string | undefined, order: 'asc' | 'desc', view: View) =>
    fromElder({ cursor, order, limit: 1 }, view)
  const elder = toid(5)

  test.each<[string | undefined, bigint]>([
    [undefined, elder - 1n],
    ['1', elder - 1n],
    [`${elder - 1n}-7`, elder - 1n],
    [`${elder}`, elder],
    [`${elder}-7`, elder],
    [`${elder + 1n}`, elder + 1n],
  ])('is read upward after %s from its oldest ledger on (SBX-65)', (cursor, start) => {
    expect(from(cursor, 'asc', viewFrom(5))).toBe(start)
  })

  test('is read downward from its end and within, and what was before it is gone (SBX-65)', () => {
    expect(from(undefined, 'desc', viewFrom(5))).toBeUndefined()
    expect(from(`${elder}`, 'desc', viewFrom(5))).toBe(elder)
    expect(() => from(`${elder - 1n}`, 'desc', viewFrom(5))).toThrow('before_history')
  })

  test('that was never trimmed is read from where it was asked (SBX-65)', () => {
    expect(from('1', 'desc', viewFrom(1))).toBe(1n)
    expect(from('1', 'asc', viewFrom(1))).toBe(1n)
    expect(from(undefined, 'asc', viewFrom(1))).toBeUndefined()
    expect(from('1', 'desc', viewFrom(5, 5))).toBe(1n)
  })
})

test('a list of ids has what its reader sees and its filter takes, both ways (SBX-62)', () => {
  const log = [1n, 2n, 3n, 4n, 5n, 6n].map((id) => ({ id }))
  const render = ({ id }: { id: bigint }) => ({ of: id })
  const list = idCollection({ log: () => log, accept: ({ id }) => id !== 2n, render })
  const read = (cursor: string | undefined, order: 'asc' | 'desc', limit: number) =>
    list.read({ cursor, order, limit }, viewFrom(1)).map((item) => item.token)
  expect(read(undefined, 'asc', 9)).toEqual(['1', '3', '5', '6'])
  expect(read('1', 'asc', 2)).toEqual(['3', '5'])
  expect(read(undefined, 'desc', 2)).toEqual(['6', '5'])
  expect(read('5', 'desc', 9)).toEqual(['3', '1'])
  expect(list.read(first, viewFrom(1))[1]?.render()).toEqual({ of: 3n })
  expect({ ...list, read: undefined }).toEqual({ cursors: 'id', streamed: true })
})

describe('what lies within operations', () => {
  const log = [2n, 3n, 4n, 5n].map((id) => ({ id }) as StoredOperation)
  const within = (operation: StoredOperation) =>
    [1, 2, 3].map((position) => ({ operation, position }))
  const read = (request: Partial<PageRequest>) =>
    placedPage({ ...first, ...request }, viewFrom(1), { log, within }).map(placedToken)
  const all = ['2-1', '2-2', '2-3', '3-1', '3-2', '3-3', '5-1', '5-2', '5-3']

  test('comes in order, without what its reader does not see (SBX-58, SBX-62)', () => {
    expect(read({})).toEqual(all)
    expect(read({ order: 'desc' })).toEqual(all.toReversed())
  })

  test.each<[string, string[]]>([
    ['2-1', all.slice(1)],
    ['2-3', all.slice(3)],
    ['3-2', all.slice(5)],
    ['3', all.slice(6)],
    ['4-9', all.slice(6)],
    ['1', all],
    ['5-3', []],
  ])('goes on after %s, also in the middle of an operation (SBX-58, SBX-62)', (cursor, rest) => {
    expect(read({ cursor })).toEqual(rest)
    expect(read({ cursor, limit: 2 })).toEqual(rest.slice(0, 2))
  })

  test.each<[string, string[]]>([
    ['5-2', all.slice(0, 7)],
    ['3-1', all.slice(0, 3)],
    ['3', all.slice(0, 3)],
    ['9', all],
    ['2-1', []],
  ])('goes back before %s (SBX-58, SBX-62)', (cursor, before) => {
    const back = before.toReversed()
    expect(read({ cursor, order: 'desc' })).toEqual(back)
    expect(read({ cursor, order: 'desc', limit: 4 })).toEqual(back.slice(0, 4))
  })
})

describe('a reader', () => {
  const network = (elder: number) => {
    const [now, before] = [{ is: 'now' }, { is: 'before' }]
    const asOf: number[] = []
    const stateBefore = (ledgers: number) => {
      asOf.push(ledgers)
      return before
    }
    const history = { elder, latest: 7, state: now, stateBefore }
    return { network: { history } as unknown as Network, now, before, asOf }
  }

  test('sees all from the oldest ledger to the latest, and no more (SBX-60, SBX-65)', () => {
    const whole = network(3)
    const view = viewOf(whole.network)
    expect(view).toMatchObject({ latest: 7, state: whole.now })
    const at = [toid(3) - 1n, toid(3), toid(7, 1, 1), toid(8) - 1n, toid(8)]
    expect(at.map((id) => view.sees(id))).toEqual([false, true, true, true, false])
    expect(whole.asOf).toEqual([])
  })

  test('some ledgers behind sees the state of then, never before the oldest (SBX-104)', () => {
    const behind = network(3)
    const view = viewOf(behind.network, { ledgersAgo: 2 })
    expect(view).toMatchObject({ latest: 5, state: behind.before })
    expect([toid(6) - 1n, toid(6)].map((id) => view.sees(id))).toEqual([true, false])
    expect(viewOf(behind.network, { ledgersAgo: 9 }).latest).toBe(3)
    expect(behind.asOf).toEqual([2, 4])
  })

  test('does not see what is withheld (SBX-103)', () => {
    const withheld = (id: bigint) => id === toid(5, 1, 1)
    const view = viewOf(network(1).network, { withheld })
    expect([toid(5, 1, 1), toid(5, 1, 2)].map((id) => view.sees(id))).toEqual([false, true])
  })
})
