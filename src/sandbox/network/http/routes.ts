import type { Route } from './exchange.ts'
import type { Horizon } from './horizon.ts'
import { assetRoutes } from './routes/assets.ts'
import { accountRoutes } from './routes/accounts.ts'
import { claimableBalanceRoutes } from './routes/claimable-balances.ts'
import { effectRoutes } from './routes/effects.ts'
import { emptyRoutes } from './routes/empty.ts'
import { orderBookRoutes } from './routes/order-book.ts'
import { tradeRoutes } from './routes/trades.ts'
import { feeStatsRoutes } from './routes/fee-stats.ts'
import { ledgerRoutes } from './routes/ledgers.ts'
import { offerRoutes } from './routes/offers.ts'
import { operationRoutes } from './routes/operations.ts'
import { rootRoutes } from './routes/root.ts'
import { submissionRoutes } from './routes/submission.ts'
import { transactionRoutes } from './routes/transactions.ts'

/** The Horizon API. The first route of two with the same pattern takes what it has a method for. */
export function horizonRoutes(horizon: Horizon): Route[] {
  const routes = [
    ...rootRoutes(horizon),
    ...accountRoutes(horizon),
    ...transactionRoutes(horizon),
    ...submissionRoutes(horizon),
    ...operationRoutes(horizon),
    ...ledgerRoutes,
    ...feeStatsRoutes,
    ...effectRoutes,
    ...assetRoutes,
    ...claimableBalanceRoutes,
    ...offerRoutes,
    ...tradeRoutes,
    ...orderBookRoutes,
    ...emptyRoutes,
  ]
  const merged = new Map<string, Route>()
  for (const route of routes) {
    merged.set(route.pattern, { ...route, ...merged.get(route.pattern) })
  }
  return [...merged.values()]
}
