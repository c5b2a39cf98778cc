import { expect, it } from 'vitest'
import { openClock } from '../../../src/adapters/postgres/clock.ts'
import { CustomerChangedMeanwhile } from '../../../src/adapters/postgres/customer-records.ts'
import { sessionOf } from '../../../src/adapters/postgres/database.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import { testSealer } from '../../database.ts'

const factories = recordFactories(testSealer)

/** Gives these answers, one after the other, and then no rows; notes what it was asked. */
function answering(...answers: readonly (readonly object[])[]) {
  const left = [...answers]
  const asked: string[] = []
  const session = sessionOf(async (text) => {
    asked.push(text)
    if (asked.length > 20) throw new Error('asked for ever')
    return left.shift() ?? []
  })
  return { session, asked }
}

const at = new Date('2026-11-21T12:00:00Z')

it.each([
  [
    'the backlog',
    () => factories.backlog(answering().session).read(),
    'A select without a table answers one row',
  ],
  [
    'the run of the network',
    () => factories.network(answering().session).epoch(),
    'network_epoch is empty: its migration adds the first',
  ],
  [
    'the time',
    () => {
      const database = { pooled: answering().session }
      return openClock({ database, elapsedMs: () => 0, onError: () => undefined })
    },
    'The database does not tell the time',
  ],
  [
    'the number of an event that is numbered',
    () => {
      const { session } = answering([{ id: 'e1', sequence: null }])
      return factories.events(session).ofTransaction('t1')
    },
    'Event e1 has no sequence',
  ],
])('tells what a broken database does not tell: %s', async (_, ask, words) => {
  await expect(ask()).rejects.toThrow(words)
})

it('counts nothing where nothing is told', async () => {
  const { session } = answering()
  expect(await factories.events(session).highestSequence()).toBe(0n)
  expect(await factories.stellarPayments(session).waitingCount()).toBe(0)
  const stream = answering([{ last_sequence: 5n }]).session
  expect(await factories.events(stream).assignSequences(9)).toEqual({ assigned: 0, highest: 5n })
})

it('takes what is not there for nothing that stands open', async () => {
  const row = {
    transactions: null,
    ended: null,
    accounts: null,
    unmatched: null,
    payouts: null,
    dead_payouts: 0n,
    payout_due_since: null,
    callbacks_due: 0n,
    callbacks_dead: 0n,
    callbacks_dead_lately: 0n,
    callback_due_since: null,
    highest: null,
    unnumbered: 0n,
    unnumbered_since: null,
    outbox: 0n,
    stop_reason: null,
    stopped_at: null,
  }
  const nothing = {
    transactions: [],
    accounts: [],
    unmatched: [],
    payouts: [{ state: 'dead', count: 0 }],
    callbacks: { due: 0, dead: 0, deadLately: 0 },
    events: { highest: 0n, unnumbered: 0, outbox: 0 },
  }
  expect(await factories.backlog(answering([row]).session).read()).toStrictEqual(nothing)
  const stopped = { ...row, stop_reason: 'gap', stopped_at: at }
  expect(await factories.backlog(answering([stopped]).session).read()).toStrictEqual({
    ...nothing,
    networkStop: { reason: 'gap', since: at },
  })
})

it('adds a customer again whose rival was deleted meanwhile, three times at most', async () => {
  const customer = {
    id: 'c1',
    key: { account: 'GOWNER' },
    fields: {},
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
  const third = answering([], [], [], [], [{ id: 'c1' }])
  expect(await factories.customers(third.session).add(customer)).toEqual({ id: 'c1', added: true })
  expect(third.asked).toHaveLength(5)
  const never = answering()
  const failure: unknown = await factories
    .customers(never.session)
    .add(customer)
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(CustomerChangedMeanwhile)
  expect(failure).toHaveProperty('message', 'The customer is being deleted again and again')
  expect(never.asked).toHaveLength(6)
})
