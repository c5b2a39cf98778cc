import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Payout, PayoutAttempt, PayoutState } from '../../../src/domain/payout/payout.ts'
import type { PayoutRecords } from '../../../src/usecases/ports/payout-records.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { freshCommit, onServer } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())
beforeEach(() => onServer(db.url, 'truncate "transaction" cascade'))

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute))
const idOf = (place: number): string => `00000000-0000-4000-8000-00000000000${place}`
const deadReason = 'rejected: no'
const keyOf = (place: number): string => `key-${place}`

const ask = <Answer>(question: (payouts: PayoutRecords) => Promise<Answer>): Promise<Answer> =>
  db.read(({ payouts }) => question(payouts))
const change = (work: (payouts: PayoutRecords) => Promise<void>): Promise<void> =>
  db.commit(({ payouts }) => work(payouts))

/** The payout of transaction number `place`, which is opened for it. */
async function keep(place: number, changes: Partial<Payout> = {}): Promise<Payout> {
  const transaction = aTransaction({ id: idOf(place) })
  const payout: Payout = {
    transactionId: transaction.id,
    state: 'due',
    attemptNumber: 1,
    failures: 0,
    dueAt: at(0),
    updatedAt: at(0),
    ...changes,
  }
  await db.commit(async ({ transactions, payouts }) => {
    await transactions.open({ transaction, events: [] })
    await payouts.add([payout])
  })
  return payout
}

/** An attempt of the transaction of this place; its key is of this place, too. */
async function keepAttempt(
  place: number,
  changes: Partial<PayoutAttempt> = {},
): Promise<PayoutAttempt> {
  await keep(place)
  const attempt: PayoutAttempt = {
    transactionId: idOf(place),
    number: 1,
    idempotencyKey: keyOf(place),
    state: 'delivered',
    startedAt: at(0),
    ...changes,
  }
  await change((payouts) => payouts.addAttempts([attempt]))
  return attempt
}

const idsOf = (payouts: readonly Payout[]) => payouts.map(({ transactionId }) => transactionId)
const keysOf = (attempts: readonly PayoutAttempt[]) =>
  attempts.map(({ idempotencyKey }) => idempotencyKey)

describe('what is saved of a payout', () => {
  const full = { deadReason, failures: 3, attemptNumber: 2, updatedAt: at(1) }

  it('is all that was given, and nothing of before, one at a time or many', async () => {
    const kept = [await keep(1, { ...full, state: 'dead' }), await keep(2, full), await keep(3)]
    const [one, two, three] = kept.map(({ transactionId }, place) => ({
      transactionId,
      state: 'claimed' as const,
      attemptNumber: 4,
      failures: place,
      dueAt: at(5),
      updatedAt: at(6),
    }))
    if (one === undefined || two === undefined || three === undefined) throw new Error('not kept')
    await change((payouts) => payouts.save(one))
    await change((payouts) => payouts.save(two, { ...three, ...full }))
    const saved = [one, two, { ...three, ...full }]
    expect(
      await ask((payouts) => payouts.findMany(saved.map(({ transactionId: id }) => id))),
    ).toEqual(expect.arrayContaining(saved))
  })

  it('is all that was given of an attempt, and nothing of before', async () => {
    const begun = await keepAttempt(1, { state: 'claimed', reason: 'outcome_unknown' })
    const fates: readonly Partial<PayoutAttempt>[] = [
      { railPayoutId: 'p', endedAt: at(1), askAgainAt: at(2) },
      { railPayoutId: 'q', endedAt: at(3), state: 'returned', reason: 'account_closed' },
    ]
    for (const fate of fates) {
      const { reason: _, ...rest } = begun
      const attempt: PayoutAttempt = { ...rest, state: 'delivered', ...fate }
      await change((payouts) => payouts.saveAttempts([attempt]))
      expect(await ask((payouts) => payouts.attempts(begun.transactionId))).toEqual([attempt])
    }
  })

  it('is of the payouts that are named, and of no other', async () => {
    const kept = [await keep(1), await keep(2), await keep(3), await keep(4)]
    const later = (place: number): Payout => ({
      transactionId: idOf(place),
      state: 'dead',
      attemptNumber: place + 1,
      failures: place + 2,
      dueAt: at(place),
      deadReason: `reason ${place}`,
      updatedAt: at(place + 10),
    })
    const find = () =>
      ask((payouts) => Promise.all(kept.map((one) => payouts.find(one.transactionId))))
    await change((payouts) => payouts.save(later(1)))
    expect(await find()).toEqual([later(1), ...kept.slice(1)])
    await change((payouts) => payouts.save(later(3), later(2)))
    expect(await find()).toEqual([later(1), later(2), later(3), kept[3]])
  })

  it('is of each attempt its own, by its payout and its number, and of no other', async () => {
    const first = await keepAttempt(1, { state: 'rejected', reason: 'a' })
    const other = await keepAttempt(2, { state: 'rejected', reason: 'b' })
    const second: PayoutAttempt = { ...first, number: 2, idempotencyKey: 'second' }
    const third: PayoutAttempt = {
      ...first,
      number: 3,
      idempotencyKey: 'third',
      state: 'pending',
      railPayoutId: 'p3',
      reason: 'r3',
      startedAt: at(3),
      endedAt: at(4),
      customerVersions: { c: 5 },
      askAgainAt: at(6),
    }
    await change((payouts) => payouts.addAttempts([second, third]))
    const later = (attempt: PayoutAttempt, place: number): PayoutAttempt => ({
      ...attempt,
      state: 'returned',
      railPayoutId: `rail ${place}`,
      reason: `reason ${place}`,
      endedAt: at(10 + place),
      askAgainAt: at(20 + place),
    })
    const saved = [later(first, 1), later(third, 3)]
    await change((payouts) => payouts.saveAttempts(saved))
    const attempts = await ask((payouts) => payouts.attemptsOfMany([idOf(2), idOf(1)]))
    expect(attempts).toEqual([saved[0], second, saved[1], other])
    const byKeys = await ask((payouts) => payouts.attemptsByKeys(['third', keyOf(2)]))
    expect(byKeys).toHaveLength(2)
    expect(byKeys).toEqual(expect.arrayContaining([saved[1], other]))
  })
})

