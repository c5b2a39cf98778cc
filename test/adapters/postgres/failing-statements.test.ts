import { describe, expect, it } from 'vitest'
import type { Session } from '../../../src/adapters/postgres/database.ts'
import { sessionOf } from '../../../src/adapters/postgres/database.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import type { PayoutAttempt } from '../../../src/domain/payout/payout.ts'
import type { Records } from '../../../src/usecases/ports/commit.ts'
import { aCallback } from '../../builders/callback.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { testSealer } from '../../database.ts'

const id = '00000000-0000-4000-8000-000000000001'
const at = new Date('2026-11-21T12:00:00Z')
const owner = { account: 'GOWNER' }
const query = { now: at, graceMs: 0, limit: 1 }
const move = { epoch: 1, from: '1', to: '2' }
const transaction = aTransaction({ id })
const event = {
  id,
  transactionId: id,
  owner,
  type: 'opened',
  to: 'screening',
  version: 1,
  at,
  actor: { kind: 'gateway' },
} as const
const customer: Customer = {
  id,
  key: owner,
  fields: {},
  version: 1,
  createdAt: at,
  updatedAt: at,
}
const file = {
  id,
  owner,
  contentType: 'image/png',
  size: 1,
  digest: 'digest',
  createdAt: at,
} as const
const payout = {
  transactionId: id,
  state: 'due',
  attemptNumber: 0,
  failures: 0,
  dueAt: at,
  updatedAt: at,
} as const
const attempt: PayoutAttempt = {
  transactionId: id,
  number: 1,
  idempotencyKey: 'key',
  state: 'claimed',
  startedAt: at,
}
const payment = { epoch: 1, id: '1', account: 'GA' }
const idempotency = { key: 'key', inputHash: 'hash' }
const job = { name: 'sweep-due-work', subject: 'all', payload: {} } as const

