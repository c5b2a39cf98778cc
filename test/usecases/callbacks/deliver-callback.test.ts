import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { sql } from '../../../src/adapters/postgres/database.ts'
import type { Callback } from '../../../src/usecases/ports/callback-records.ts'
import type { CallbackAnswer } from '../../../src/usecases/ports/callback-sender.ts'
import { deliverCallback } from '../../../src/usecases/callbacks/deliver-callback.ts'
import { aCallback } from '../../builders/callback.ts'
import { freshCommit } from '../../database.ts'

const start = new Date('2026-03-01T12:00:00Z')
const patience = { triesMax: 3, firstDelayMs: 10_000, delayMaxMs: 60_000 }

let db: Awaited<ReturnType<typeof freshCommit>>
let now: Date
let sent: { readonly url: string; readonly body: string; readonly at: Date }[]
let answers: CallbackAnswer[]

beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => {
  now = start
  sent = []
  answers = []
})

const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000)
}

const deliver = (id: string) =>
  deliverCallback({
    commit: db.commit,
    sender: {
      send: ({ url, body }, at) => {
        sent.push({ url, body, at })
        return Promise.resolve(answers.shift() ?? { kind: 'answered', status: 200 })
      },
    },
    patience,
    now: () => now,
  })(id)

async function add(changes: Partial<Callback> = {}): Promise<Callback> {
  const callback = aCallback({
    body: `{"transaction":{"id":"${randomUUID()}"}}`,
    dueAt: start,
    createdAt: start,
    ...changes,
  })
  await db.commit(({ callbacks }) => callbacks.add(callback))
  return callback
}

const kept = (id: string) => db.commit(({ callbacks }) => callbacks.lock(id))

it('delivers the body as it was kept, once (SEP31-84, POLARIS-8.33)', async () => {
  const callback = await add()
  expect(await deliver(callback.id)).toEqual({ ok: true, value: 'delivered' })
  expect(await deliver(callback.id)).toEqual({ ok: true, value: 'nothing_due' })
  expect(sent).toEqual([{ url: callback.url, body: callback.body, at: start }])
  expect(await kept(callback.id)).toEqual({
    ...callback,
    state: 'delivered',
    tries: 1,
    lastAnswer: '200',
    dueAt: new Date(start.getTime() + 60_000),
    endedAt: start,
  })
})

it('tries again later, with a fresh time, and gives up after the bound (SEP12-112, SEP31-86, SEP31-88)', async () => {
  const { id } = await add()
  answers = [
    { kind: 'answered', status: 503 },
    { kind: 'unreachable', reason: 'timed_out' },
    { kind: 'answered', status: 301 },
  ]
  expect(await deliver(id)).toEqual({ ok: true, value: 'later' })
  expect(await deliver(id)).toEqual({ ok: true, value: 'nothing_due' })
  later(10)
  expect(await deliver(id)).toEqual({ ok: true, value: 'later' })
  later(20)
  expect(await deliver(id)).toEqual({
    ok: false,
    refusal: { code: 'callback_undeliverable', lastAnswer: '301' },
  })
  expect(sent.map(({ at }) => (at.getTime() - start.getTime()) / 1000)).toEqual([0, 10, 30])
  expect(await kept(id)).toMatchObject({ state: 'dead', tries: 3, lastAnswer: '301' })
})

it('keeps why a receiver was not reached, and since when nobody tries any more (SEP31-88)', async () => {
  const { id } = await add({ tries: 2 })
  answers = [{ kind: 'unreachable', reason: 'x'.repeat(300) }]
  const lastAnswer = 'x'.repeat(200)
  expect(await deliver(id)).toEqual({
    ok: false,
    refusal: { code: 'callback_undeliverable', lastAnswer },
  })
  expect(await kept(id)).toMatchObject({ state: 'dead', tries: 3, lastAnswer, endedAt: start })
})

it('is not sent again for 60 seconds while a worker has it', async () => {
  const { id } = await add()
  let seen: Callback | undefined
  await deliverCallback({
    commit: db.commit,
    sender: {
      send: async () => {
        seen = await db.commit(({ callbacks }) => callbacks.lock(id))
        return { kind: 'answered', status: 200 }
      },
    },
    patience,
    now: () => now,
  })(id)
  expect(seen).toMatchObject({ tries: 1, dueAt: new Date(start.getTime() + 60_000) })
})

it('makes the job of the next try in the same commit', async () => {
  const { id } = await add()
  answers = [{ kind: 'answered', status: 500 }]
  await deliver(id)
  const jobs = await db.commit(({ outbox }) => outbox.unsent(1000))
  expect(jobs.map(({ job }) => job)).toContainEqual({
    name: 'deliver-callback',
    payload: { callbackId: id },
    subject: `${id}-1`,
    dueAt: new Date(start.getTime() + 10_000),
  })
})

it('gives up at once when the receiver says that the fault is ours (SEP31-89)', async () => {
  const { id } = await add()
  answers = [{ kind: 'answered', status: 400 }]
  expect(await deliver(id)).toEqual({ ok: false, refusal: { code: 'callback_refused' } })
  expect(await kept(id)).toMatchObject({
    state: 'dead',
    tries: 1,
    lastAnswer: '400',
    endedAt: start,
  })
})

it('is refused, not undeliverable, when the last of the tries is answered 400 (SEP31-89)', async () => {
  const { id } = await add({ tries: 2 })
  answers = [{ kind: 'answered', status: 400 }]
  expect(await deliver(id)).toEqual({ ok: false, refusal: { code: 'callback_refused' } })
})

