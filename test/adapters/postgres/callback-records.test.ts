import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SealBroken } from '../../../src/adapters/postgres/sealer.ts'
import type { Callback, CallbackRecords } from '../../../src/usecases/ports/callback-records.ts'
import { aCallback } from '../../builders/callback.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => onServer(db.url, 'truncate callback'))

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute))
const work = <Answer>(ask: (callbacks: CallbackRecords) => Promise<Answer>): Promise<Answer> =>
  db.commit(({ callbacks }) => ask(callbacks))

/** Added in one call; what is not due is made so afterwards, as it happens. */
async function add(...callbacks: readonly Callback[]): Promise<void> {
  const asDue = callbacks.map((callback) => ({ ...callback, state: 'due' as const }))
  await work((records) => records.add(...asDue))
  for (const callback of callbacks) await work((records) => records.save(callback))
}

const ended = { state: 'delivered', tries: 1, endedAt: at(1) } as const
const dead = { state: 'dead', tries: 9, endedAt: at(1), lastAnswer: '400' } as const

describe('callbacks of one subject', () => {
  const { subject } = aCallback()
  const [first, second, third] = [1, 2, 3].map(() => aCallback({ subject })) as [
    Callback,
    Callback,
    Callback,
  ]
  const hasEarlier = ({ id }: Callback) => work((records) => records.hasEarlierDue(id))
  const next = () => work((records) => records.nextOfSubject(subject.id))

  it('follow each other in the order they were added in (SEP31-88)', async () => {
    await add(first, second, third)
    expect(await Promise.all([first, second, third].map(hasEarlier))).toEqual([false, true, true])
    expect(await next()).toEqual(first)
  })

  it('are next in the order they were added in, whichever is to be tried sooner (SEP31-88)', async () => {
    const late = { ...first, dueAt: at(9), createdAt: at(9) }
    const last = { ...third, dueAt: at(5), createdAt: at(5) }
    await add(late, second, last)
    for (const callback of [late, second, last]) {
      expect(await next()).toEqual(callback)
      await work((records) => records.save({ ...callback, ...ended }))
    }
    expect(await next()).toBeUndefined()
  })

  it('wait for none that was delivered or given up, and these are not next (SEP31-88)', async () => {
    await add({ ...first, ...ended }, { ...second, ...dead }, third, aCallback())
    expect(await hasEarlier(third)).toBe(false)
    expect(await next()).toEqual(third)
    await work((records) => records.save({ ...third, ...ended }))
    expect(await next()).toBeUndefined()
  })

  it('go to another address as far as they are due, and those of no other subject (SEP31-83)', async () => {
    const other = aCallback()
    await add({ ...first, ...ended }, second, other)
    await work((records) => records.redirect(subject.id, 'https://wallet.example.com/new'))
    const urls = [first, second, other].map(
      async ({ id }) => (await work((records) => records.lock(id)))?.url,
    )
    const [old, now] = [first.url, 'https://wallet.example.com/new']
    expect(await Promise.all(urls)).toEqual([old, now, old])
  })

  it('are removed with it, and those of no other', async () => {
    const other = aCallback()
    await add(first, { ...second, ...ended }, other)
    await work((records) => records.removeOfSubject(subject.id))
    const left = [first, second, other].map(({ id }) => work((records) => records.lock(id)))
    expect(await Promise.all(left)).toEqual([undefined, undefined, other])
  })
})

it('gives back what was saved, and nothing of before', async () => {
  const callback = aCallback()
  await add({ ...callback, ...dead })
  expect(await work((records) => records.lock(callback.id))).toEqual({ ...callback, ...dead })
  const again = { ...callback, tries: 1, dueAt: at(7) }
  await work((records) => records.save(again))
  expect(await work((records) => records.lock(callback.id))).toEqual(again)
})

it('tells what is due, the longest due first, up to the bound, and nothing else', async () => {
  const due = [3, 1, 2].map((minute) => aCallback({ dueAt: at(minute) }))
  await add(...due, aCallback({ dueAt: at(4) }), aCallback(dead), aCallback(ended))
  const sorted = [due[1], due[2], due[0]].map((one) => one?.id)
  expect(await work((records) => records.due(at(3), 9))).toEqual(sorted)
  expect(await work((records) => records.due(at(3), 2))).toEqual(sorted.slice(0, 2))
})

it('gives back each of several as it was added', async () => {
  const added = [1, 2, 3].map((place) =>
    aCallback({
      subject: { kind: place === 2 ? 'customer' : 'transaction', id: randomUUID() },
      url: `https://wallet.example.com/${place}`,
      body: `{"place":${place}}`,
      tries: place,
      dueAt: at(place),
      createdAt: at(10 + place),
    }),
  )
  await work((records) => records.add(...added))
  for (const callback of added) {
    expect(await work((records) => records.lock(callback.id))).toStrictEqual(callback)
    expect(await work((records) => records.nextOfSubject(callback.subject.id))).toEqual(callback)
  }
})

it('opens the body of one in the row of no other (SEP09-43)', async () => {
  const [one, other] = [aCallback({ body: '{"of":"one"}' }), aCallback({ body: '{"of":"other"}' })]
  await work((records) => records.add(one, other))
  const move = `update callback set body_sealed = (select body_sealed from callback where id = $1)
    where id = $2`
  await onServer(db.url, move, [one.id, other.id])
  expect(await work((records) => records.lock(one.id))).toEqual(one)
  await expect(work((records) => records.lock(other.id))).rejects.toThrow(SealBroken)
  const next = work((records) => records.nextOfSubject(other.subject.id))
  await expect(next).rejects.toThrow(SealBroken)
})

it('saves what became of the callback that is named, and of no other', async () => {
  const [one, other] = [aCallback(), aCallback()]
  await work((records) => records.add(one, other))
  const changed: Callback = {
    ...one,
    state: 'dead',
    tries: 3,
    dueAt: at(1),
    lastAnswer: 'status 500',
    endedAt: at(2),
  }
  await work((records) => records.save(changed))
  expect(await work((records) => records.lock(one.id))).toEqual(changed)
  expect(await work((records) => records.lock(other.id))).toEqual(other)
})
