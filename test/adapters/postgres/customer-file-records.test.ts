import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type {
  CustomerFile,
  CustomerFileRecords,
  FileOwner,
} from '../../../src/usecases/ports/customer-file-records.ts'
import { SealBroken } from '../../../src/adapters/postgres/sealer.ts'
import { freshCommit, onServer } from '../../database.ts'
import { until } from '../../until.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => onServer(db.url, 'truncate customer_file, customer cascade'))

const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 1, 12, minute))
const owner: FileOwner = { account: 'GOWN', memo: '1' }
const strangers: readonly FileOwner[] = [
  { account: 'GOWN' },
  { account: 'GOWN', memo: '2' },
  { account: 'GOTHER', memo: '1' },
]
const work = <Answer>(ask: (records: CustomerFileRecords) => Promise<Answer>): Promise<Answer> =>
  db.commit(({ customerFiles }) => ask(customerFiles))

async function keep(changes: Partial<CustomerFile> = {}): Promise<CustomerFile> {
  const file: CustomerFile = {
    id: randomUUID(),
    owner,
    contentType: 'image/png',
    size: 3,
    digest: 'print',
    createdAt: at(0),
    expiresAt: at(10),
    ...changes,
  }
  await work((records) => records.add(file, Buffer.from('png')))
  return file
}

async function aCustomer(): Promise<string> {
  const id = randomUUID()
  const key = { account: id }
  await db.commit(({ customers }) =>
    customers.add({ id, key, fields: {}, version: 1, createdAt: at(0), updatedAt: at(0) }),
  )
  return id
}

const left = async () =>
  (await onServer(db.url, 'select id from customer_file')).map(({ id }) => String(id)).toSorted()

describe('a file', () => {
  it('is found by whoever sent it, and by no other memo or account (SEP12-129)', async () => {
    const file = await keep()
    const customerId = await aCustomer()
    const own = await keep({ createdAt: at(1) })
    await work((records) => records.attach(own.id, customerId))
    const { id } = file
    expect(await work((records) => records.lockOwn(owner, id, at(9)))).toEqual(file)
    expect(await work((records) => records.lockOwn(owner, own.id, at(9)))).toMatchObject({
      id: own.id,
      customerId,
    })
    expect(await work((records) => records.list(owner, { id }, at(9)))).toEqual([file])
    expect(await work((records) => records.list(owner, { customerId }, at(9)))).toHaveLength(1)
    for (const stranger of strangers) {
      expect(await work((records) => records.lockOwn(stranger, id, at(9)))).toBeUndefined()
      expect(await work((records) => records.list(stranger, { id }, at(9)))).toEqual([])
      expect(await work((records) => records.list(stranger, { customerId }, at(9)))).toEqual([])
    }
  })

  it('is given back as it was kept, with or without a memo, a customer and an end', async () => {
    const { expiresAt: _, ...endless } = await keep()
    const customerId = await aCustomer()
    await work((records) => records.attach(endless.id, customerId))
    const plain = await keep({ owner: { account: 'GOWN' } })
    const list = (by: { id: string }, of: FileOwner) =>
      work((records) => records.list(of, by, at(9)))
    expect(await list({ id: endless.id }, owner)).toEqual([{ ...endless, customerId }])
    expect(await list({ id: plain.id }, { account: 'GOWN' })).toEqual([plain])
  })

  it('is gone from the moment it lapses, unless a customer refers to it (SEP12-131)', async () => {
    const file = await keep()
    const { id } = file
    const found = async (minute: number) => [
      (await work((records) => records.lockOwn(owner, id, at(minute)))) !== undefined,
      (await work((records) => records.list(owner, { id }, at(minute)))).length === 1,
    ]
    expect(await found(9)).toEqual([true, true])
    expect(await found(10)).toEqual([false, false])
    await work(async (records) => records.attach(id, await aCustomer()))
    expect(await found(10)).toEqual([true, true])
  })

  it('opens in its own row only, its bytes as well as its fingerprint (SEP09-43)', async () => {
    const [{ id }, other] = [await keep(), await keep()]
    const copy = (column: string) =>
      onServer(
        db.url,
        `update customer_file set ${column} = (select ${column} from customer_file where id = $1)
         where id = $2`,
        [other.id, id],
      )
    expect(await work((records) => records.bytesOf(id))).toEqual(Buffer.from('png'))
    const bytes = () => work((records) => records.bytesOf(id))
    const file = () => work((records) => records.lockOwn(owner, id, at(0)))
    for (const [column, read] of [
      ['content_sealed', bytes],
      ['digest_sealed', file],
    ] as const) {
      await copy(column)
      await expect(read()).rejects.toThrow(SealBroken)
    }
  })

  it('is none where the id is no id', async () => {
    const id = '1 or true'
    expect(await work((records) => records.bytesOf(id))).toBeUndefined()
    expect(await work((records) => records.lockOwn(owner, id, at(0)))).toBeUndefined()
    for (const by of [{ id }, { customerId: id }]) {
      expect(await work((records) => records.list(owner, by, at(0)))).toEqual([])
    }
  })

  it('is held by whoever looked it up to refer to it, until that is done', async () => {
    const { id } = await keep()
    await db.commit(async ({ customerFiles }) => {
      await customerFiles.lockOwn(owner, id, at(0))
      expect(await onServer(db.url, 'select id from customer_file for update skip locked')).toEqual(
        [],
      )
    })
  })
})

