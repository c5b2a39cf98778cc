import { z } from 'zod'
import type { HorizonCaller } from '../../adapters/horizon/horizon-call.ts'
import { examine, expectThat, fault, good, warning } from './finding.ts'
import type { Examined, Finding } from './finding.ts'

const root = z.object({
  network_passphrase: z.string(),
  history_latest_ledger: z.int(),
  history_elder_ledger: z.int(),
  core_latest_ledger: z.int(),
})
const newest = z.object({
  _embedded: z.object({ records: z.tuple([z.object({ closed_at: z.string() })]) }),
})

/** Ledgers close every five to six seconds; the rest is for slow ingestion and clocks. */
const staleMs = 60_000
const futureMs = 5_000
const ledgersBehindMax = 5

/** Horizon: the right network, up to date, and the clock of this machine against the network's. */
export function examineNetwork(horizon: HorizonCaller, passphrase: string): Promise<Examined> {
  return examine(
    'Stellar network',
    async () => {
      const about = root.parse((await horizon.get('/')).json)
      const ledgers = newest.parse((await horizon.get('/ledgers?order=desc&limit=1')).json)
      const closedAt = Date.parse(ledgers._embedded.records[0].closed_at)
      return [
        expectThat(
          about.network_passphrase === passphrase,
          `the network is “${passphrase}”`,
          fault(
            `Horizon is of another network, “${about.network_passphrase}”`,
            'Mend FAIRLEAD_HORIZON_URL or FAIRLEAD_NETWORK_PASSPHRASE: they have to fit',
          ),
        ),
        ofIngestion(about),
        ofNetworkTime(Date.now() - closedAt),
      ]
    },
    (reason) =>
      fault(
        `Horizon cannot be asked: ${reason}`,
        'Does it answer, and is FAIRLEAD_HORIZON_URL right?',
      ),
  )
}

function ofIngestion(about: z.infer<typeof root>): Finding {
  const behind = about.core_latest_ledger - about.history_latest_ledger
  return behind <= ledgersBehindMax
    ? good(`Horizon knows ledgers ${about.history_elder_ledger} to ${about.history_latest_ledger}`)
    : warning(
        `Horizon is ${behind} ledgers behind its core`,
        'Payments will be seen late: look at its ingestion, or use another',
      )
}

/** Which of both clocks is wrong cannot be told here, only that deadlines would be wrong. */
function ofNetworkTime(ageMs: number): Finding {
  const seconds = Math.round(Math.abs(ageMs) / 1000)
  if (ageMs < -futureMs) {
    return fault(
      `the newest ledger closed ${seconds} s in the future`,
      'The clock of this machine is behind: let it follow a time server (NTP)',
    )
  }
  return expectThat(
    ageMs <= staleMs,
    'its newest ledger closed just now, by the clock of this machine',
    fault(
      `the newest ledger closed ${seconds} s ago`,
      'Either Horizon stands still, or the clock of this machine is ahead: look at both',
    ),
  )
}
