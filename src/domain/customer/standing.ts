import type { AskedField, CustomerTypes } from './customer-type.ts'
import { plainField } from './customer-type.ts'
import type { Customer, FieldStatus, ProvidedField, ProvidedFields } from './customer.ts'
import { keptName, sep9Field } from './sep9-fields.ts'

export type CustomerStatus = 'ACCEPTED' | 'PROCESSING' | 'NEEDS_INFO' | 'REJECTED'

/** A field of the customer that a waiting transaction needs corrected; `message` may be shown. */
export interface FieldToCorrect {
  readonly name: string
  readonly message: string
}

export interface ShownField extends AskedField {
  readonly status: FieldStatus
  /** Why it was rejected. */
  readonly error?: string
}

/** Where a customer stands for one type: what SEP-12 tells, and what decides on a transaction. */
export interface Standing {
  readonly status: CustomerStatus
  /** What is still to be sent, or to be sent again; optional ones included. */
  readonly wanted: readonly AskedField[]
  readonly provided: readonly ShownField[]
  /** Names asked for that keep the customer from being accepted. */
  readonly missing: readonly string[]
  readonly message?: string
}

/**
 * Where `customer` stands for the fields of a type; undefined is somebody nothing is known about.
 * A field that was rejected, or that a waiting transaction wants corrected, is shown both as provided
 * (with the reason) and as wanted (SEP12-49, SEP12-59). Source: SEP-12 1.15.0, GET customer.
 */
export function standingFor(
  customer: Customer | undefined,
  asked: readonly AskedField[],
  toCorrect: readonly FieldToCorrect[] = [],
): Standing {
  const errors = new Map(toCorrect.map(({ name, message }) => [keptName(name), message] as const))
  // What a waiting transaction wants is no choice of the customer's, whatever the type says.
  const all = [...asked, ...alsoAsked(asked, toCorrect)].map((field) =>
    errors.has(field.name) ? { ...field, optional: false } : field,
  )
  const fields = customer?.fields ?? {}
  const provided = all.flatMap((field) => {
    const value = Object.hasOwn(fields, field.name) ? fields[field.name] : undefined
    if (value === undefined) return []
    const needsCode = field.needsCode && isOpen(field.name, fields)
    return [shown({ ...field, needsCode }, value, errors.get(field.name))]
  })
  const lacking = all.filter((field) => !Object.hasOwn(fields, field.name))
  const rejected = provided.filter((field) => field.status === 'REJECTED')
  const withoutCode = provided.filter((field) => field.status === 'VERIFICATION_REQUIRED')
  const missing = [...lacking.filter((field) => !field.optional), ...rejected, ...withoutCode]
  const status = statusOf(customer, missing, provided)
  const message = messageOf(customer, status)
  return {
    status,
    wanted: status === 'REJECTED' ? [] : [...rejected.map(asWanted), ...lacking],
    provided: [...provided, ...furtherProvided(customer, all)],
    missing: missing.map((field) => field.askedAs),
    ...(message !== undefined && { message }),
  }
}

/** Whether a code can reach the owner: not when the number is given as a hash (SEP09-23). */
export const isOpen = (name: string, fields: ProvidedFields): boolean =>
  name !== 'mobile_number' || (fields['mobile_number_format']?.value ?? 'E.164') === 'E.164'

/** The fields of the type that a customer is checked for when a request names none (SEP12-41). */
export const usualTypeName = (types: CustomerTypes, customer: Customer | undefined): string =>
  customer?.lastType !== undefined && types.byName.has(customer.lastType)
    ? customer.lastType
    : types.defaultName

function statusOf(
  customer: Customer | undefined,
  missing: readonly AskedField[],
  provided: readonly ShownField[],
): CustomerStatus {
  if (customer?.rejected !== undefined) return 'REJECTED'
  if (customer === undefined || missing.length > 0) return 'NEEDS_INFO'
  return provided.some((field) => field.status === 'PROCESSING') ? 'PROCESSING' : 'ACCEPTED'
}

const messageOf = (customer: Customer | undefined, status: CustomerStatus): string | undefined =>
  status === 'PROCESSING' ? 'The information is being checked' : customer?.rejected

function shown(field: AskedField, value: ProvidedField, wantedBecause?: string): ShownField {
  const error = wantedBecause ?? value.error
  if (wantedBecause !== undefined || value.status === 'REJECTED') {
    return { ...field, status: 'REJECTED', ...(error !== undefined && { error }) }
  }
  const needsCode = field.needsCode && value.verified !== true
  return { ...field, status: needsCode ? 'VERIFICATION_REQUIRED' : value.status }
}

/** The question again, without the answer's state (SEP12-64), and no longer a choice. */
function asWanted(field: ShownField): AskedField {
  const { name, askedAs, kind, description, translations, choices, needsCode } = field
  return {
    name,
    askedAs,
    kind,
    description,
    ...(translations !== undefined && { translations }),
    ...(choices !== undefined && { choices }),
    optional: false,
    needsCode,
  }
}

/** Fields that only the transaction asks for, each once, whatever names it is wanted under. */
function alsoAsked(
  asked: readonly AskedField[],
  toCorrect: readonly FieldToCorrect[],
): readonly AskedField[] {
  const names = new Set(asked.map((field) => field.name))
  return toCorrect.flatMap(({ name }) => {
    const field = sep9Field(name)
    if (field === undefined || names.has(field.name)) return []
    names.add(field.name)
    return [plainField(field, name)]
  })
}

/** What was provided for other types: shown, but of no weight here. */
function furtherProvided(
  customer: Customer | undefined,
  asked: readonly AskedField[],
): readonly ShownField[] {
  const names = new Set(asked.map((field) => field.name))
  return Object.entries(customer?.fields ?? {}).flatMap(([name, value]) => {
    const field = sep9Field(name)
    return field === undefined || names.has(name) ? [] : [shown(plainField(field), value)]
  })
}