it('finds a payout by its transaction, alone or with others, and nothing by what is no id', async () => {
  const [one, two] = [await keep(1), await keep(2, { state: 'dead', deadReason }), await keep(3)]
  const finding = async (records: PayoutRecords) => [
    await records.find(idOf(1)),
    await records.lock(idOf(2)),
    await records.findMany([idOf(1), 'no id']),
    await records.lockMany(['no id', idOf(2), idOf(1)]),
    await records.find(idOf(4)),
    await records.findMany(['no id']),
  ]
  expect(await db.commit(({ payouts }) => finding(payouts))).toEqual([
    one,
    two,
    [one],
    [one, two],
    undefined,
    [],
  ])
})

it('has of each attempt what it began with', async () => {
  const begun = { number: 1, reason: 'outcome_unknown', railPayoutId: 'p', endedAt: at(1) }
  const known = { customerVersions: { a: 3 }, askAgainAt: at(2), startedAt: at(0) }
  const kept = await keepAttempt(1, { ...begun, ...known })
  await keepAttempt(2)
  expect(await ask((payouts) => payouts.attempts(idOf(1)))).toEqual([kept])
  expect(await ask((payouts) => payouts.attemptsByKeys([keyOf(1)]))).toEqual([kept])
})

describe('payouts that are due', () => {
  it('are told the longest due first, up to the bound, and no others', async () => {
    const states: readonly PayoutState[] = ['waiting', 'delivered', 'dead']
    for (const [place, state] of states.entries()) await keep(place, { state, deadReason })
    await keep(4, { dueAt: at(3), state: 'pending' })
    await keep(5, { dueAt: at(1), state: 'claimed' })
    await keep(6, { dueAt: at(2) })
    await keep(7, { dueAt: at(4) })
    const due = (limit: number) => ask((payouts) => payouts.due(at(3), limit))
    expect(idsOf(await due(9))).toEqual([idOf(5), idOf(6), idOf(4)])
    expect(idsOf(await due(2))).toEqual([idOf(5), idOf(6)])
  })
})

describe('payouts that were given up', () => {
  it('are listed newest first, page by page, each once, and no others', async () => {
    await keep(0, { state: 'dead', deadReason, updatedAt: at(1) })
    for (const place of [1, 2, 3]) {
      await keep(place, { state: 'dead', deadReason, updatedAt: at(2) })
    }
    await keep(4, { state: 'delivered', updatedAt: at(2) })
    const listed: Payout[] = []
    for (let last: Payout | undefined; listed.length < 9; last = listed.at(-1)) {
      const before = last && { at: last.updatedAt, id: last.transactionId }
      const page = await ask((payouts) => payouts.listDead({ ...(before && { before }), limit: 2 }))
      if (page.length === 0) break
      listed.push(...page)
    }
    expect(idsOf(listed)).toEqual([idOf(3), idOf(2), idOf(1), idOf(0)])
  })
})

