import { describedIn } from '../../domain/asset/asset-policy.ts'
import type { AskedField } from '../../domain/customer/customer-type.ts'
import type { SentFields, SentValue } from '../../domain/customer/read-fields.ts'
import type { ShownField } from '../../domain/customer/standing.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { CustomerView } from '../../usecases/customers/customer-view.ts'
import type { CustomerQuestion } from '../../usecases/customers/locate-customer.ts'
import type { Body, BodyRefusal } from '../server/body.ts'
import type { ClientRequest } from '../server/route.ts'

/** The names that steer a request; none is a name of SEP-9, so none is kept as data (SEP12-77). */
const controls = {
  id: 'id',
  account: 'account',
  memo: 'memo',
  memo_type: 'memoType',
  type: 'type',
  transaction_id: 'transactionId',
} as const

type Control = (typeof controls)[keyof typeof controls]

/** A body as named values, whatever its encoding. */
export type SentNames = SentFields

/** Reads JSON, form or multipart bodies alike; a JSON body has to be an object. */
export function readNames(body: Body): Outcome<SentNames, BodyRefusal> {
  if (body.kind === 'form') return accepted(texts(body.fields))
  if (body.kind === 'multipart') {
    const files = body.files.map(({ name, bytes }) => [name, { kind: 'file', bytes }] as const)
    return accepted(new Map<string, SentValue>([...texts(body.fields), ...files]))
  }
  const { value } = body
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = 'The JSON body must be an object'
    return refused({ code: 'body_malformed', status: 400, message })
  }
  return accepted(new Map(Object.entries(value).map(([name, each]) => [name, sentValue(each)])))
}

const texts = (fields: ReadonlyMap<string, string>): SentNames =>
  new Map([...fields].map(([name, text]) => [name, { kind: 'text', text }] as const))

function sentValue(value: unknown): SentValue {
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (typeof value === 'number') return { kind: 'number', text: String(value) }
  return { kind: typeof value === 'object' && value !== null ? 'nested' : 'other' }
}

/**
 * Whom the request is about. A control that is no text is refused: a number would have lost digits
 * (SEP12-11).
 */
export function readQuestion(
  { principal }: ClientRequest,
  names: SentNames,
): Outcome<CustomerQuestion, BodyRefusal> {
  const read: Partial<Record<Control, string>> = {}
  for (const [wire, name] of Object.entries(controls)) {
    const value = names.get(wire)
    if (value === undefined) continue
    if (value.kind !== 'text') {
      return refused({ code: 'body_malformed', status: 400, message: `'${wire}' must be text` })
    }
    read[name] = value.text
  }
  return accepted({ principal, ...read })
}

/** The same of a query. */
export const namesOfQuery = (query: ReadonlyMap<string, string>): SentNames => texts(query)

/**
 * Body of GET customer, of the verification and of callbacks: one form (SEP12-104). Descriptions are in
 * the language where the anchor has them, else in English (SEP12-37).
 */
export function writeCustomer(view: CustomerView, language = 'en'): object {
  const { id, status, message, wanted, provided } = view
  const fields = Object.fromEntries(
    wanted.map((field) => [field.askedAs, writeField(field, language)]),
  )
  return {
    ...(id !== undefined && { id }),
    status,
    ...((status === 'NEEDS_INFO' || wanted.length > 0) && { fields }),
    ...(provided.length > 0 && {
      provided_fields: Object.fromEntries(
        provided.map((field) => [field.askedAs, writeProvided(field, language)]),
      ),
    }),
    ...(message !== undefined && { message }),
  }
}

/** The body as the text that is signed and sent. */
export const writeCustomerNotice = (view: CustomerView): string =>
  JSON.stringify(writeCustomer(view))

const writeField = (field: AskedField, language: string): object => {
  const { kind, choices, optional } = field
  return {
    type: kind,
    description: describedIn(field, language),
    ...(choices !== undefined && { choices }),
    optional,
  }
}

const writeProvided = (field: ShownField, language: string): object => ({
  ...writeField(field, language),
  status: field.status,
  ...(field.error !== undefined && { error: field.error }),
})
