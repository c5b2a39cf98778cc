import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { verificationCodes } from '../../../src/adapters/verification/verification-codes.ts'
import type { Validation } from '../../../src/domain/customer/customer-type.ts'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { registerCustomer } from '../../../src/usecases/customers/register-customer.ts'
import { saveCustomerChange } from '../../../src/usecases/customers/save-customer-change.ts'
import type { Commit } from '../../../src/usecases/ports/commit.ts'
import type { VerificationSender } from '../../../src/usecases/ports/verification-sender.ts'
import { customerTypes } from '../../builders/customer-types.ts'
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
  readonly type?: string
  readonly validation?: Validation
  readonly send?: VerificationSender['send']
}

const texts = (sent: Readonly<Record<string, string>>) =>
  new Map(Object.entries(sent).map(([name, text]) => [name, { kind: 'text', text } as const]))

/** Registers for the account itself; answers what is kept then. */
async function register(
  account: string,
  sent: Readonly<Record<string, string>>,
  { commit = db.commit, type, validation, send = async () => undefined }: Registering = {},
): Promise<Customer | undefined> {
  const types = customerTypes(validation)
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
  })({ principal: { account }, sent: texts(sent), ...(type && { type }) })
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
