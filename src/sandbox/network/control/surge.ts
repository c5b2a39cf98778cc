import type { Network } from '../network/network.ts'

/** So many ledgers have this base fee, in stroops, and then again the one from before (SBX-109). */
export interface SurgeOrder {
  readonly baseFee: bigint
  readonly ledgers: number
}

/** Raises the base fee. One that is ordered while another lasts takes its place, and ends with the fee before both. */
export function createSurge(network: Network): (order: SurgeOrder) => void {
  let lasting: { readonly usual: bigint; readonly forget: () => void } | undefined

  function take(): bigint {
    const usual = lasting?.usual ?? network.ledger.head.baseFee
    lasting?.forget()
    lasting = undefined
    return usual
  }

  return ({ baseFee, ledgers }) => {
    const usual = take()
    network.close({ upgrades: { baseFee } })
    const end = network.ledger.head.sequence + ledgers
    const forget = network.onIngested(({ sequence }) => {
      if (sequence < end) return
      take()
      // It is there already when the ledgers of the surge were taken back.
      if (network.ledger.head.baseFee !== usual) network.close({ upgrades: { baseFee: usual } })
    })
    lasting = { usual, forget }
  }
}
