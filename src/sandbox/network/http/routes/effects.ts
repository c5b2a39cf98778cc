import type { StoredOperation } from '../../history/stored.ts'
import { effectsOf } from '../../history/effects/of-operation.ts'
import { effectRecord } from '../records/effect-record.ts'
import type { PlacedEffect } from '../records/effect-record.ts'
import type { Collection, Exchange, Route } from '../exchange.ts'
import { placedPage, placedToken } from '../placed.ts'
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
      effects(exchange, () => accountLog(exchange).affecting, exchange.params.account_id),
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
  const within = (operation: StoredOperation): PlacedEffect[] =>
    effectsOf(operation)
      .map((effect, index) => ({ effect, operation, position: index + 1 }))
      .filter(({ effect }) => account === undefined || effect.on.account === account)
  return {
    cursors: 'pair',
    streamed: true,
    read: (request, view) =>
      placedPage(request, view, { log: log(), within }).map((placed) => ({
        token: placedToken(placed),
        render: () => effectRecord(placed, origin),
      })),
  }
}
