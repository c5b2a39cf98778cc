import type { DeleteCustomer } from '../../usecases/customers/delete-customer.ts'
import type { FindCustomer } from '../../usecases/customers/find-customer.ts'
import type { ListFiles } from '../../usecases/customers/list-files.ts'
import type { RegisterCustomer } from '../../usecases/customers/register-customer.ts'
import type { SetCustomerCallback } from '../../usecases/customers/set-customer-callback.ts'
import type { UploadFile } from '../../usecases/customers/upload-file.ts'
import type { VerifyCustomer } from '../../usecases/customers/verify-customer.ts'
import type { ClientRoute, Method, RouteEntry, RouteTable } from '../server/route.ts'
import { getFiles, postFile } from './customer-files.ts'
import { deleteCustomerRoute } from './delete-customer.ts'
import { getCustomer } from './get-customer.ts'
import { limitMisses } from './limit-misses.ts'
import { putCallback } from './put-callback.ts'
import { putCustomer } from './put-customer.ts'
import { putVerification } from './put-verification.ts'

export interface Sep12Parts {
  readonly findCustomer: FindCustomer
  readonly registerCustomer: RegisterCustomer
  readonly verifyCustomer: VerifyCustomer
  readonly setCustomerCallback: SetCustomerCallback
  readonly deleteCustomer: DeleteCustomer
  readonly uploadFile: UploadFile
  readonly listFiles: ListFiles
  readonly now: () => Date
}

/** SEP-12 1.15.0, under the address published as `KYC_SERVER`. */
export const sep12Routes = (parts: Sep12Parts): RouteTable => {
  const limited = limitMisses(parts.now)
  const entry = (method: Method, path: string, route: ClientRoute): RouteEntry => ({
    method,
    path: `/sep12${path}`,
    auth: 'client',
    route: limited(route),
  })
  return {
    cors: true,
    authFailureStatus: 401,
    routes: [
      entry('GET', '/customer', getCustomer(parts.findCustomer)),
      entry('PUT', '/customer', putCustomer(parts.registerCustomer)),
      entry('PUT', '/customer/callback', putCallback(parts.setCustomerCallback)),
      entry('PUT', '/customer/verification', putVerification(parts.verifyCustomer)),
      entry('DELETE', '/customer/:account', deleteCustomerRoute(parts.deleteCustomer)),
      entry('POST', '/customer/files', postFile(parts.uploadFile)),
      entry('GET', '/customer/files', getFiles(parts.listFiles)),
    ],
  }
}