it('keeps the order of a transaction: the second waits for the first (SEP31-88)', async () => {
  const first = await add()
  const second = await add({ subject: first.subject })
  const third = await add({ subject: first.subject })
  const other = await add()
  expect(await deliver(second.id)).toEqual({ ok: true, value: 'nothing_due' })
  expect(await deliver(other.id)).toEqual({ ok: true, value: 'delivered' })
  await deliver(first.id)
  const jobs = (await db.commit(({ outbox }) => outbox.unsent(1000))).map(({ job }) => job)
  expect(jobs).toContainEqual({
    name: 'deliver-callback',
    payload: { callbackId: second.id },
    subject: `${second.id}-0`,
    dueAt: start,
  })
  expect(jobs.map(({ payload }) => payload)).not.toContainEqual({ callbackId: third.id })
  expect(await deliver(third.id)).toEqual({ ok: true, value: 'nothing_due' })
  expect(await deliver(second.id)).toEqual({ ok: true, value: 'delivered' })
  expect(await deliver(third.id)).toEqual({ ok: true, value: 'delivered' })
  expect(sent.map(({ body }) => body)).toEqual([other.body, first.body, second.body, third.body])
})

it('lets the next one through when the first is given up', async () => {
  const first = await add()
  const second = await add({ subject: first.subject })
  answers = [{ kind: 'answered', status: 400 }]
  await deliver(first.id)
  const jobs = await db.commit(({ outbox }) => outbox.unsent(1000))
  expect(jobs.map(({ job }) => job.payload)).toContainEqual({ callbackId: second.id })
  expect(await deliver(second.id)).toEqual({ ok: true, value: 'delivered' })
})

it('is given up as undeliverable when the last of the tries is answered 503 (SEP31-89)', async () => {
  const { id } = await add({ tries: 2 })
  answers = [{ kind: 'answered', status: 503 }]
  const refusal = { code: 'callback_undeliverable', lastAnswer: '503' }
  expect(await deliver(id)).toEqual({ ok: false, refusal })
})

it('counts the pause from the answer, and then goes where it was redirected meanwhile (SEP31-83)', async () => {
  const { id, subject } = await add()
  const url = 'https://new.example.com/'
  await deliverCallback({
    commit: db.commit,
    sender: {
      send: async () => {
        later(30)
        await db.commit(({ callbacks }) => callbacks.redirect(subject.id, url))
        return { kind: 'answered', status: 503 }
      },
    },
    patience,
    now: () => now,
  })(id)
  const dueAt = new Date(start.getTime() + 40_000)
  expect(await kept(id)).toMatchObject({ state: 'due', url, dueAt })
})

it('is signed with the time of its sending, however long the claim took (SEP12-112, SEP31-86)', async () => {
  const { id } = await add()
  const times: number[] = []
  const outcome = await deliverCallback({
    commit: async (work) => {
      const answer = await db.commit(work)
      later(7)
      return answer
    },
    sender: {
      send: async (_, at) => {
        times.push(at.getTime() - start.getTime())
        return { kind: 'answered', status: 200 }
      },
    },
    patience,
    now: () => now,
  })(id)
  expect([outcome, times]).toEqual([{ ok: true, value: 'delivered' }, [7_000]])
  expect((await kept(id))?.dueAt).toEqual(new Date(start.getTime() + 60_000)) // of the claim
})

it('goes to the latest address (SEP31-83)', async () => {
  const callback = await add()
  await db.commit(({ callbacks }) =>
    callbacks.redirect(callback.subject.id, 'https://new.example.com/'),
  )
  await deliver(callback.id)
  expect(sent[0]?.url).toBe('https://new.example.com/')
})

it('is sent once when two workers have the job at the same time', async () => {
  const { id } = await add()
  const outcomes = await Promise.all([deliver(id), deliver(id), deliver(id)])
  expect(sent).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome.ok && outcome.value === 'delivered')).toHaveLength(1)
})

it('is due again when a worker died between the call and the note', async () => {
  const { id } = await add()
  const dying = deliverCallback({
    commit: db.commit,
    sender: { send: () => Promise.reject(new Error('killed')) },
    patience,
    now: () => now,
  })
  await expect(dying(id)).rejects.toThrow('killed')
  expect(await deliver(id)).toEqual({ ok: true, value: 'nothing_due' })
  later(60)
  expect(await db.read(({ callbacks }) => callbacks.due(now, 100))).toContain(id)
  expect(await deliver(id)).toEqual({ ok: true, value: 'delivered' })
})

it('lets a slow worker that was overtaken change nothing', async () => {
  const { id } = await add()
  const slow = deliverCallback({
    commit: db.commit,
    sender: {
      send: async () => {
        later(61) // the claim is over, and another worker delivers meanwhile …
        answers = [{ kind: 'answered', status: 503 }]
        await deliver(id)
        return { kind: 'answered', status: 400 } // … before this one hears a refusal
      },
    },
    patience,
    now: () => now,
  })
  await slow(id)
  expect(await kept(id)).toMatchObject({ state: 'due', tries: 2, lastAnswer: '503' })
})

it('is gone with its subject, and its body is never kept in clear', async () => {
  const callback = await add({ body: '{"secret":"Jane Doe"}' })
  const clear = await sql(
    db.database.pooled,
    `select from callback where position('Jane'::bytea in body_sealed) > 0`,
  )
  expect(clear).toEqual([])
  await db.commit(({ callbacks }) => callbacks.removeOfSubject(callback.subject.id))
  expect(await kept(callback.id)).toBeUndefined()
})
