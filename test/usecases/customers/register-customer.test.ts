import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verificationCodes } from '../../../src/adapters/verification/verification-codes.ts'
import { readyCustomerTypes } from '../../../src/domain/customer/customer-type.ts'
import type { CustomerTypes, Validation } from '../../../src/domain/customer/customer-type.ts'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { registerCustomer } from '../../../src/usecases/customers/register-customer.ts'
import { saveCustomerChange } from '../../../src/usecases/customers/save-customer-change.ts'
import type { Commit } from '../../../src/usecases/ports/commit.ts'
import type {
  VerificationMessage,
  VerificationSender,
} from '../../../src/usecases/ports/verification-sender.ts'
import { customerTypes } from '../../builders/customer-types.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit } from '../../database.ts'
import { anAccount } from '../../http/sep12/door.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const now = new Date('2026-03-01T12:00:00Z')
const before = new Date('2026-02-01T12:00:00Z')
const newId = (): string => randomUUID()

interface Registering {
  readonly commit?: Commit
  readonly types?: CustomerTypes
  readonly type?: string
  readonly transactionId?: string
  readonly validation?: Validation
  readonly send?: VerificationSender['send']
}

const texts = (sent: Readonly<Record<string, string>>) =>
  new Map(Object.entries(sent).map(([name, text]) => [name, { kind: 'text', text } as const]))

/** Registers for the account itself; answers what is kept then. */
async function register(
  account: string,
  sent: Readonly<Record<string, string>>,
  { commit = db.commit, validation, send = async () => undefined, ...named }: Registering = {},
): Promise<Customer | undefined> {
  const { types = customerTypes(validation), type, transactionId } = named
  const outcome = await registerCustomer({
    commit,
    types,
    saveCustomerChange: saveCustomerChange({
      types,
      newId,
      writeNotice: () => '',
      resumeTransactions: async () => undefined,
    }),
    codes: verificationCodes(new Uint8Array(32)),
    sender: { send },
    newId,
    now: () => now,
    digest: () => '',
  })({
    principal: { account },
    sent: texts(sent),
    ...(type && { type }),
    ...(transactionId && { transactionId }),
  })
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return db.read(({ customers }) => customers.find(outcome.value.id))
}

it('makes a customer of nothing as version 1, and of data as the next one (SEP12-69)', async () => {
  const account = anAccount()
  const empty = await register(account, {})
  expect(empty).toEqual({
    id: empty?.id,
    key: { account },
    fields: {},
    version: 1,
    createdAt: now,
    updatedAt: now,
  })
  expect(await register(account, { city: 'Rome' })).toMatchObject({ id: empty?.id, version: 2 })
  expect(await register(account, { city: 'Rome' })).toMatchObject({ version: 2 })
})

it('adds to the customer that another commit made since this one looked (SEP12-71, SEP12-72)', async () => {
  const known: Customer = {
    id: newId(),
    key: { account: anAccount() },
    fields: { first_name: { value: 'Jane', status: 'ACCEPTED' } },
    lastType: 'sep31-receiver',
    version: 3,
    createdAt: before,
    updatedAt: before,
  }
  await db.commit(({ customers }) => customers.add(known))
  const blind: Commit = (work) =>
    db.commit((records) => {
      const customers = { ...records.customers, lockByKey: () => Promise.resolve(undefined) }
      return work({ ...records, customers })
    })
  expect(await register(known.key.account, { last_name: 'Doe' }, { commit: blind })).toEqual({
    ...known,
    fields: { ...known.fields, last_name: { value: 'Doe', status: 'ACCEPTED' } },
    version: 4,
    updatedAt: now,
  })
})

it('sends a code once the data is kept, and keeps it when the code cannot be sent (SEP12-92)', async () => {
  const account = anAccount()
  const keptThen: unknown[] = []
  const send: VerificationSender['send'] = async ({ customerId }) => {
    const customer = await db.read(({ customers }) => customers.find(customerId))
    keptThen.push(customer?.fields['mobile_number']?.value)
    throw new Error('away')
  }
  const mobile_number = '+14155550100'
  const registering = { type: 'sep31-large-receiver', validation: 'full', send } as const
  await expect(register(account, { mobile_number }, registering)).rejects.toThrow('away')
  expect(keptThen).toEqual([mobile_number])
  const kept = await db.read(({ customers }) => customers.byKey({ account }))
  expect(kept?.fields['mobile_number']?.value).toBe(mobile_number)
})

