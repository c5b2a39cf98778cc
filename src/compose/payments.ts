import { httpPayoutRail } from '../adapters/rails/http/http-payout-rail.ts'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/secrets.ts'
import { outwardCalls } from '../observability/outward-calls.ts'
import type { TellCustomers } from '../usecases/customers/tell-customers.ts'
import { askAfterDelivery } from '../usecases/payouts/ask-after-delivery.ts'
import { receivePayoutNotice } from '../usecases/payouts/receive-payout-notice.ts'
import { recordRailWord } from '../usecases/payouts/record-rail-word.ts'
import { retryDeadPayout } from '../usecases/payouts/retry-dead-payout.ts'
import { sendPayout } from '../usecases/payouts/send-payout.ts'
import { settlePayout } from '../usecases/payouts/settle-payout.ts'
import { matchStellarPayments } from '../usecases/stellar-payments/match-stellar-payments.ts'
import type { SaveChanges } from '../usecases/transactions/save-change.ts'
import { composeCollecting } from './collecting.ts'
import type { Foundation } from './foundation.ts'
import { patienceOf } from './patience.ts'

interface Saving {
  readonly saveChanges: SaveChanges
  readonly tellCustomers: TellCustomers
}

/** Rooms of money coming in on Stellar and going out at the bank. */
export function composePayments(
  foundation: Foundation,
  { config, secrets }: { readonly config: Config; readonly secrets: Secrets },
  { saveChanges, tellCustomers }: Saving,
) {
  const { commit, read, now, metrics } = foundation
  const waiting = patienceOf(config)
  const rail = httpPayoutRail({
    url: config.railUrl,
    token: secrets.railToken,
    secret: secrets.railSecret,
    timeoutMs: waiting.railTimeoutMs,
    now,
    onCall: outwardCalls(foundation, 'bank', 'info'),
  })
  const patience = waiting.payout
  const record = recordRailWord({ commit, saveChanges, tellCustomers, now, patience })
  const heard: typeof record = async (key, word) => {
    const state = await record(key, word)
    if (state !== undefined) metrics.payoutStep(state)
    return state
  }
  const paying = { commit, saveChanges, now, patience, rail, recordRailWord: heard }
  const match = matchStellarPayments({ commit, saveChanges, now })
  const { closeNetwork, ...collecting } = composeCollecting(foundation, config, match)
  return {
    ...collecting,
    matchStellarPayments: match,
    sendPayout: sendPayout(paying),
    settlePayout: settlePayout(paying),
    askAfterDelivery: askAfterDelivery({ ...paying, read, turn: waiting.askTurn }),
    receivePayoutNotice: receivePayoutNotice({ recordRailWord: heard }),
    retryDeadPayout: retryDeadPayout(paying),
    async close() {
      await Promise.all([closeNetwork(), rail.close()])
    },
  }
}
