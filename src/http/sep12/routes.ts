import type { FindCustomer } from '../../usecases/customers/find-customer.ts'
import type { RegisterCustomer } from '../../usecases/customers/register-customer.ts'
import type { RouteTable } from '../server/route.ts'
import { getCustomer } from './get-customer.ts'
import { putCustomer } from './put-customer.ts'

export interface Sep12Parts {
  readonly findCustomer: FindCustomer
  readonly registerCustomer: RegisterCustomer
}

/** SEP-12 1.15.0, under the address published as `KYC_SERVER`. */
export const sep12Routes = (parts: Sep12Parts): RouteTable => ({
  cors: true,
  routes: [
    {
      method: 'GET',
      path: '/sep12/customer',
      auth: 'client',
      route: getCustomer(parts.findCustomer),
    },
    {
      method: 'PUT',
      path: '/sep12/customer',
      auth: 'client',
      route: putCustomer(parts.registerCustomer),
    },
  ],
})
