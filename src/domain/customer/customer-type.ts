import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import type { FieldKind, Sep9Field } from './sep9-fields.ts'
import { sep9Field } from './sep9-fields.ts'

/**
 * How strictly data is judged. `formats`: well-known formats only, so that others can test against the
 * gateway. `full`: plausibility and verification codes too. Source: guide 000, "Validating real KYC".
 */
export type Validation = 'formats' | 'full'

/** One field that a customer type asks for, as the anchor configures it. */
export interface Requirement {
  /** SEP-9 name; of synonyms the one to be asked and answered under. */
  readonly field: string
  readonly description?: string | undefined
  /** The description in other languages, by ISO 639-1 code. */
  readonly translations?: Readonly<Record<string, string>> | undefined
  readonly choices?: readonly string[] | undefined
  readonly optional?: boolean | undefined
}

/** What the anchor asks of one kind of customer, e.g. `sep31-receiver`. Plain data, from configuration. */
export interface CustomerType {
  readonly description: string
  readonly requirements: readonly Requirement[]
  /** Fields whose owner has to send back a code; asked for only where validation is full. */
  readonly verify?: readonly string[] | undefined
}

/** A field as it is asked for. */
export interface AskedField {
  /** The name it is kept under. */
  readonly name: string
  readonly askedAs: string
  readonly kind: FieldKind
  readonly description: string
  readonly translations?: Readonly<Record<string, string>>
  readonly choices?: readonly string[]
  readonly optional: boolean
  readonly needsCode: boolean
}

/** All types that the anchor knows, ready for use. */
export interface CustomerTypes {
  readonly validation: Validation
  /** Answers for requests without a type, from customers who never named one. */
  readonly defaultName: string
  readonly byName: ReadonlyMap<string, readonly AskedField[]>
}

export interface TypesRefused {
  readonly code: 'customer_types_wrong'
  readonly faults: readonly string[]
}

/**
 * Makes configured types, by name, ready; refuses with every fault at once. The first type is the
 * default one. Without any type nothing is asked of anybody.
 */
export function readyCustomerTypes(
  types: Readonly<Record<string, CustomerType>>,
  validation: Validation,
): Outcome<CustomerTypes, TypesRefused> {
  const named = Object.entries(types)
  const faults = named.flatMap(([name, type]) => faultsOf(name, type))
  if (faults.length > 0) return refused({ code: 'customer_types_wrong', faults })
  const byName = new Map(
    named.map(([name, type]) => [name, askedFields(type, validation)] as const),
  )
  return accepted({ validation, defaultName: named[0]?.[0] ?? '', byName })
}

/** A field outside of what the type asks for, described by SEP-9 alone. */
export const plainField = (field: Sep9Field, askedAs: string = field.name): AskedField => ({
  name: field.name,
  askedAs,
  kind: field.kind,
  description: field.description,
  ...(field.choices && { choices: field.choices }),
  optional: false,
  needsCode: false,
})

function askedFields(type: CustomerType, validation: Validation): readonly AskedField[] {
  return type.requirements.flatMap((requirement) => {
    const field = sep9Field(requirement.field)
    if (field === undefined) return []
    const { description, translations, choices, optional } = requirement
    const needsCode = validation === 'full' && (type.verify ?? []).includes(requirement.field)
    return [
      {
        ...plainField(field, requirement.field),
        ...(description !== undefined && { description }),
        ...(translations !== undefined && { translations }),
        ...(choices !== undefined && { choices }),
        optional: optional ?? false,
        needsCode,
      },
    ]
  })
}

function faultsOf(name: string, type: CustomerType): readonly string[] {
  const where = `customer type "${name}"`
  const known = type.requirements.map((each) => sep9Field(each.field)?.name)
  const asked = type.requirements.map((each) => each.field)
  return [
    ...type.requirements.flatMap(({ field, choices, description }) => [
      ...(sep9Field(field) === undefined ? [`${where}: "${field}" is no SEP-9 field`] : []),
      ...(sep9Field(field)?.notTaken === undefined ? [] : [`${where}: "${field}" is not taken`]),
      ...(choices?.length === 0 ? [`${where}: "${field}" has no choices`] : []),
      ...(description === '' ? [`${where}: "${field}" has an empty description`] : []),
    ]),
    ...known
      .filter((each, place) => each !== undefined && known.indexOf(each) !== place)
      .map((each) => `${where}: "${each}" is asked for twice`),
    ...(type.verify ?? [])
      .filter((field) => !asked.includes(field))
      .map((field) => `${where}: "${field}" is to be verified but not asked for`),
  ]
}
