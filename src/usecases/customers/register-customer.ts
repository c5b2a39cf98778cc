import type { AskedField, CustomerTypes } from '../../domain/customer/customer-type.ts'
import type { Customer, CustomerKey } from '../../domain/customer/customer.ts'
import { provideFields, verifyFields } from '../../domain/customer/provide-fields.ts'
import type { NewValue } from '../../domain/customer/provide-fields.ts'
import { readFields } from '../../domain/customer/read-fields.ts'
import type { FieldRefused, ReadFields, SentFields } from '../../domain/customer/read-fields.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Actor } from '../../domain/transaction/event.ts'
import type { Commit, Records } from '../ports/commit.ts'
import type { FileOwner } from '../ports/customer-file-records.ts'
import type { VerificationCodes } from '../ports/verification-codes.ts'
import type { VerificationMessage, VerificationSender } from '../ports/verification-sender.ts'
import { checkReferences } from './check-references.ts'
import type { ReferenceRefusal, References } from './check-references.ts'
import { issueCodes } from './issue-codes.ts'
import { keepFiles } from './keep-files.ts'
import type { Upload } from './keep-files.ts'
import { locateCustomer } from './locate-customer.ts'
import type { CustomerQuestion, Located, LocateRefusal } from './locate-customer.ts'
import type { SaveCustomerChange } from './save-customer-change.ts'

/** Data about one customer, under the names the caller chose. */
export interface CustomerData extends CustomerQuestion {
  readonly sent: SentFields
}

export type RegisterRefusal =
  | LocateRefusal
  | FieldRefused
  | ReferenceRefusal
  /** Final; no data changes it (SEP12-81). */
  | { readonly code: 'customer_rejected'; readonly message: string }

export type RegisterCustomer = (
  data: CustomerData,
) => Promise<Outcome<{ readonly id: string }, RegisterRefusal>>

export interface RegisterParts {
  readonly commit: Commit
  readonly types: CustomerTypes
  readonly saveCustomerChange: SaveCustomerChange
  readonly codes: VerificationCodes
  readonly sender: VerificationSender
  readonly newId: () => string
  readonly now: () => Date
  /** Fingerprint of a file. */
  readonly digest: (bytes: Uint8Array) => string
}

interface Registered {
  readonly id: string
  readonly messages: readonly VerificationMessage[]
}

/**
 * Creates a customer or adds to what is known of one: all or nothing, fields that are not sent stay as
 * they are. The same request again changes nothing and answers the same id; two first requests at once
 * create one customer (SEP12-70 to 75). Transactions that waited for the data go on in the same commit.
 * Confirmation codes are sent after the commit.
 * @throws VerificationSenderUnavailable when a code could not be sent; the data is kept, and the same
 * request again sends a new code. Source: SEP-12 1.15.0, PUT customer.
 */
export const registerCustomer =
  (parts: RegisterParts): RegisterCustomer =>
  async (data) => {
    const now = parts.now()
    const outcome = await parts.commit((records) => register(records, data, { ...parts, at: now }))
    if (!outcome.ok) return outcome
    await sendCodes(parts, outcome.value.messages)
    return accepted({ id: outcome.value.id })
  }

type Registering = RegisterParts & { readonly at: Date }

async function register(
  records: Records,
  data: CustomerData,
  parts: Registering,
): Promise<Outcome<Registered, RegisterRefusal>> {
  const located = await locateCustomer(records, data, { types: parts.types, forChange: true })
  if (!located.ok) return located
  const { customer, typeName } = located.value
  if (customer?.rejected !== undefined) {
    return refused({ code: 'customer_rejected', message: customer.rejected })
  }
  const asked = parts.types.byName.get(typeName) ?? []
  const read = readFields(data.sent, {
    stored: customer?.fields ?? {},
    choices: choicesOf(asked),
    validation: parts.types.validation,
    today: parts.at.toISOString().slice(0, 10),
  })
  if (!read.ok) return read
  const owner = ownerOf(data)
  const { codes, at: now } = parts
  const references = await checkReferences(records, {
    owner,
    customer,
    read: read.value,
    codes,
    now,
  })
  if (!references.ok) return references
  const taken = { owner, asked, read: read.value, references: references.value }
  return accepted(await take(records, { ...taken, data, located: located.value }, parts))
}

