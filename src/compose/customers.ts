import { sandboxCode, sandboxSender } from '../adapters/verification/sandbox-sender.ts'
import { verificationCodes } from '../adapters/verification/verification-codes.ts'
import type { CallbackRules } from '../domain/callback/callback-url.ts'
import { writeCustomerNotice } from '../http/sep12/wire.ts'
import { deleteCustomer } from '../usecases/customers/delete-customer.ts'
import { findCustomer } from '../usecases/customers/find-customer.ts'
import { forgetLapsedFiles } from '../usecases/customers/forget-lapsed-files.ts'
import { listFiles } from '../usecases/customers/list-files.ts'
import { registerCustomer } from '../usecases/customers/register-customer.ts'
import { rejectCustomer } from '../usecases/customers/reject-customer.ts'
import { saveCustomerChange } from '../usecases/customers/save-customer-change.ts'
import { setCustomerCallback } from '../usecases/customers/set-customer-callback.ts'
import { tellCustomers } from '../usecases/customers/tell-customers.ts'
import { uploadFile } from '../usecases/customers/upload-file.ts'
import { verifyCustomer } from '../usecases/customers/verify-customer.ts'
import type { HostLookup } from '../usecases/ports/host-lookup.ts'
import type { ResumeTransactionsOfCustomer } from '../usecases/transactions/resume-after-customer-update.ts'
import type { Foundation } from './foundation.ts'
import { sha256 } from './transactions.ts'
import type { Config } from '../config/config.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import type { CustomerTypes } from '../domain/customer/customer-type.ts'
import { readyCustomerTypes } from '../domain/customer/customer-type.ts'

/** The customer types of the configuration, ready for use; throws with what is wrong with them. */
export function customerTypesOf({ customerTypes, kycValidation }: Config): CustomerTypes {
  const ready = readyCustomerTypes(customerTypes, kycValidation)
  if (!ready.ok) throw new ConfigurationFaulty(ready.refusal.faults)
  return ready.value
}

export interface CustomerParts {
  readonly types: CustomerTypes
  readonly resumeTransactions: ResumeTransactionsOfCustomer
  readonly callbackRules: CallbackRules
  readonly hosts: HostLookup
  readonly isSandbox: boolean
  /** Keys the confirmation codes. */
  readonly codeSecret: Uint8Array
}

/** Rooms of customers. */
export function composeCustomers(foundation: Foundation, parts: CustomerParts) {
  const { commit, read, now, newId, log } = foundation
  const { types, callbackRules, hosts } = parts
  refuseCodesWithoutWay(parts)
  const notices = { types, newId, writeNotice: writeCustomerNotice }
  const saveChange = saveCustomerChange({
    ...notices,
    resumeTransactions: parts.resumeTransactions,
  })
  const find = findCustomer({ read, types })
  const register = registerCustomer({
    commit,
    types,
    saveCustomerChange: saveChange,
    codes: verificationCodes(parts.codeSecret, parts.isSandbox ? () => sandboxCode : undefined),
    sender: sandboxSender((field, customerId) => log.info({ field, customerId }, 'code noted')),
    newId,
    now,
    digest: sha256,
  })
  return {
    findCustomer: find,
    registerCustomer: register,
    verifyCustomer: verifyCustomer({ registerCustomer: register, findCustomer: find }),
    setCustomerCallback: setCustomerCallback({
      commit,
      types,
      saveCustomerChange: saveChange,
      callbackRules,
      hosts,
      now,
    }),
    deleteCustomer: deleteCustomer({
      commit,
      resumeTransactions: parts.resumeTransactions,
      now,
    }),
    rejectCustomer: rejectCustomer({
      commit,
      saveCustomerChange: saveChange,
      resumeTransactions: parts.resumeTransactions,
      now,
    }),
    uploadFile: uploadFile({ commit, newId, now, digest: sha256 }),
    listFiles: listFiles({ read, now }),
    forgetLapsedFiles: forgetLapsedFiles({ commit, now }),
    tellCustomers: tellCustomers(notices),
  }
}

/** Outside of the sandbox nothing carries codes to people yet: customers would wait for ever. */
function refuseCodesWithoutWay({ types, isSandbox }: CustomerParts): void {
  const needsCodes = [...types.byName.values()].flat().some((field) => field.needsCode)
  if (!needsCodes || isSandbox) return
  throw new ConfigurationFaulty([
    'fairlead.yaml: customerTypes: verify asks for codes, and there is no way to send them yet',
  ])
}
