import { createPartsReader, decodeParts } from '../../history/envelopes.ts'
import type { StoredOperation } from '../../history/stored.ts'
import { operationRecord } from '../records/operation-record.ts'
import type { Collection, Exchange, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import { flagField, idField } from '../fields.ts'
import type { Horizon } from '../horizon.ts'
import { idCollection } from '../id-collection.ts'
import { badField, Problem } from '../problem.ts'
import { accountLog, claimableBalanceOperations, knownLedger } from './scopes.ts'
import { knownTransaction } from './transactions.ts'

interface Scope {
  readonly log: () => readonly StoredOperation[]
  /** Lists under one transaction hold the operations of a failed one too. */
  readonly always?: boolean
}

type Kind = 'operations' | 'payments'

export function operationRoutes({ options: { withMeta } }: Horizon): Route[] {
  const list = (exchange: Exchange, { log, always = false }: Scope): Collection => {
    const failed = flagField(exchange, 'include_failed') || always
    const joined = isJoined(exchange)
    const decode = createPartsReader()
    return idCollection({
      log,
      accept: ({ transaction }) => failed || transaction.successful,
      render: (operation) =>
        operationRecord(operation, { origin: exchange.origin, joined, withMeta, decode }),
    })
  }
  return [
    ...(['operations', 'payments'] as const).flatMap((kind) => scopedRoutes(kind, list)),
    {
      pattern: '/operations/:id',
      get: (exchange) =>
        halReply(
          operationRecord(knownOperation(exchange), {
            origin: exchange.origin,
            joined: isJoined(exchange),
            withMeta,
            decode: decodeParts,
          }),
        ),
    },
  ]
}

function scopedRoutes(
  kind: Kind,
  list: (exchange: Exchange, scope: Scope) => Collection,
): readonly Route[] {
  const wanted = (operations: readonly StoredOperation[]) =>
    kind === 'operations' ? operations : operations.filter(({ payment }) => payment)
  return [
    {
      pattern: `/${kind}`,
      collection: (exchange) => list(exchange, { log: () => exchange.view.history[kind] }),
    },
    {
      pattern: `/accounts/:account_id/${kind}`,
      collection: (exchange) => list(exchange, { log: () => accountLog(exchange)[kind] }),
    },
    {
      pattern: `/ledgers/:ledger_id/${kind}`,
      collection: (exchange) =>
        list(exchange, {
          log: () =>
            wanted(knownLedger(exchange).transactions.flatMap(({ operations }) => operations)),
        }),
    },
    {
      pattern: `/transactions/:hash/${kind}`,
      collection: (exchange) =>
        list(exchange, {
          log: () => wanted(knownTransaction(exchange).operations),
          always: true,
        }),
    },
    {
      pattern: `/claimable_balances/:balance_id/${kind}`,
      collection: (exchange) =>
        list(exchange, { log: () => wanted(claimableBalanceOperations(exchange)) }),
    },
  ]
}

function isJoined({ query }: Exchange): boolean {
  const join = query.get('join')
  if (join === null || join === '') return false
  if (join === 'transactions') return true
  throw badField('join', 'Accepted values: transactions')
}

export function knownOperation({ params, view }: Exchange): StoredOperation {
  const id = idField(params.id)
  const operation = view.history.operation(id)
  if (operation && view.sees(id)) return operation
  throw new Problem(id >> 32n < BigInt(view.history.elder) ? 'before_history' : 'not_found')
}
