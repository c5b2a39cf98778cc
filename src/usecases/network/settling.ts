import type { NetworkHead } from '../ports/ledger-lookup.ts'

/** Everything up to here is told by whichever Horizon is asked. */
export interface Settled {
  readonly ledger: bigint
  /** When that ledger was closed, by the network's own clock. */
  readonly until: Date
}

interface Settling {
  /** What is certain now that `head` was seen. */
  note(epoch: number, head: NetworkHead): { readonly settled?: Settled; readonly elder: bigint }
}

/**
 * Behind one address there may be several Horizons at different heights, and an empty page may come from
 * the one that is behind. So only the lowest of the last looks counts, and nothing does until there were
 * enough of them: with two Horizons taken at random, twelve looks miss one once in four thousand times.
 */
export function keepSettling(looks = 12): Settling {
  let heads: readonly NetworkHead[] = []
  let of = 0
  return {
    note(epoch, head) {
      heads = [...(epoch === of ? heads : []), head].slice(-looks)
      of = epoch
      const { latest } = heads.reduce((lowest, one) =>
        one.latest.sequence < lowest.latest.sequence ? one : lowest,
      )
      const elder = heads.reduce((most, one) => (one.elder > most ? one.elder : most), head.elder)
      const settled = { ledger: latest.sequence, until: latest.closedAt }
      return { elder, ...(heads.length >= looks && { settled }) }
    },
  }
}
