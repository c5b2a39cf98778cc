import type { AssetPolicy } from '../domain/asset/asset-policy.ts'
import type { PartnerRooms } from '../graphql/partner/context.ts'
import { writeCustomerView } from '../graphql/customer/customer.type.ts'
import type { FindCustomer } from '../usecases/customers/find-customer.ts'
import { watchEvents } from '../usecases/events/watch-events.ts'
import type { Foundation } from './foundation.ts'

type Desks = Pick<PartnerRooms, 'findTransaction' | 'listTransactions' | 'openTransaction'> & {
  readonly findCustomer: FindCustomer
}

/** What the partner API opens onto. */
export const composePartner = (
  { read, tail }: Foundation,
  desks: Desks,
  assets: ReadonlyMap<string, AssetPolicy>,
): PartnerRooms => ({
  assets: [...assets.values()],
  findTransaction: desks.findTransaction,
  listTransactions: desks.listTransactions,
  openTransaction: desks.openTransaction,
  findCustomer: async (principal, { id, type }) => {
    const outcome = await desks.findCustomer({ principal, id, ...(type !== undefined && { type }) })
    return outcome.ok ? writeCustomerView(outcome.value) : undefined
  },
  watchEvents: watchEvents({ read, tail }),
})
