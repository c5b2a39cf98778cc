import type { AssetPolicy } from '../domain/asset/asset-policy.ts'
import type { PartnerRooms } from '../graphql/partner/context.ts'
import { watchEvents } from '../usecases/events/watch-events.ts'
import type { Foundation } from './foundation.ts'

type Desks = Pick<
  PartnerRooms,
  'findTransaction' | 'listTransactions' | 'openTransaction' | 'findCustomer'
>

/** What the partner API opens onto. */
export const composePartner = (
  { read, tail }: Foundation,
  { findTransaction, listTransactions, openTransaction, findCustomer }: Desks,
  assets: ReadonlyMap<string, AssetPolicy>,
): PartnerRooms => ({
  assets: [...assets.values()],
  findTransaction,
  listTransactions,
  openTransaction,
  findCustomer,
  watchEvents: watchEvents({ read, tail }),
})
