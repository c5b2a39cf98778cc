import type { TransactionField } from '../asset/asset-policy.ts'
import type { Customer } from '../customer/customer.ts'
import { keptName } from '../customer/sep9-fields.ts'
import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'

export type Fields = Readonly<Record<string, string>>
export type AskedFields = Readonly<Record<string, TransactionField>>

export type FieldsRefusal =
  /** Only the missing ones, as `/info` describes them. */
  { readonly code: 'transaction_info_needed'; readonly missing: AskedFields } | FieldRefusal

export interface FieldRefusal {
  readonly code: 'field_not_among_choices'
  readonly field: string
  readonly choices: readonly string[]
}

/**
 * The per-payment bank data that is kept: what the asset asks for, and nothing else (SEP31-O10). A field
 * that a customer already has under the same SEP-9 name need not be sent again (SEP31-O11), and `type` is
 * the funding method in the old form (SEP31-O12). Empty texts count as not given.
 */
export function readTransactionFields(facts: {
  readonly asked: AskedFields
  readonly given: Fields
  readonly fundingMethod: string
  readonly customers: readonly (Customer | undefined)[]
}): Outcome<Fields, FieldsRefusal> {
  const given = withType(facts)
  const fields: Record<string, string> = {}
  const missing: Record<string, TransactionField> = {}
  for (const [name, field] of Object.entries(facts.asked)) {
    const value = valueOf(given, name)
    const refusal = value === undefined ? undefined : refusalOfValue(name, value, field)
    if (refusal !== undefined) return refused(refusal)
    if (value !== undefined) fields[name] = value
    else if (!isCovered(name, field, facts.customers)) missing[name] = field
  }
  return Object.keys(missing).length === 0
    ? accepted(fields)
    : refused({ code: 'transaction_info_needed', missing })
}

/** Why a value is none of the choices (SEP31-O09). */
export const refusalOfValue = (
  name: string,
  value: string,
  field: TransactionField | undefined,
): FieldRefusal | undefined =>
  field?.choices === undefined || field.choices.includes(value)
    ? undefined
    : { code: 'field_not_among_choices', field: name, choices: field.choices }

export const valueOf = (fields: Fields, name: string): string | undefined =>
  Object.hasOwn(fields, name) && fields[name] !== '' ? fields[name] : undefined

function withType({
  asked,
  given,
  fundingMethod,
}: {
  readonly asked: AskedFields
  readonly given: Fields
  readonly fundingMethod: string
}): Fields {
  const type = asked['type']
  if (type === undefined || valueOf(given, 'type') !== undefined) return given
  return refusalOfValue('type', fundingMethod, type) === undefined
    ? { ...given, type: fundingMethod }
    : given
}

const isCovered = (
  name: string,
  field: TransactionField,
  customers: readonly (Customer | undefined)[],
): boolean =>
  field.optional === true ||
  customers.some(
    (customer) => customer !== undefined && Object.hasOwn(customer.fields, keptName(name)),
  )