it('breaks, and keeps nothing, when the customer goes while it is registered', async () => {
  const account = anAccount()
  const known = await register(account, { city: 'Rome' })
  const blind: Commit = (work) =>
    db.commit((records) => {
      const none = () => Promise.resolve(undefined)
      const customers = { ...records.customers, lockByKey: none, lock: none }
      return work({ ...records, customers })
    })
  const registered = register(account, { city: 'Bonn' }, { commit: blind })
  await expect(registered).rejects.toThrow('A customer was deleted while it was registered')
  expect(await db.read(({ customers }) => customers.find(known?.id ?? ''))).toEqual(known)
})

it('judges dates by the day on which they are sent, the whole of it (SEP09-20)', async () => {
  const day = { birth_date: '2026-03-01', id_expiration_date: '2026-03-01' }
  const kept = await register(anAccount(), day, { validation: 'full' })
  expect(Object.keys(kept?.fields ?? {})).toEqual(Object.keys(day))
  const tomorrow = { birth_date: '2026-03-02' }
  const refused = register(anAccount(), tomorrow, { validation: 'full' })
  await expect(refused).rejects.toThrow('field_refused')
})

it('notes the type that was named last, and none where none was named (SEP12-41)', async () => {
  const account = anAccount()
  expect(await register(account, { city: 'Rome' })).not.toHaveProperty('lastType')
  await register(account, {}, { type: 'sep31-receiver' })
  expect(await register(account, { city: 'Bonn' })).toMatchObject({ lastType: 'sep31-receiver' })
  const other = await register(account, {}, { type: 'sep31-sender' })
  expect(other).toMatchObject({ lastType: 'sep31-sender', version: 5 })
})

it('notes the type that was named rather than the one that a transaction has (SEP12-41, SEP12-47)', async () => {
  const account = anAccount()
  const { id } = (await register(account, {})) ?? { id: '' }
  const receiverType = 'sep31-large-receiver'
  const transaction = aTransaction({ owner: { account }, receiverId: id, receiverType })
  await db.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  const of = { transactionId: transaction.id }
  expect(await register(account, {}, of)).toMatchObject({ id, lastType: receiverType })
  const type = 'sep31-receiver'
  expect(await register(account, {}, { ...of, type })).toMatchObject({ id, lastType: type })
})

describe('of several fields of a type', () => {
  const requirements = [
    { field: 'mobile_number' },
    { field: 'email_address' },
    { field: 'family_name', choices: ['Doe', 'Roe'] },
  ]
  const verify = ['mobile_number', 'email_address']
  const ready = readyCustomerTypes({ t: { description: 'T', requirements, verify } }, 'full')
  if (!ready.ok) throw new Error(ready.refusal.faults.join('; '))
  const types = ready.value
  const contact = { mobile_number: '+14155550100', email_address: 'ada@example.com' }

  it('each that needs one is sent a code (SEP12-92)', async () => {
    const messages: VerificationMessage[] = []
    const send = async (message: VerificationMessage) => void messages.push(message)
    await register(anAccount(), contact, { types, send })
    expect(messages.map(({ field, destination }) => [field, destination])).toEqual(
      Object.entries(contact),
    )
  })

  it.each([
    ['mobile_number', ['mobile_number', 'email_address']],
    ['email_address', ['email_address']],
  ])(
    'the same request sends the code that did not leave, and those behind it: %s',
    async (broken, again) => {
      const account = anAccount()
      const sent: string[] = []
      const send = async ({ field }: VerificationMessage) => {
        sent.push(field)
        if (field === broken) throw new Error('away')
      }
      await expect(register(account, contact, { types, send })).rejects.toThrow('away')
      sent.length = 0
      await register(account, contact, { types, send: async ({ field }) => void sent.push(field) })
      expect(sent).toEqual(again)
    },
  )

  it.each(['family_name', 'last_name'])('one has its choices, also sent as %s', async (name) => {
    const kept = await register(anAccount(), { [name]: 'Roe' }, { types })
    expect(kept?.fields['last_name']?.value).toBe('Roe')
    await expect(register(anAccount(), { [name]: 'Poe' }, { types })).rejects.toThrow(
      'field_refused',
    )
  })
})
