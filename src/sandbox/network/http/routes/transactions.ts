import type { StoredTransaction } from '../../history/stored.ts'
import { transactionRecord } from '../records/transaction-record.ts'
import type { Collection, Exchange, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import { flagField, hashField } from '../fields.ts'
import type { Horizon } from '../horizon.ts'
import { idCollection } from '../id-collection.ts'
import { Problem } from '../problem.ts'
import { accountLog, claimableBalanceOperations, knownLedger } from './scopes.ts'

export function transactionRoutes({ options: { withMeta } }: Horizon): Route[] {
  const list = (exchange: Exchange, log: () => readonly StoredTransaction[]): Collection => {
    const failed = flagField(exchange, 'include_failed')
    return idCollection({
      log,
      accept: (transaction) => failed || transaction.successful,
      render: (transaction) =>
        transactionRecord(transaction, { origin: exchange.origin, withMeta }),
    })
  }
  return [
    {
      pattern: '/transactions',
      collection: (exchange) => list(exchange, () => exchange.view.history.transactions),
    },
    {
      pattern: '/transactions/:hash',
      get: (exchange) => halReply(transactionWords(exchange, withMeta)),
    },
    {
      pattern: '/accounts/:account_id/transactions',
      collection: (exchange) => list(exchange, () => accountLog(exchange).transactions),
    },
    {
      pattern: '/ledgers/:ledger_id/transactions',
      collection: (exchange) => list(exchange, () => knownLedger(exchange).transactions),
    },
    {
      pattern: '/claimable_balances/:balance_id/transactions',
      collection: (exchange) =>
        list(exchange, () => [
          ...new Set(claimableBalanceOperations(exchange).map(({ transaction }) => transaction)),
        ]),
    },
  ]
}

function transactionWords(exchange: Exchange, withMeta: boolean): object {
  const transaction = knownTransaction(exchange)
  return transactionRecord(transaction, {
    origin: exchange.origin,
    askedHash: hashField(exchange.params.hash),
    withMeta,
  })
}

/** By outer or inner hash; one that this reader may not see yet is not there. */
export function knownTransaction({ params, view }: Exchange): StoredTransaction {
  const transaction = view.history.transaction(hashField(params.hash))
  if (!transaction || transaction.ledger.sequence > view.latest) throw new Problem('not_found')
  if (transaction.ledger.sequence < view.history.elder) throw new Problem('not_found')
  return transaction
}
