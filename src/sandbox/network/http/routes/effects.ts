import type { StoredOperation } from '../../history/stored.ts'
import { effectsOf } from '../../history/effects/of-operation.ts'
import { ascending, descending } from '../../history/log.ts'
import { effectRecord, effectToken } from '../records/effect-record.ts'
import type { PlacedEffect } from '../records/effect-record.ts'
import type { Collection, Exchange, PageRequest, Route, View } from '../exchange.ts'
import { fromElder } from '../id-collection.ts'
import { knownOperation } from './operations.ts'
import { accountLog, knownLedger } from './scopes.ts'
import { knownTransaction } from './transactions.ts'

export const effectRoutes: readonly Route[] = [
  {
    pattern: '/effects',
    collection: (exchange) => effects(exchange, () => exchange.view.history.operations),
  },
  {
    pattern: '/accounts/:account_id/effects',
    collection: (exchange) =>
      effects(exchange, () => accountLog(exchange).operations, exchange.params.account_id),
  },
  {
    pattern: '/ledgers/:ledger_id/effects',
    collection: (exchange) =>
      effects(exchange, () =>
        knownLedger(exchange).transactions.flatMap(({ operations }) => operations),
      ),
  },
  {
    pattern: '/transactions/:hash/effects',
    collection: (exchange) => effects(exchange, () => knownTransaction(exchange).operations),
  },
  {
    pattern: '/operations/:id/effects',
    collection: (exchange) => effects(exchange, () => [knownOperation(exchange)]),
  },
]

function effects(
  { origin }: Exchange,
  log: () => readonly StoredOperation[],
  account?: string,
): Collection {
  return {
    cursors: 'pair',
    streamed: true,
    read: (request, view) =>
      readEffects(request, view, { log: log(), account }).map((placed) => ({
        token: effectToken(placed),
        render: () => effectRecord(placed, origin),
      })),
  }
}

interface Wanted {
  readonly log: readonly StoredOperation[]
  readonly account: string | undefined
}

function readEffects(request: PageRequest, view: View, { log, account }: Wanted): PlacedEffect[] {
  const page: PlacedEffect[] = []
  for (const operation of operationsFrom(request, view, log)) {
    if (page.length >= request.limit) break
    if (!view.sees(operation.id)) continue
    const placed = effectsOf(operation).map((effect, index) => ({
      effect,
      operation,
      position: index + 1,
    }))
    const wanted = placed.filter(
      (one) => (account === undefined || one.effect.on.account === account) && isPast(one, request),
    )
    page.push(...(request.order === 'asc' ? wanted : wanted.toReversed()))
  }
  return page.slice(0, request.limit)
}

/** The operation of the cursor comes too: some of its effects may lie on the far side. */
function operationsFrom(request: PageRequest, view: View, log: readonly StoredOperation[]) {
  const cursor = fromElder(request, view)
  if (cursor === undefined) return request.order === 'asc' ? ascending(log) : descending(log)
  return request.order === 'asc' ? ascending(log, cursor - 1n) : descending(log, cursor + 1n)
}

function isPast({ operation, position }: PlacedEffect, { cursor, order }: PageRequest): boolean {
  if (cursor === undefined) return true
  const [id = '0', place] = cursor.split('-')
  const at = BigInt(id)
  const from = place === undefined ? (order === 'asc' ? Infinity : 0) : Number(place)
  if (operation.id !== at) return order === 'asc' ? operation.id > at : operation.id < at
  return order === 'asc' ? position > from : position < from
}
