import { createHash } from 'node:crypto'
import { hostLookup } from '../adapters/guarded-fetch/host-lookup.ts'
import { sandboxCode, sandboxSender } from '../adapters/verification/sandbox-sender.ts'
import { verificationCodes } from '../adapters/verification/verification-codes.ts'
import type { Config } from '../config/config.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import type { Secrets } from '../config/secrets.ts'
import type { CustomerTypes } from '../domain/customer/customer-type.ts'
import type { Sep12Parts } from '../http/sep12/routes.ts'
import { writeCustomerNotice } from '../http/sep12/wire.ts'
import { deleteCustomer } from '../usecases/customers/delete-customer.ts'
import { findCustomer } from '../usecases/customers/find-customer.ts'
import { forgetLapsedFiles } from '../usecases/customers/forget-lapsed-files.ts'
import type { ForgetLapsedFiles } from '../usecases/customers/forget-lapsed-files.ts'
import { listFiles } from '../usecases/customers/list-files.ts'
import { registerCustomer } from '../usecases/customers/register-customer.ts'
import { saveCustomerChange } from '../usecases/customers/save-customer-change.ts'
import { setCustomerCallback } from '../usecases/customers/set-customer-callback.ts'
import { uploadFile } from '../usecases/customers/upload-file.ts'
import { verifyCustomer } from '../usecases/customers/verify-customer.ts'
import type { ResumeTransactionsOfCustomer } from '../usecases/transactions/resume-after-customer-update.ts'
import type { Foundation } from './foundation.ts'

interface Neighbours {
  readonly types: CustomerTypes
  readonly resumeTransactions: ResumeTransactionsOfCustomer
}

/** Rooms of SEP-12. */
export function composeCustomers(
  foundation: Foundation,
  { config, secrets }: { readonly config: Config; readonly secrets: Secrets },
  { types, resumeTransactions }: Neighbours,
): Sep12Parts & { readonly forgetLapsedFiles: ForgetLapsedFiles } {
  const { commit, read, now, newId } = foundation
  const change = saveCustomerChange({
    types,
    newId,
    writeNotice: writeCustomerNotice,
    resumeTransactions,
  })
  const registering = { commit, types, saveCustomerChange: change, newId, now, digest }
  const register = registerCustomer({
    ...registering,
    ...verificationOf(foundation, { config, secrets, types }),
  })
  const find = findCustomer({ read, types })
  const { isSandbox } = config
  return {
    findCustomer: find,
    registerCustomer: register,
    verifyCustomer: verifyCustomer({ registerCustomer: register, findCustomer: find }),
    setCustomerCallback: setCustomerCallback({
      ...registering,
      callbackRules: { allowHttp: isSandbox, allowPrivateHosts: isSandbox },
      hosts: hostLookup(),
    }),
    deleteCustomer: deleteCustomer({ commit }),
    uploadFile: uploadFile(registering),
    listFiles: listFiles({ read, now }),
    forgetLapsedFiles: forgetLapsedFiles({ commit, now }),
  }
}

interface VerificationSettings {
  readonly config: Config
  readonly secrets: Secrets
  readonly types: CustomerTypes
}

/** Codes and their way to the customer; so far only the sandbox has one. */
function verificationOf({ log }: Foundation, { config, secrets, types }: VerificationSettings) {
  const secret = Buffer.from(secrets.tokenSecret)
  const needsCodes = [...types.byName.values()].flat().some((field) => field.needsCode)
  if (needsCodes && !config.isSandbox) {
    throw new ConfigurationFaulty([
      'fairlead.yaml: customerTypes: verify asks for codes, and there is no way to send them yet',
    ])
  }
  return {
    codes: verificationCodes(secret, config.isSandbox ? () => sandboxCode : undefined),
    sender: sandboxSender((field, customerId) =>
      log.info({ field, customerId }, 'a verification code would be sent'),
    ),
  }
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')
