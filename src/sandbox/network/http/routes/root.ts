import type { Exchange, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import type { Horizon } from '../horizon.ts'
import { link, PAGED } from '../records/links.ts'
import { timeWords } from '../../history/times.ts'

const VERSION = '28.0.0-fairlead-sandbox'

export function rootRoutes(horizon: Horizon): Route[] {
  return [
    { pattern: '/', get: (exchange) => halReply(rootWords(horizon, exchange)) },
    {
      pattern: '/health',
      get: () => ({
        status: 200,
        type: 'application/json; charset=utf-8',
        body: JSON.stringify({ database_connected: true, core_up: true, core_synced: true }),
      }),
    },
  ]
}

function rootWords({ network }: Horizon, { origin, view }: Exchange): object {
  const { head, parameters } = network.ledger
  const ingested = view.history.ledger(view.latest)
  return {
    _links: rootLinks(origin),
    horizon_version: VERSION,
    core_version: 'fairlead-sandbox (no consensus, not for production)',
    ingest_latest_ledger: view.latest,
    history_latest_ledger: view.latest,
    history_latest_ledger_closed_at: timeWords(ingested?.closeTime ?? 0n),
    history_elder_ledger: view.history.elder,
    core_latest_ledger: head.sequence,
    network_passphrase: parameters.networkPassphrase,
    current_protocol_version: parameters.protocolVersion,
    supported_protocol_version: parameters.protocolVersion,
    core_supported_protocol_version: parameters.protocolVersion,
  }
}

function rootLinks(origin: string) {
  return {
    account: link(origin, '/accounts/{account_id}'),
    accounts: link(origin, '/accounts{?signer,sponsor,asset,cursor,limit,order}'),
    account_transactions: link(origin, `/accounts/{account_id}/transactions${PAGED}`),
    claimable_balances: link(
      origin,
      '/claimable_balances{?asset,sponsor,claimant,cursor,limit,order}',
    ),
    assets: link(origin, '/assets{?asset_code,asset_issuer,cursor,limit,order}'),
    effects: link(origin, `/effects${PAGED}`),
    fee_stats: link(origin, '/fee_stats'),
    friendbot: link(origin, '/friendbot{?addr}'),
    ledger: link(origin, '/ledgers/{sequence}'),
    ledgers: link(origin, `/ledgers${PAGED}`),
    operation: link(origin, '/operations/{id}'),
    operations: link(origin, '/operations{?cursor,limit,order,include_failed}'),
    payments: link(origin, `/payments${PAGED}`),
    self: link(origin, '/'),
    transaction: link(origin, '/transactions/{hash}'),
    transactions: link(origin, `/transactions${PAGED}`),
  }
}