/** Each question and each change there is, so that one that is added is asked here, too. */
const asks: {
  readonly [Noun in keyof Records]: {
    readonly [Name in keyof Records[Noun]]: (records: Records[Noun]) => Promise<unknown>
  }
} = {
  transactions: {
    open: async (records) => {
      await records.open({ transaction, events: [event] })
      await records.open({ transaction, events: [event], idempotency })
    },
    save: (records) => records.save(transaction),
    ofOwner: (records) => records.ofOwner(owner, id),
    lock: (records) => records.lock(id),
    lockMany: (records) => records.lockMany([id]),
    find: (records) => records.find(id),
    findMany: (records) => records.findMany([id]),
    lockByMemos: (records) => records.lockByMemos('GA', [transaction.memo]),
    waitingForCustomer: (records) => records.waitingForCustomer(id),
    lapsed: (records) => records.lapsed(query),
    lockLapsed: (records) => records.lockLapsed([id], query),
    list: (records) => records.list({ limit: 1 }),
    openingByKey: (records) => records.openingByKey(owner, 'key'),
  },
  customers: {
    add: (records) => records.add(customer),
    save: (records) => records.save(customer),
    find: (records) => records.find(id),
    findMany: (records) => records.findMany([id]),
    byKey: (records) => records.byKey(owner),
    lock: (records) => records.lock(id),
    lockByKey: (records) => records.lockByKey(owner),
    remove: (records) => records.remove(id),
  },
  customerFiles: {
    add: (records) => records.add(file, new Uint8Array(1)),
    looseBytes: (records) => records.looseBytes('GA', at),
    lockOwn: (records) => records.lockOwn(owner, id, at),
    attach: (records) => records.attach(id, id),
    list: (records) => records.list(owner, { id }, at),
    bytesOf: (records) => records.bytesOf(id),
    remove: (records) => records.remove([id]),
    removeLoose: (records) => records.removeLoose(owner),
    removeLapsed: (records) => records.removeLapsed(at),
  },
  verifications: {
    lock: (records) => records.lock(id, 'email_address'),
    put: (records) =>
      records.put({
        customerId: id,
        field: 'email_address',
        codeHash: 'hash',
        triesLeft: 1,
        expiresAt: at,
        sent: 1,
        windowStartedAt: at,
      }),
    useUp: (records) => records.useUp(id, ['email_address']),
  },
  network: {
    epoch: (records) => records.epoch(),
    anchor: (records) => records.anchor(1, { sequence: 1n, hash: 'hash', closedAt: at }),
    openStop: (records) => records.openStop(),
    lastStop: (records) => records.lastStop(),
    lockStop: (records) => records.lockStop('1'),
    stop: (records) =>
      records.stop({ epoch: 1, reason: 'gap', detail: '', elder: 1n, stoppedAt: at }),
    decide: (records) => records.decide('1', { kind: 'go_on', at, by: 'ada' }),
    beginEpoch: (records) => records.beginEpoch(2, at),
    goOnFrom: (records) => records.goOnFrom(1n),
    places: (records) => records.places(),
  },
  stellarPayments: {
    cursor: (records) => records.cursor('GA'),
    place: (records) => records.place('GA'),
    wantCursor: (records) => records.wantCursor('GA', at),
    startCursor: (records) => records.startCursor('GA', '1'),
    moveCursor: (records) => records.moveCursor('GA', move),
    moveChecked: (records) => records.moveChecked('GA', move),
    takeSeat: (records) => records.takeSeat('GA', 'ada', { now: at, until: at }),
    leaveSeat: (records) => records.leaveSeat('GA', 'ada'),
    add: (records) => records.add([aStellarPayment()], at),
    lockWaiting: (records) => records.lockWaiting('GA', { limit: 1 }),
    settleMatches: (records) => records.settleMatches([{ payment, match: { state: 'waiting' } }]),
    find: (records) => records.find('1'),
    listUnmatched: (records) => records.listUnmatched({ limit: 1 }),
    waitingCount: (records) => records.waitingCount(),
  },
  payouts: {
    add: (records) => records.add([payout]),
    lock: (records) => records.lock(id),
    lockMany: (records) => records.lockMany([id]),
    find: (records) => records.find(id),
    findMany: (records) => records.findMany([id]),
    save: async (records) => {
      await records.save(payout)
      await records.save(payout, payout)
    },
    addAttempts: (records) => records.addAttempts([attempt]),
    saveAttempts: (records) => records.saveAttempts([attempt]),
    attempts: (records) => records.attempts(id),
    attemptsOfMany: (records) => records.attemptsOfMany([id]),
    attemptsByKeys: (records) => records.attemptsByKeys(['key']),
    due: (records) => records.due(at, 1),
    listDead: (records) => records.listDead({ limit: 1 }),
    attemptsToAsk: (records) => records.attemptsToAsk(at, 1),
    askAgain: (records) => records.askAgain([{ idempotencyKey: 'key', at }]),
    listAttempts: (records) => records.listAttempts({ limit: 1 }),
  },
  callbacks: {
    add: (records) => records.add(aCallback()),
    lock: (records) => records.lock(id),
    hasEarlierDue: (records) => records.hasEarlierDue(id),
    save: (records) => records.save(aCallback()),
    nextOfSubject: (records) => records.nextOfSubject(id),
    redirect: (records) => records.redirect(id, 'https://wallet.example.com/'),
    due: (records) => records.due(at, 1),
    removeOfSubject: (records) => records.removeOfSubject(id),
  },
  logins: {
    consumeChallenge: (records) => records.consumeChallenge('hash', at),
    consumeChallenges: (records) => records.consumeChallenges(new Map([['hash', at]])),
    forgetLapsed: (records) => records.forgetLapsed(at),
  },
  events: {
    add: (records) => records.add([event]),
    assignSequences: (records) => records.assignSequences(1),
    highestSequence: (records) => records.highestSequence(),
    after: (records) => records.after({ after: 0n, limit: 1 }),
    ofTransaction: (records) => records.ofTransaction(id),
    ofTransactions: (records) => records.ofTransactions([id]),
  },
  reports: { byAssetAndDay: (records) => records.byAssetAndDay({ from: at, before: at }) },
  backlog: {
    read: (records) => records.read(),
    appliedMigrations: (records) => records.appliedMigrations(),
  },
  outbox: {
    addJob: (records) => records.addJob(job),
    addJobs: (records) => records.addJobs([job]),
    unsent: (records) => records.unsent(1),
    removeSent: (records) => records.removeSent([1n]),
  },
}

const factories = recordFactories(testSealer)

/** Asks on a connection that answers no rows, and fails at the statement that is told; gives their number. */
async function failing(
  ask: (session: Session) => Promise<unknown>,
  place = 0,
): Promise<{ readonly statements: number; readonly end: unknown }> {
  let statements = 0
  const session = sessionOf(async () => {
    statements += 1
    if (statements === place) throw new Error('the disk is full')
    return []
  })
  const end: unknown = await ask(session).then(
    () => 'no failure',
    (failure: unknown) => failure,
  )
  return { statements, end }
}

describe.each(Object.keys(asks) as (keyof Records)[])('a statement that fails', (noun) => {
  const names = Object.entries(asks[noun]) as [string, (records: unknown) => Promise<unknown>][]

  it.each(names)(`is a failure of who asked: ${noun}.%s`, async (_, askRecords) => {
    const ask = (session: Session) => askRecords(factories[noun](session))
    const { statements } = await failing(ask)
    expect(statements).toBeGreaterThan(0)
    for (let place = 1; place <= statements; place += 1) {
      const failed = await failing(ask, place)
      expect(String(failed.end)).toContain('the disk is full')
      expect(failed.statements).toBe(place)
    }
  })
})
