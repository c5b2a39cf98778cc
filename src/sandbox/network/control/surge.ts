import type { Network } from '../network/network.ts'

/** So many ledgers have this base fee, in stroops, and then again the one from before (SBX-109). */
export interface SurgeOrder {
  readonly baseFee: bigint
  readonly ledgers: number
}

interface Surge {
  /** The hash of the ledger that raised the fee: it may be taken back. */
  readonly raisedIn: string
  /** The ledger after which the fee is `usual` again. */
  readonly last: number
  readonly usual: bigint
  /** The ledger that ended it; none while it lasts. */
  readonly endedIn?: number
}

/**
 * Raises the base fee. One that is ordered while another lasts takes its place, and ends with the fee
 * before both. When history goes back, so do surges: one that had not begun there never was, and one
 * that had not ended there lasts again.
 */
export function createSurge(network: Network): (order: SurgeOrder) => void {
  let surges: readonly Surge[] = []

  function endLasting(): Surge | undefined {
    const surge = surges.at(-1)
    if (surge === undefined || surge.endedIn !== undefined) return undefined
    const endedIn = network.ledger.head.sequence + 1
    surges = [...surges.slice(0, -1), { ...surge, endedIn }]
    return surge
  }

  network.onRewound(() => {
    const hashes = new Set(network.history.ledgers.map(({ hash }) => hash))
    const { sequence } = network.ledger.head
    surges = surges
      .filter(({ raisedIn }) => hashes.has(raisedIn))
      .map(({ endedIn = Infinity, ...surge }) =>
        endedIn > sequence ? surge : { ...surge, endedIn },
      )
  })

  network.onIngested(({ sequence }) => {
    if (sequence < (surges.at(-1)?.last ?? Infinity)) return
    const surge = endLasting()
    if (surge !== undefined) network.close({ upgrades: { baseFee: surge.usual } })
  })

  return ({ baseFee, ledgers }) => {
    const usual = endLasting()?.usual ?? network.ledger.head.baseFee
    const { hash: raisedIn, sequence } = network.close({ upgrades: { baseFee } })
    surges = [...surges, { raisedIn, last: sequence + ledgers, usual }]
  }
}
