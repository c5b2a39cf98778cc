import { horizonNetwork } from '../adapters/horizon/horizon-network.ts'
import type { Config } from '../config/config.ts'
import { outwardCalls } from '../observability/outward-calls.ts'
import { acceptNetworkReset, resumeNetwork } from '../usecases/network/decide-stop.ts'
import { findNetworkState } from '../usecases/network/find-network-state.ts'
import { watchNetwork } from '../usecases/network/watch-network.ts'
import { NetworkUnavailable } from '../usecases/ports/stellar-network.ts'
import { collectStellarPayments } from '../usecases/stellar-payments/collect-stellar-payments.ts'
import type { MatchStellarPayments } from '../usecases/stellar-payments/match-stellar-payments.ts'
import { recheckStellarPayments } from '../usecases/stellar-payments/recheck-stellar-payments.ts'
import { startWatching } from '../usecases/stellar-payments/start-watching.ts'
import type { StartAt } from '../usecases/stellar-payments/start-watching.ts'
import type { Foundation } from './foundation.ts'

/** A sandbox's network is asked as often as accounts are read; a Horizon of others is spared. */
const watchRhythm = {
  sandbox: { lookEveryMs: 250, compareEveryMs: 1_000 },
  network: { lookEveryMs: 5_000, compareEveryMs: 30_000 },
}

/** Rooms of what the Stellar network tells. */
export function composeCollecting(
  foundation: Foundation,
  config: Config,
  match: MatchStellarPayments,
) {
  const { commit, read, now, newId, log } = foundation
  const network = horizonNetwork({
    horizonUrl: config.network.horizonUrl,
    onCall: outwardCalls(foundation, 'horizon', 'debug'),
  })
  const watch = watchNetwork({
    ledgers: network,
    commit,
    read,
    now,
    onStopped: (stop) => log.error(wordsOfStop(stop), 'collecting is stopped'),
    ...watchRhythm[config.isSandbox ? 'sandbox' : 'network'],
  })
  const begin = startWatching({ commit, read, network, ledgers: network, now })
  const reading = { commit, read, network, watch, now }
  return {
    ...composeOperatorsWord(foundation),
    /** Gives every watched account its place in history; to be called before anything is opened. */
    watchAccounts: async () => {
      for (const [account, cursor] of config.startCursors) {
        await begin(account, startAt(cursor)).catch((error: unknown) => {
          if (!(error instanceof NetworkUnavailable)) throw error
          log.warn({ account, error: error.message }, 'watched once the network is there')
        })
      }
    },
    collectStellarPayments: (account: string) =>
      collectStellarPayments({
        ...reading,
        startWatching: begin,
        newId,
        onPage: async (of) => void (await match(of)),
        startAt: startAt(config.startCursors.get(account) ?? 'now'),
      })(account),
    recheckStellarPayments: recheckStellarPayments({
      ...reading,
      onFound: (account, payments) => log.warn({ account, payments }, 'payments were held back'),
    }),
    closeNetwork: () => network.close(),
  }
}

const composeOperatorsWord = ({ commit, read, now }: Foundation) => ({
  acceptNetworkReset: acceptNetworkReset({ commit, now }),
  resumeNetwork: resumeNetwork({ commit, now }),
  findNetworkState: findNetworkState({ read }),
})

const wordsOfStop = ({
  epoch,
  reason,
  detail,
}: {
  readonly epoch: number
  readonly reason: string
  readonly detail: string
}) => ({ epoch, reason, detail })

const startAt = (cursor: string): StartAt => (cursor === 'now' ? 'now' : { cursor })
