import type { Config } from '../config/config.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import type { CustomerTypes } from '../domain/customer/customer-type.ts'
import { readyCustomerTypes } from '../domain/customer/customer-type.ts'

/** The customer types of the configuration, ready for use; throws with what is wrong with them. */
export function customerTypesOf({ customerTypes, kycValidation }: Config): CustomerTypes {
  const types = Object.entries(customerTypes).map(
    ([name, { requirements, ...type }]) =>
      [name, { ...type, requirements: requirements.map(compact) }] as const,
  )
  const ready = readyCustomerTypes(Object.fromEntries(types), kycValidation)
  if (!ready.ok) throw new ConfigurationFaulty(ready.refusal.faults)
  return ready.value
}

/** Without the keys that the file left out. */
const compact = ({ choices, optional, ...requirement }: Requirement) => ({
  ...requirement,
  ...(choices && { choices }),
  ...(optional !== undefined && { optional }),
})

type Requirement = Config['customerTypes'][string]['requirements'][number]