it('lists the files of a customer, the oldest first', async () => {
  const customerId = await aCustomer()
  const ids: string[] = []
  for (const minute of [3, 1, 2]) {
    const { id } = await keep({ createdAt: at(minute) })
    await work((records) => records.attach(id, customerId))
    ids.push(id)
  }
  await keep()
  const [third, first, second] = ids
  const listed = await work((records) => records.list(owner, { customerId }, at(0)))
  expect(listed.map(({ id }) => id)).toEqual([first, second, third])
})

it('lists files of the same moment in the same order each time', async () => {
  const customerId = await aCustomer()
  const ids = Array.from({ length: 6 }, () => randomUUID())
  for (const id of ids) await keep({ id, customerId })
  const listed = await work((records) => records.list(owner, { customerId }, at(0)))
  expect(listed.map(({ id }) => id)).toEqual(ids.toSorted())
})

describe('what an account keeps that no customer refers to', () => {
  it('is counted under all its memos, as long as it has not lapsed', async () => {
    await keep({ size: 5 })
    await keep({ size: 7, owner: { account: 'GOWN' }, expiresAt: at(20) })
    await keep({ size: 11, owner: { account: 'GOTHER' } })
    const { id } = await keep({ size: 13, expiresAt: at(30) })
    await work(async (records) => records.attach(id, await aCustomer()))
    const loose = (minute: number) => work((records) => records.looseBytes('GOWN', at(minute)))
    expect([await loose(9), await loose(10), await loose(20)]).toEqual([12n, 7n, 0n])
  })

  it('is counted by one at a time', async () => {
    let second: Promise<bigint> | undefined
    await db.commit(async ({ customerFiles }) => {
      expect(await customerFiles.looseBytes('GOWN', at(0))).toBe(0n)
      second = work((records) => records.looseBytes('GOWN', at(0)))
      await until(async () => {
        const [row] = await onServer(
          db.url,
          `select count(*)::int as waiting from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return row?.['waiting'] === 1
      }, 'the second to wait for the first')
      expect(await work((records) => records.looseBytes('GOTHER', at(0)))).toBe(0n)
      const file = { owner, contentType: 'image/png', digest: 'print', createdAt: at(0) } as const
      const id = randomUUID()
      await customerFiles.add({ ...file, id, size: 3, expiresAt: at(9) }, Buffer.from('png'))
    })
    expect(await second).toBe(3n)
  })
})

describe('what is dropped', () => {
  it('is what lapsed, and nothing that a customer refers to', async () => {
    const kept = [await keep({ expiresAt: at(11) }), await keep()]
    await keep()
    const attached = kept[1]?.id ?? ''
    await work(async (records) => records.attach(attached, await aCustomer()))
    kept.push(await keep({ customerId: await aCustomer(), expiresAt: at(1) }))
    expect(await work((records) => records.removeLapsed(at(10)))).toBe(1)
    expect(await left()).toEqual(kept.map(({ id }) => id).toSorted())
  })

  it('is of one owner what no customer refers to, and of nobody else', async () => {
    await keep()
    const kept = await Promise.all(strangers.map((stranger) => keep({ owner: stranger })))
    const attached = await keep()
    await work(async (records) => records.attach(attached.id, await aCustomer()))
    await work((records) => records.removeLoose(owner))
    expect(await left()).toEqual([...kept, attached].map(({ id }) => id).toSorted())
  })

  it('is each of those that are named', async () => {
    const [one, other, third] = [await keep(), await keep(), await keep()]
    await work((records) => records.remove([one.id, third.id]))
    expect(await left()).toEqual([other.id])
  })
})

it('lists a hundred files at most', async () => {
  const ids = Array.from({ length: 101 }, () => randomUUID()).toSorted()
  await work(async (records) => {
    for (const id of ids) {
      const file = { id, owner, contentType: 'image/png', size: 3, digest: 'print' } as const
      await records.add({ ...file, createdAt: at(0) }, Buffer.from('png'))
    }
  })
  const customerId = await aCustomer()
  await onServer(db.url, 'update customer_file set customer_id = $1', [customerId])
  const listed = await work((records) => records.list(owner, { customerId }, at(0)))
  expect(listed.map(({ id }) => id)).toEqual(ids.slice(0, 100))
})

it('keeps each file with its own type, size, bytes and times', async () => {
  const kinds = ['image/png', 'image/jpeg', 'application/pdf'] as const
  const files = await Promise.all(
    kinds.map((contentType, place) =>
      keep({ contentType, size: place + 1, digest: `print ${place}`, createdAt: at(place) }),
    ),
  )
  for (const file of files) {
    expect(await work((records) => records.list(owner, { id: file.id }, at(9)))).toEqual([file])
    expect(await work((records) => records.lockOwn(owner, file.id, at(9)))).toEqual(file)
  }
})
