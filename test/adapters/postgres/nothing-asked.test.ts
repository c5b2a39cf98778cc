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

const id = '00000000-0000-4000-8000-000000000001'

/** Whether PostgreSQL is told this text when it is asked about. */
async function isTold(
  ask: (session: Session, text: string) => Promise<unknown>,
  text: string,
): Promise<boolean> {
  let told = false
  const session = sessionOf(async (statement, values) => {
    told ||= values.flat().includes(text) || statement.includes(`'${text}'`) // the ORM writes it there
    return []
  })
  await ask(session, text)
  return told
}

const at = new Date('2026-11-21T12:00:00Z')
const owner = { account: 'GOWNER' }
const byId: Readonly<Record<string, (session: Session, given: string) => Promise<unknown>>> = {
  'find a transaction': (session, given) => factories.transactions(session).find(given),
  'find transactions': (session, given) => factories.transactions(session).findMany([given]),
  'show a transaction': (session, given) => factories.transactions(session).ofOwner(owner, given),
  'lock a transaction': (session, given) => factories.transactions(session).lock(given),
  'lock transactions': (session, given) => factories.transactions(session).lockMany([given]),
  'list transactions': (session, given) =>
    factories.transactions(session).list({ ids: [given], limit: 1 }),
  'list transactions of a customer': (session, given) =>
    factories.transactions(session).list({ customerId: given, limit: 1 }),
  'find a customer': (session, given) => factories.customers(session).find(given),
  'find customers': (session, given) => factories.customers(session).findMany([given]),
  'lock a customer': (session, given) => factories.customers(session).lock(given),
  'lock a file': (session, given) => factories.customerFiles(session).lockOwn(owner, given, at),
  'list a file': (session, given) =>
    factories.customerFiles(session).list(owner, { id: given }, at),
  'list files of a customer': (session, given) =>
    factories.customerFiles(session).list(owner, { customerId: given }, at),
  'read a file': (session, given) => factories.customerFiles(session).bytesOf(given),
  'find a payout': (session, given) => factories.payouts(session).find(given),
  'find payouts': (session, given) => factories.payouts(session).findMany([given]),
  'lock a payout': (session, given) => factories.payouts(session).lock(given),
  'lock payouts': (session, given) => factories.payouts(session).lockMany([given]),
  'tell attempts of several': (session, given) =>
    factories.payouts(session).attemptsOfMany([given]),
  'list attempts': (session, given) =>
    factories.payouts(session).listAttempts({ transactionId: given, limit: 1 }),
}

it.each(Object.entries(byId))('tells PostgreSQL ids alone to %s', async (_, ask) => {
  const long = 'abcdef01-2345-4789-8abc-def012345678'
  for (const given of [long, long.toUpperCase()]) {
    expect([given, await isTold(ask, given)]).toEqual([given, true])
  }
  const none = [`0${long}`, `${long}0`, `${long}\n`, long.replace('a', 'g'), long.replace('-', '')]
  for (const given of none) {
    expect([given, await isTold(ask, given)]).toEqual([given, false])
  }
})

it('tells PostgreSQL of payments and stops such numbers only as it can read', async () => {
  const find = (session: Session, given: string) => factories.stellarPayments(session).find(given)
  const list = (session: Session, given: string) =>
    factories.stellarPayments(session).listUnmatched({
      before: { epoch: 1, id: given, account: 'GA' },
      limit: 1,
    })
  const stop = (session: Session, given: string) => factories.network(session).lockStop(given)
  const answers = async (given: string) => [
    await isTold(find, given),
    await isTold(list, given),
    await isTold(stop, given),
  ]
  for (const given of ['0', '7', '9'.repeat(18)])
    expect(await answers(given)).toEqual([true, true, true])
  for (const given of ['1'.repeat(19), `${2n ** 63n - 1n}`]) {
    expect(await answers(given)).toEqual([true, true, false])
  }
  for (const given of [`${2n ** 63n}`, `0${'1'.repeat(19)}`, '', '-7', 'x7', '7x', '7.0', '7\n']) {
    expect(await answers(given)).toEqual([false, false, false])
  }
})

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
