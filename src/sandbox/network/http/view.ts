import type { Network } from '../network/network.ts'
import { afterLedger, toid } from '../history/toid.ts'
import type { SightOfReader, View } from './exchange.ts'

export function viewOf(
  { history }: Network,
  { ledgersAgo = 0, withheld }: SightOfReader = {},
): View {
  const latest = Math.max(history.elder, history.latest - ledgersAgo)
  const newest = afterLedger(latest)
  const oldest = toid(history.elder)
  return {
    history,
    latest,
    state: ledgersAgo === 0 ? history.state : history.stateBefore(history.latest - latest),
    sees: (id) => id <= newest && id >= oldest && !withheld?.(id),
  }
}
