import { expect, it } from 'vitest'
import { sessionOf } from '../../../src/adapters/postgres/database.ts'
import { addedOutgoing } from '../../../src/adapters/postgres/outgoing.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import { aCallback } from '../../builders/callback.ts'
import { testSealer } from '../../database.ts'

const factories = recordFactories(testSealer)

/** Notes what is asked, and finds nothing. */
function asked() {
  const statements: string[] = []
  const session = sessionOf(async (text) => {
    statements.push(text)
    return []
  })
  return { session, statements }
}
type Session = ReturnType<typeof asked>['session']

const nothing: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  'no payouts to add': (session) => factories.payouts(session).add([]),
  'no payouts to save': (session) => factories.payouts(session).save(),
  'no attempts to add': (session) => factories.payouts(session).addAttempts([]),
  'no attempts to save': (session) => factories.payouts(session).saveAttempts([]),
  'no deliveries to plan': (session) => factories.payouts(session).askAgain([]),
  'a payout by what is no id': (session) => factories.payouts(session).find('no id'),
  'attempts by what is no id': (session) =>
    factories.payouts(session).listAttempts({ transactionId: 'no id', limit: 1 }),
  'no payments to add': (session) => factories.stellarPayments(session).add([], new Date()),
  'no payments to decide': (session) => factories.stellarPayments(session).settleMatches([]),
  'a payment by what is no id': (session) => factories.stellarPayments(session).find('no id'),
  'no transactions to save': (session) => factories.transactions(session).save(),
  'transactions by what is no id': (session) => factories.transactions(session).findMany(['no id']),
  'customers by no ids': (session) => factories.customers(session).findMany([]),
  'no callbacks to add': (session) => factories.callbacks(session).add(),
  'no events to add': (session) => factories.events(session).add([]),
  'no jobs to add': (session) => factories.outbox(session).addJobs([]),
  'no jobs to remove': (session) => factories.outbox(session).removeSent([]),
}

it.each(Object.entries(nothing))(
  'asks nothing of PostgreSQL for %s, and wakes nobody',
  async (_, ask) => {
    const { session, statements } = asked()
    await ask(session)
    expect(statements).toEqual([])
    expect(addedOutgoing(session)).toBe(false)
  },
)

const at = new Date('2026-11-21T12:00:00Z')
const id = '00000000-0000-4000-8000-000000000001'

it.each<[string, (session: Session) => Promise<unknown>]>([
  [
    'a job',
    (session) =>
      factories.outbox(session).addJob({ name: 'sweep-due-work', subject: 'all', payload: {} }),
  ],
  ['a callback', (session) => factories.callbacks(session).add(aCallback())],
  [
    'an event',
    (session) =>
      factories.events(session).add([
        {
          id,
          transactionId: id,
          owner: { account: 'GOWNER' },
          type: 'opened',
          to: 'screening',
          version: 1,
          at,
          actor: { kind: 'gateway' },
        },
      ]),
  ],
])('wakes the relay for %s, which is one statement', async (_, add) => {
  const { session, statements } = asked()
  await add(session)
  expect(statements).toHaveLength(1)
  expect(addedOutgoing(session)).toBe(true)
})
