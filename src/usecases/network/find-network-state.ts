import type { Epoch, Stop } from '../../domain/network/epoch.ts'
import type { Read } from '../ports/commit.ts'
import type { WatchedPlace } from '../ports/network-records.ts'

export interface NetworkState {
  readonly epoch: Epoch
  /** Nothing is collected, matched or expired until an operator has decided about it. */
  readonly openStop?: Stop
  readonly lastStop?: Stop
  /** Those without a cursor wait for the network to be there for the first time. */
  readonly accounts: readonly WatchedPlace[]
}

/** For health, metrics, back office and command line. */
export type FindNetworkState = () => Promise<NetworkState>

export const findNetworkState =
  ({ read }: { readonly read: Read }): FindNetworkState =>
  () =>
    read(async ({ network }) => {
      const openStop = await network.openStop()
      const lastStop = await network.lastStop()
      return {
        epoch: await network.epoch(),
        ...(openStop && { openStop }),
        ...(lastStop && { lastStop }),
        accounts: await network.places(),
      }
    })
