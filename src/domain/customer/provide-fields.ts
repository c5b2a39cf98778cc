import type { FieldToCorrect } from './standing.ts'
import type { Customer, ProvidedField, ProvidedFields } from './customer.ts'
import { sep9Field } from './sep9-fields.ts'

/** A new value by kept name; of a file its id and fingerprint. */
export interface NewValue {
  readonly value: string
  readonly digest?: string
}

/**
 * Adds values to what a customer has provided. A changed value loses what was decided about the old
 * one, its code included (SEP12-79, SEP12-96); the same value again changes nothing (SEP12-70). The
 * built-in check decides at once: what has its form is accepted.
 */
export function provideFields(
  fields: ProvidedFields,
  values: ReadonlyMap<string, NewValue>,
): ProvidedFields {
  const changed = [...values].filter(([name, value]) => !isSame(fields[name], value))
  if (changed.length === 0) return fields
  const added = changed.map(([name, value]) => [name, { ...value, status: 'ACCEPTED' }] as const)
  return { ...fields, ...Object.fromEntries(added) }
}

/** Marks fields whose owner has answered with the right code. */
export const verifyFields = (fields: ProvidedFields, names: readonly string[]): ProvidedFields => {
  const verified = names.flatMap((name) => {
    const field = fields[name]
    return field === undefined ? [] : [[name, { ...field, verified: true }] as const]
  })
  return verified.length === 0 ? fields : { ...fields, ...Object.fromEntries(verified) }
}

/**
 * Rejects values that were accepted on receipt and that somebody later refused, such as the rail. Only
 * another value mends it. Fields that were not provided are left to the standing.
 */
export function rejectFields(customer: Customer, refused: readonly FieldToCorrect[]): Customer {
  const rejected = refused.flatMap(({ name, message }) => {
    const kept = sep9Field(name)?.name ?? name
    const field = Object.hasOwn(customer.fields, kept) ? customer.fields[kept] : undefined
    return field === undefined
      ? []
      : [[kept, { ...field, status: 'REJECTED', error: message }] as const]
  })
  if (rejected.length === 0) return customer
  return { ...customer, fields: { ...customer.fields, ...Object.fromEntries(rejected) } }
}

/** Whether anything that is kept about the two differs. */
const isSame = (field: ProvidedField | undefined, value: NewValue): boolean =>
  field !== undefined &&
  (value.digest === undefined ? field.value === value.value : field.digest === value.digest)
