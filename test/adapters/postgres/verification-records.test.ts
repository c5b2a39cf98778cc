import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Verification } from '../../../src/domain/customer/verification.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const now = new Date('2026-11-21T12:00:00Z')
const later = new Date('2026-11-21T12:10:00Z')

/** A customer with a code under way for each of two fields. */
async function aCustomer(): Promise<readonly [Verification, Verification]> {
  const id = randomUUID()
  const key = { account: id }
  await db.commit(({ customers }) =>
    customers.add({ id, key, fields: {}, version: 1, createdAt: now, updatedAt: now }),
  )
  const ofField = (field: string): Verification => ({
    customerId: id,
    field,
    codeHash: `hash of ${field}`,
    triesLeft: 5,
    expiresAt: later,
    sent: 1,
    windowStartedAt: now,
  })
  const both = [ofField('email_address'), ofField('mobile_number')] as const
  await db.commit(async ({ verifications }) => {
    for (const one of both) await verifications.put(one)
  })
  return both
}

const kept = ({ customerId, field }: Verification) =>
  db.commit(({ verifications }) => verifications.lock(customerId, field))

it('keeps one code for each field of each customer, the newest (SEP12-96)', async () => {
  const [email, mobile] = await aCustomer()
  const newer = {
    ...email,
    codeHash: 'newer',
    sent: 2,
    triesLeft: 4,
    expiresAt: new Date('2026-11-21T12:20:00Z'),
    windowStartedAt: later,
  }
  await db.commit(({ verifications }) => verifications.put(newer))
  expect(await kept(email)).toEqual(newer)
  expect(await kept(mobile)).toEqual(mobile)
  expect(await kept({ ...email, customerId: randomUUID() })).toBeUndefined()
})

it('leaves no try to the fields whose values changed, and each to all others (SEP12-79)', async () => {
  const [[email, mobile], [other]] = [await aCustomer(), await aCustomer()]
  await db.commit(({ verifications }) => verifications.useUp(email.customerId, [email.field]))
  expect(await kept(email)).toEqual({ ...email, triesLeft: 0 })
  expect(await kept(mobile)).toEqual(mobile)
  expect(await kept(other)).toEqual(other)
  const both = [mobile.field, email.field]
  const [third, fourth] = await aCustomer()
  await db.commit(({ verifications }) => verifications.useUp(third.customerId, both))
  expect(await kept(third)).toEqual({ ...third, triesLeft: 0 })
  expect(await kept(fourth)).toEqual({ ...fourth, triesLeft: 0 })
})

it('is held by whoever tries a code, so that no try is counted twice (SEP12-96)', async () => {
  const [email] = await aCustomer()
  await db.commit(async ({ verifications }) => {
    await verifications.lock(email.customerId, email.field)
    const free = await onServer(
      db.url,
      `select field from customer_verification where customer_id = $1 for update skip locked`,
      [email.customerId],
    )
    expect(free).toEqual([{ field: 'mobile_number' }])
  })
})
