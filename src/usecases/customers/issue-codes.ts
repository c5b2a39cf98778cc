import type { AskedField } from '../../domain/customer/customer-type.ts'
import type { Customer } from '../../domain/customer/customer.ts'
import { isOpen } from '../../domain/customer/standing.ts'
import { isAwaited, nextVerification } from '../../domain/customer/verification.ts'
import type { Records } from '../ports/commit.ts'
import type { VerificationCodes } from '../ports/verification-codes.ts'
import type { VerificationMessage } from '../ports/verification-sender.ts'

export interface Issuing {
  readonly customer: Customer
  readonly asked: readonly AskedField[]
  /** Kept names of values that are new in this commit. */
  readonly changed: readonly string[]
  readonly codes: VerificationCodes
  readonly now: Date
}

/**
 * Makes a code for each field of the type that needs one and awaits none. Answers the messages to be
 * sent after the commit. Codes for values that changed are void from here on (SEP12-96).
 */
export async function issueCodes(
  records: Records,
  issuing: Issuing,
): Promise<readonly VerificationMessage[]> {
  const { customer, asked, changed } = issuing
  if (changed.length > 0) await records.verifications.useUp(customer.id, changed)
  const messages: VerificationMessage[] = []
  for (const { name } of asked.filter((field) => needsCode(field, customer))) {
    const message = await issueCode(records, issuing, name)
    if (message !== undefined) messages.push(message)
  }
  return messages
}

function needsCode(field: AskedField, { fields }: Customer): boolean {
  const value = fields[field.name]
  return field.needsCode && value !== undefined && !value.verified && isOpen(field.name, fields)
}

async function issueCode(
  { verifications }: Records,
  { customer, codes, now }: Issuing,
  field: string,
): Promise<VerificationMessage | undefined> {
  const previous = await verifications.lock(customer.id, field)
  if (isAwaited(previous, now)) return undefined
  const code = codes.newCode()
  const codeHash = codes.hash(code, customer.id, field)
  const next = nextVerification(previous, { customerId: customer.id, field, codeHash }, now)
  const destination = customer.fields[field]?.value
  if (next === undefined || destination === undefined) return undefined
  await verifications.put(next)
  return { customerId: customer.id, field, destination, code }
}
