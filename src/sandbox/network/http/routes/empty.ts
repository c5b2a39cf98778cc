import type { Collection, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'

/** Lists of things this network does not have yet, in the right shape (section 11.6, level C). */

const nothing = (cursors: Collection['cursors']) => (): Collection => ({
  cursors,
  streamed: false,
  read: () => [],
})

const NO_RECORDS = { _embedded: { records: [] } }

export const emptyRoutes: readonly Route[] = [
  { pattern: '/liquidity_pools', collection: nothing('name') },
  { pattern: '/trade_aggregations', collection: nothing('id') },
  { pattern: '/paths', get: () => halReply(NO_RECORDS) },
  { pattern: '/paths/strict-send', get: () => halReply(NO_RECORDS) },
  { pattern: '/paths/strict-receive', get: () => halReply(NO_RECORDS) },
]
