import type { LedgerLookup } from '../../usecases/ports/ledger-lookup.ts'
import type { HorizonCaller } from './horizon-call.ts'
import { dateIn, digitsIn, isRecord, textIn, unreadable } from './reading.ts'

/**
 * Ledgers by Horizon: its root tells the latest one it has ingested, with the time it was closed at, and
 * the oldest it still has.
 */
export const horizonLedgers = (caller: HorizonCaller): LedgerLookup => ({
  async head() {
    const { status, json } = await caller.get('/')
    if (status !== 200 || !isRecord(json)) throw unreadable('its root')
    return {
      latest: {
        sequence: BigInt(digitsIn(json, 'history_latest_ledger')),
        closedAt: dateIn(json, 'history_latest_ledger_closed_at'),
      },
      elder: BigInt(digitsIn(json, 'history_elder_ledger')),
    }
  },

  async find(sequence) {
    const { status, json } = await caller.get(`/ledgers/${sequence}`)
    if (!isRecord(json)) throw unreadable('it is no ledger')
    if (status !== 200) return problemOf(json)
    return {
      sequence: BigInt(digitsIn(json, 'sequence')),
      hash: textIn(json, 'hash'),
      closedAt: dateIn(json, 'closed_at'),
    }
  },
})

/** Only Horizon's own word says that a ledger is not there, not some proxy's. */
function problemOf(json: Readonly<Record<string, unknown>>): undefined {
  const type = textIn(json, 'type')
  if (!/(not_found|before_history)$/.test(type)) throw unreadable('it is no ledger')
}