interface Taking {
  readonly owner: FileOwner
  readonly asked: readonly AskedField[]
  readonly read: ReadFields
  readonly references: References
  readonly data: CustomerData
  readonly located: Located
}

/** Nothing is refused from here on. */
async function take(records: Records, taking: Taking, parts: Registering): Promise<Registered> {
  const { data, located, references, asked } = taking
  const before = located.customer ?? (await create(records, located.key, parts))
  const uploads = uploadsOf(taking.read, parts)
  const values = newValues(taking, uploads)
  const provided = provideFields(before.fields, values)
  const fields = verifyFields(provided, references.verified)
  const lastType = data.type ?? (data.transactionId === undefined ? undefined : located.typeName)
  const after = { ...before, fields, ...(lastType !== undefined && { lastType }) }
  const customer = isSame(before, after)
    ? before
    : await parts.saveCustomerChange(records, { before, after, actor: actorOf(data) }, parts.at)
  const { owner } = taking
  await keepFiles(records, { owner, before, after, uploads, references, now: parts.at })
  const changed = [...values.keys()].filter((name) => before.fields[name] !== provided[name])
  const { codes, at: now } = parts
  const messages = await issueCodes(records, { customer, asked, changed, codes, now })
  return { id: customer.id, messages }
}

/** The row is there, and locked, before anything is added to it; another commit may have been first. */
async function create(
  { customers }: Records,
  key: CustomerKey,
  { newId, at }: Registering,
): Promise<Customer> {
  const fresh = { id: newId(), key, fields: {}, version: 1, createdAt: at, updatedAt: at }
  const { id, added } = await customers.add(fresh)
  if (added) return fresh
  const known = await customers.lock(id)
  if (known === undefined) throw new Error('A customer was deleted while it was registered')
  return known
}

const uploadsOf = (read: ReadFields, { newId, digest }: RegisterParts): readonly Upload[] =>
  [...read.files].map(([field, { bytes }]) => ({
    id: newId(),
    field,
    bytes,
    digest: digest(bytes),
  }))

function newValues(
  { read, references }: Taking,
  uploads: readonly Upload[],
): ReadonlyMap<string, NewValue> {
  return new Map<string, NewValue>([
    ...[...read.values].map(([name, value]) => [name, { value }] as const),
    ...[...references.files].map(
      ([name, { id, digest }]) => [name, { value: id, digest }] as const,
    ),
    ...uploads.map(({ field, id, digest }) => [field, { value: id, digest }] as const),
  ])
}

const isSame = (before: Customer, after: Customer): boolean =>
  before.fields === after.fields && before.lastType === after.lastType

const choicesOf = (asked: readonly AskedField[]): ReadonlyMap<string, readonly string[]> =>
  new Map(asked.flatMap(({ name, choices }) => (choices ? [[name, choices] as const] : [])))

export const ownerOf = ({ principal }: CustomerQuestion): FileOwner => ({
  account: principal.account,
  ...(principal.memo !== undefined && { memo: principal.memo }),
})

export const actorOf = (question: CustomerQuestion): Actor => ({
  kind: 'client',
  ...ownerOf(question),
})

/** Codes that did not leave are void, those behind the one that failed too: the same request sends others. */
async function sendCodes(
  { commit, sender }: RegisterParts,
  messages: readonly VerificationMessage[],
): Promise<void> {
  for (const [place, message] of messages.entries()) {
    try {
      await sender.send(message)
    } catch (failure) {
      const unsent = messages.slice(place).map(({ field }) => field)
      await commit(({ verifications }) => verifications.useUp(message.customerId, unsent))
      throw failure
    }
  }
}
