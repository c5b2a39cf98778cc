import type { ProvidedField, ProvidedFields } from './customer.ts'

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

/** Names of the fields that have another value now; one that was only confirmed is not among them. */
export const changedFields = (before: ProvidedFields, after: ProvidedFields): ReadonlySet<string> =>
  new Set(
    Object.entries(after)
      .filter(([name, field]) => !isSame(before[name], field))
      .map(([name]) => name),
  )

/** Whether anything that is kept about the two differs. */
const isSame = (field: ProvidedField | undefined, value: NewValue): boolean =>
  field !== undefined &&
  (value.digest === undefined ? field.value === value.value : field.digest === value.digest)
