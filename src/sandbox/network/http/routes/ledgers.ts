import { ledgerRecord } from '../records/ledger-record.ts'
import type { Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import { idCollection } from '../id-collection.ts'
import { knownLedger } from './scopes.ts'

export const ledgerRoutes: readonly Route[] = [
  {
    pattern: '/ledgers',
    collection: ({ view, origin }) =>
      idCollection({
        log: () => view.history.ledgers,
        render: (ledger) => ledgerRecord(ledger, origin),
      }),
  },
  {
    pattern: '/ledgers/:ledger_id',
    get: (exchange) => halReply(ledgerRecord(knownLedger(exchange), exchange.origin)),
  },
]
