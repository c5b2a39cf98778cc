import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCommit } from '../../../src/adapters/postgres/commit.ts'
import { CustomerChangedMeanwhile } from '../../../src/adapters/postgres/customer-records.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import { createSealer, SealBroken } from '../../../src/adapters/postgres/sealer.ts'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const at = new Date('2026-03-01T12:00:00Z')
const aCustomer = (changes: Partial<Customer> = {}): Customer => ({
  id: randomUUID(),
  key: { account: randomUUID() },
  fields: { last_name: { value: 'Renée 🦀', status: 'ACCEPTED', verified: true } },
  version: 1,
  createdAt: at,
  updatedAt: at,
  ...changes,
})
const add = (customer: Customer) => db.commit(({ customers }) => customers.add(customer))
const find = (id: string) => db.read(({ customers }) => customers.find(id))

describe('customer records on PostgreSQL', () => {
  it('give back what was kept, whichever parts are there', async () => {
    const plain = aCustomer()
    const full = aCustomer({
      key: { account: 'G', memo: { type: 'hash', value: '+/=' } },
      fields: {},
      rejected: 'no',
      lastType: 'sep31-sender',
      callbackUrl: 'https://wallet.example.com/',
    })
    for (const customer of [plain, full]) {
      await add(customer)
      expect(await find(customer.id)).toEqual(customer)
      const byKey = await db.read(({ customers }) => customers.byKey(customer.key))
      expect(byKey).toEqual(customer)
    }
    const many = await db.read(({ customers }) => customers.findMany([plain.id, 'no uuid']))
    expect(many).toEqual([plain])
  })

  it('keep one customer per key, and tell which (SEP12-72)', async () => {
    const first = aCustomer()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => add({ ...first, id: randomUUID() })),
    )
    expect(answers.filter(({ added }) => added)).toHaveLength(1)
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
  })

  it('refuse to save over the change of another commit', async () => {
    const customer = aCustomer()
    await add(customer)
    const next = { ...customer, version: 2 }
    await db.commit(({ customers }) => customers.save(next))
    const again = db.commit(({ customers }) => customers.save(next))
    await expect(again).rejects.toThrow(
      new CustomerChangedMeanwhile(`Another commit changed the customer ${customer.id}`),
    )
    await expect(again).rejects.toBeInstanceOf(CustomerChangedMeanwhile)
    await db.commit(({ customers }) => customers.save({ ...customer, version: 3 }))
    const late = db.commit(({ customers }) => customers.save(next))
    await expect(late).rejects.toThrow(CustomerChangedMeanwhile)
    expect((await find(customer.id))?.version).toBe(3)
  })

  it('save all that changed of a customer, and nothing of what it has no more', async () => {
    const [plain, other] = [aCustomer(), aCustomer()]
    await add(plain)
    await add(other)
    const full: Customer = {
      ...plain,
      key: { account: randomUUID(), memo: { type: 'text', value: 'rent' } },
      fields: { email_address: { value: 'a@b.c', status: 'PROCESSING' } },
      rejected: 'no',
      lastType: 'sep31-receiver',
      callbackUrl: 'https://wallet.example.com/told',
      version: 2,
      createdAt: new Date('2026-03-02T12:00:00Z'),
      updatedAt: new Date('2026-03-03T12:00:00Z'),
    }
    await db.commit(({ customers }) => customers.save(full))
    expect(await find(plain.id)).toEqual(full)
    const bare: Customer = { ...plain, version: 3, updatedAt: new Date('2026-03-04T12:00:00Z') }
    await db.commit(({ customers }) => customers.save(bare))
    expect(await find(plain.id)).toStrictEqual(bare)
    expect(await find(other.id)).toEqual(other)
    const many = await db.read(({ customers }) => customers.findMany([other.id, plain.id]))
    expect(many).toEqual([other, bare])
  })

  it('take a memo of another type for another customer (SEP12-72)', async () => {
    const account = randomUUID()
    const [byId, byText] = (['id', 'text'] as const).map((type) =>
      aCustomer({ key: { account, memo: { type, value: '7' } } }),
    )
    if (byId === undefined || byText === undefined) throw new Error('two are made')
    expect(await add(byText)).toEqual({ id: byText.id, added: true })
    expect(await add(byId)).toEqual({ id: byId.id, added: true })
    for (const { id, key } of [byId, byText]) {
      expect((await db.read(({ customers }) => customers.byKey(key)))?.id).toBe(id)
      expect((await db.commit(({ customers }) => customers.lockByKey(key)))?.id).toBe(id)
    }
  })

  it.each(['id', 'key'])('are held by whoever locked them by their %s', async (by) => {
    const { id, key, ...rest } = aCustomer()
    await add({ id, key, ...rest })
    await db.commit(async ({ customers }) => {
      await (by === 'id' ? customers.lock(id) : customers.lockByKey(key))
      const free = 'select id from customer where id = $1 for update skip locked'
      expect(await onServer(db.url, free, [id])).toEqual([])
    })
  })

  it('know nobody by what is no id', async () => {
    expect(await find('1 or true')).toBeUndefined()
    expect(await db.commit(({ customers }) => customers.lock('1 or true'))).toBeUndefined()
  })

  it('are removed one at a time', async () => {
    const [one, other] = [aCustomer(), aCustomer()]
    await add(one)
    await add(other)
    await db.commit(({ customers }) => customers.remove(one.id))
    expect([await find(one.id), await find(other.id)]).toEqual([undefined, other])
  })

  it('do not open the values of one customer in the row of another (SEP09-43)', async () => {
    const [one, other] = [aCustomer(), aCustomer()]
    await add(one)
    await add(other)
    await onServer(
      db.url,
      `update customer set fields_sealed = (select fields_sealed from customer where id = $1)
       where id = $2`,
      [one.id, other.id],
    )
    await expect(find(other.id)).rejects.toThrow(SealBroken)
  })

  it('read what an older key sealed, and seal with the newest (SEP12-137, POLARIS-8.25)', async () => {
    const [old, recent] = ['2025', '2026'].map((id) => ({ id, secret: randomBytes(32) }))
    if (old === undefined || recent === undefined) throw new Error('two keys are needed')
    const commitWith = (...keys: readonly (typeof old)[]) =>
      createCommit({ database: db.database, factories: recordFactories(createSealer(keys)) }).commit
    const customer = aCustomer()
    await commitWith(old)(({ customers }) => customers.add(customer))
    await commitWith(
      recent,
      old,
    )(async ({ customers }) => {
      const kept = await customers.lock(customer.id)
      expect(kept).toEqual(customer)
      await customers.save({ ...customer, version: 2 })
    })
    const rotated = await commitWith(recent)(({ customers }) => customers.find(customer.id))
    expect(rotated?.fields).toEqual(customer.fields)
  })
})