describe('attempts', () => {
  it('are listed newest first, page by page, each once', async () => {
    await keepAttempt(0, { startedAt: at(1) })
    for (const place of [1, 2, 3]) await keepAttempt(place, { startedAt: at(2) })
    const listed: PayoutAttempt[] = []
    for (let last: PayoutAttempt | undefined; listed.length < 9; last = listed.at(-1)) {
      const before = last && { startedAt: last.startedAt, key: last.idempotencyKey }
      const page = await ask((payouts) =>
        payouts.listAttempts({ ...(before && { before }), limit: 2 }),
      )
      if (page.length === 0) break
      listed.push(...page)
    }
    expect(keysOf(listed)).toEqual([keyOf(3), keyOf(2), keyOf(1), keyOf(0)])
  })

  it('are listed by transaction and by states', async () => {
    await keepAttempt(1, { state: 'pending' })
    await keepAttempt(2, { state: 'rejected' })
    await keepAttempt(3)
    const list = async (query: { transactionId?: string; states?: readonly string[] }) =>
      keysOf(await ask((payouts) => payouts.listAttempts({ ...query, limit: 9 }))).toSorted()
    expect(await list({ states: ['pending', 'rejected'] })).toEqual([keyOf(1), keyOf(2)])
    expect(await list({ transactionId: idOf(2) })).toEqual([keyOf(2)])
    expect(await list({ transactionId: idOf(2), states: ['pending'] })).toEqual([])
    expect(await list({ transactionId: 'no id' })).toEqual([])
  })

  it('of many payouts come with each in the order of their numbers', async () => {
    const first = await keepAttempt(1, { state: 'rejected' })
    await change((payouts) =>
      payouts.addAttempts([
        { ...first, number: 3, idempotencyKey: 'c' },
        { ...first, number: 2, idempotencyKey: 'b' },
      ]),
    )
    const found = await ask((payouts) => payouts.attemptsOfMany([idOf(1), 'no id']))
    expect(found.map(({ number }) => number)).toEqual([1, 2, 3])
  })
})

describe('deliveries to ask about', () => {
  const toAsk = async (limit = 9) =>
    keysOf(await ask((payouts) => payouts.attemptsToAsk(at(3), limit)))

  it('are told the longest due first, up to the bound, and no others', async () => {
    for (const place of [4, 1, 3, 2]) await keepAttempt(place, { askAgainAt: at(place) })
    await keepAttempt(5)
    expect(await toAsk()).toEqual([keyOf(1), keyOf(2), keyOf(3)])
    expect(await toAsk(2)).toEqual([keyOf(1), keyOf(2)])
  })

  it('are planned each for its own time, and those that are not named stay as they are', async () => {
    for (const place of [1, 2, 3]) await keepAttempt(place, { askAgainAt: at(9) })
    const plans = [
      { idempotencyKey: keyOf(2), at: at(1) },
      { idempotencyKey: keyOf(1), at: at(2) },
    ]
    await change((payouts) => payouts.askAgain(plans))
    const attempts = await ask((payouts) => payouts.attemptsOfMany([1, 2, 3].map(idOf)))
    expect(attempts.map(({ askAgainAt }) => askAgainAt)).toEqual([at(2), at(1), at(9)])
  })

  it('are planned anew only while they are deliveries', async () => {
    await keepAttempt(1, { askAgainAt: at(1) })
    await keepAttempt(2, { askAgainAt: at(1), state: 'returned' })
    const plans = [1, 2].map((place) => ({ idempotencyKey: keyOf(place), at: at(place + 1) }))
    await change((payouts) => payouts.askAgain(plans))
    const kept = await ask((payouts) =>
      payouts.attemptsByKeys(plans.map((plan) => plan.idempotencyKey)),
    )
    expect(new Map(kept.map(({ state, askAgainAt }) => [state, askAgainAt]))).toEqual(
      new Map([
        ['delivered', at(2)],
        ['returned', at(1)],
      ]),
    )
  })

  it('are planned one at a time as well, and no more when there is no time for it', async () => {
    const [one, other] = [await keepAttempt(1), await keepAttempt(2, { askAgainAt: at(1) })]
    await change((payouts) => payouts.askAgain([{ idempotencyKey: keyOf(1), at: at(2) }]))
    expect(await toAsk()).toEqual([keyOf(2), keyOf(1)])
    await change((payouts) => payouts.askAgain([{ idempotencyKey: keyOf(2), at: undefined }]))
    const found = await ask((payouts) => payouts.attemptsByKeys([keyOf(1), keyOf(2)]))
    const { askAgainAt: _, ...unasked } = other
    expect(found).toHaveLength(2)
    expect(found).toEqual(expect.arrayContaining([{ ...one, askAgainAt: at(2) }, unasked]))
  })

  it('are left to whoever changes them just now, who is not waited for', async () => {
    const attempt = await keepAttempt(1, { askAgainAt: at(1) })
    await change(async (payouts) => {
      await payouts.saveAttempts([{ ...attempt, askAgainAt: at(2) }])
      const plan = { idempotencyKey: keyOf(1), at: at(9) }
      await change((others) => others.askAgain([plan]))
    })
    const [kept] = await ask((payouts) => payouts.attempts(attempt.transactionId))
    expect(kept?.askAgainAt).toEqual(at(2))
  })
})
