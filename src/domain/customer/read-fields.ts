import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import type { Validation } from './customer-type.ts'
import type { ProvidedFields } from './customer.ts'
import type { FileType } from './file-content.ts'
import { fileTypeOf, mayHold, wantedFile } from './file-content.ts'
import { implausible } from './plausibility.ts'
import type { Sep9Field } from './sep9-fields.ts'
import { sep9Field } from './sep9-fields.ts'
import { readValue } from './value-form.ts'

/** A value under a name the caller chose, before anything is known about either. */
export type SentValue =
  | { readonly kind: 'text'; readonly text: string }
  /** A JSON number; `text` is how it reads. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  /** An object or list. */
  | { readonly kind: 'nested' }
  /** true, false, null. */
  | { readonly kind: 'other' }

export type SentFields = ReadonlyMap<string, SentValue>

/** What was sent, by kept name, checked. */
export interface ReadFields {
  readonly values: ReadonlyMap<string, string>
  readonly files: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly type: FileType }>
  /** References to files uploaded before: `<field>_file_id`. */
  readonly fileIds: ReadonlyMap<string, string>
  /** Confirmation codes: `<field>_verification`. */
  readonly codes: ReadonlyMap<string, string>
}

/** `field` as it was sent; `reason` continues the sentence that begins with it. */
export interface FieldRefused {
  readonly code: 'field_refused'
  readonly field: string
  readonly reason: string
}

/** What is known already, and how strictly to look. */
export interface Reading {
  readonly stored: ProvidedFields
  readonly choices: ReadonlyMap<string, readonly string[]>
  readonly validation: Validation
  /** YYYY-MM-DD. */
  readonly today: string
}

type Read = { readonly field: Sep9Field } & (
  | { readonly part: 'values'; readonly value: string }
  | { readonly part: 'fileIds' | 'codes'; readonly value: string }
  | { readonly part: 'files'; readonly bytes: Uint8Array; readonly type: FileType }
)

/**
 * Reads the SEP-9 fields of a request: all or nothing, the first bad one is named (SEP12-75, 76).
 * Names that SEP-9 does not know are ignored, whatever they hold (SEP12-78); looked up in a map, so
 * `__proto__` is one of them.
 */
export function readFields(sent: SentFields, reading: Reading): Outcome<ReadFields, FieldRefused> {
  const read = { values: new Map(), files: new Map(), fileIds: new Map(), codes: new Map() }
  for (const [name, value] of sent) {
    const one = readOne(name, value, { sent, reading })
    if (!one.ok) return one
    const taken = one.value === undefined || keep(read, one.value)
    if (!taken) return refuse(name, 'is given twice with different values, under a synonym')
  }
  const fault = reading.validation === 'full' ? implausible(read.values, reading) : undefined
  return fault === undefined ? accepted(read) : refuse(fault.field, fault.reason)
}

interface Surroundings {
  readonly sent: SentFields
  readonly reading: Reading
}

const refuse = (field: string, reason: string) => refused({ code: 'field_refused', field, reason })

/** Undefined for a name that is not ours to read. */
function readOne(
  name: string,
  value: SentValue,
  surroundings: Surroundings,
): Outcome<Read | undefined, FieldRefused> {
  const field = sep9Field(name)
  if (field !== undefined) {
    return field.kind === 'binary'
      ? readFile(name, field, value)
      : readText(name, value, { field, ...surroundings })
  }
  if (value.kind === 'nested' && (name === 'organization' || name === 'card')) {
    return refuse(name, `is not read as an object; send flat keys such as "${name}.name"`)
  }
  return readReference(name, value)
}

function readReference(name: string, value: SentValue): Outcome<Read | undefined, FieldRefused> {
  const [, stem, suffix] = /^(.+)_(file_id|verification)$/.exec(name) ?? []
  if (stem === undefined) return accepted(undefined)
  const field = sep9Field(stem)
  const isFile = suffix === 'file_id'
  if (field === undefined) {
    return isFile ? accepted(undefined) : refuse(name, 'names no field that awaits verification')
  }
  if (isFile && field.kind !== 'binary') return refuse(name, 'names a field that holds no file')
  if (value.kind !== 'text') return refuse(name, 'must be text')
  return accepted({ field, part: isFile ? 'fileIds' : 'codes', value: value.text.trim() })
}

function readFile(name: string, field: Sep9Field, value: SentValue): Outcome<Read, FieldRefused> {
  if (value.kind !== 'file') {
    return refuse(name, 'must be sent as a file in multipart/form-data, or by its file id')
  }
  const type = fileTypeOf(value.bytes)
  if (type === undefined || !mayHold(field, type)) {
    return refuse(name, `cannot be read; it must be ${wantedFile(field)}`)
  }
  return accepted({ field, part: 'files', bytes: value.bytes, type })
}

function readText(
  name: string,
  value: SentValue,
  { field, sent, reading }: Surroundings & { readonly field: Sep9Field },
): Outcome<Read, FieldRefused> {
  if (field.notTaken !== undefined) return refuse(name, field.notTaken)
  const isNumber = value.kind === 'number' && field.kind === 'number'
  if (value.kind !== 'text' && !isNumber) return refuse(name, 'must be text')
  if (value.text.trim() === '') return refuse(name, 'is empty; leave it out, or send a value')
  const form = isOpaqueNumber(field, sent, reading.stored) ? 'text' : field.form
  const read = readValue(form, value.text)
  if (!read.ok) return refuse(name, `must be ${read.refusal.wanted}`)
  const fault = faultOf(read.value, field, reading)
  return fault === undefined
    ? accepted({ field, part: 'values', value: read.value })
    : refuse(name, fault)
}

function faultOf(value: string, field: Sep9Field, { choices }: Reading): string | undefined {
  if (value === '') return 'is empty; leave it out, or send a value'
  if (Array.from(value).length > field.lengthMax) {
    return `is too long; at most ${field.lengthMax} characters are kept`
  }
  const allowed = choices.get(field.name) ?? field.choices
  const isAllowed = allowed === undefined || allowed.includes(value)
  return isAllowed ? undefined : `must be one of ${allowed.join(', ')}`
}

/** A mobile number in another format than E.164, such as a hash, is not looked into (SEP09-22, 23). */
function isOpaqueNumber(field: Sep9Field, sent: SentFields, stored: ProvidedFields): boolean {
  if (field.name !== 'mobile_number') return false
  const given = sent.get('mobile_number_format')
  const format = given?.kind === 'text' ? given.text.trim() : stored['mobile_number_format']?.value
  return format !== undefined && format !== 'E.164'
}

/** False when a synonym has brought another value already (SEP09-08). */
function keep(read: { readonly [Part in Read['part']]: Map<string, unknown> }, one: Read): boolean {
  const { name } = one.field
  const known = read[one.part].get(name)
  if (one.part === 'files') {
    read.files.set(name, { bytes: one.bytes, type: one.type })
    return known === undefined
  }
  read[one.part].set(name, one.value)
  return known === undefined || known === one.value
}
