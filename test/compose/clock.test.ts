import { randomUUID } from 'node:crypto'
import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryPayoutRail } from '../../src/adapters/memory/memory-payout-rail.ts'
import { payoutNoticeReader } from '../../src/adapters/rails/http/payout-notice.ts'
import { composeCustomers, customerTypesOf } from '../../src/compose/customers.ts'
import type { Foundation } from '../../src/compose/foundation.ts'
import { composeLogins } from '../../src/compose/logins.ts'
import { composeOutside } from '../../src/compose/outside.ts'
import { composePayments } from '../../src/compose/payments.ts'
import { composeTransactions } from '../../src/compose/transactions.ts'
import { composeWatch } from '../../src/compose/watch.ts'
import { composeWork } from '../../src/compose/work.ts'
import type { Customer } from '../../src/domain/customer/customer.ts'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import type { Payout, PayoutAttempt, PayoutState } from '../../src/domain/payout/payout.ts'
import type { Transaction } from '../../src/domain/transaction/transaction.ts'
import { limitMisses } from '../../src/http/sep12/limit-misses.ts'
import { createRateLimit } from '../../src/http/server/rate-limit.ts'
import { createLog } from '../../src/observability/log.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import type { Records } from '../../src/usecases/ports/commit.ts'
import { anAsset } from '../builders/asset.ts'
import { aCallback } from '../builders/callback.ts'
import { customerTypes } from '../builders/customer-types.ts'
import { paymentFor } from '../builders/stellar-payment.ts'
import { aTransaction, distributionAccount, sendingAnchor } from '../builders/transaction.ts'
import { configOf } from '../graphql/gateway-world.ts'

/** Every room stands for as long as its process; the time that counts is that of each call. */

const noon = Date.parse('2026-11-21T12:00:00Z')
const dayMs = 24 * 60 * 60_000
const webm = Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3)

type Answers = Readonly<Record<string, unknown>>

/** All moments in what was told, however deep. */
const momentsIn = (told: unknown): readonly Date[] => {
  if (told instanceof Date) return [told]
  return typeof told === 'object' && told !== null ? Object.values(told).flatMap(momentsIn) : []
}

/** Records that note the moments they are told, and answer what is given under their name. */
const recordsOf = (answers: () => Answers, note: (told: unknown) => void): Records => {
  const table = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...told: readonly unknown[]) => {
            note(told)
            return Promise.resolve(answers()[`${name}.${String(method)}`])
          },
      },
    )
  return new Proxy({}, { get: (_, name) => table(String(name)) }) as Records
}

/** All rooms that take the time, on a clock that is moved by hand and counts who asks it. */
async function house() {
  const clock = { at: noon, asked: 0 }
  const told: unknown[] = []
  let answers: Answers = {}
  const now = () => {
    clock.asked += 1
    return new Date(clock.at)
  }
  const records = recordsOf(
    () => answers,
    (one) => void told.push(one),
  )
  const asking = (of: (known: Records) => unknown) => Promise.resolve(of(records))
  const { config, secrets } = configOf('postgres://localhost/none', {
    signingSeed: Keypair.random().secret(),
  })
  const queue = { add: async () => undefined, figures: async () => [] }
  const foundation = {
    commit: asking,
    commitAtOnce: asking,
    read: asking,
    queue,
    jobStore: { kind: 'postgres', url: '' },
    now,
    newId: randomUUID,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ version: 'test' }),
    troubles: { of: () => () => undefined },
  } as unknown as Foundation // rooms need no more of it to be built
  const hosts = { isPublic: () => Promise.resolve(true) }
  const callbackRules = { allowHttp: true, allowPrivateHosts: true }
  const outside = await composeOutside(foundation, config)
  const transactions = composeTransactions(foundation, {
    assets: new Map([['SRT', anAsset({ senderTypes: [], receiverTypes: [] })]]),
    customerTypes: customerTypesOf(config),
    callbackRules,
    hosts,
    inputSecret: Buffer.from('a secret of the tests'),
  })
  const customers = composeCustomers(foundation, {
    types: customerTypes(),
    resumeTransactions: transactions.resumeTransactions,
    callbackRules,
    hosts,
    isSandbox: true,
    codeSecret: Buffer.from('a secret of the tests'),
  })
  const payments = composePayments(
    foundation,
    { config, secrets },
    {
      saveChanges: transactions.saveChanges,
      tellCustomers: customers.tellCustomers,
    },
  )
  const logins = await composeLogins(
    foundation,
    { config, secrets, sites: [config.site] },
    outside.homePages,
  )
  const watch = composeWatch(foundation, {
    config,
    secrets,
    signingKey: logins.signingKey.account,
    homePages: outside.homePages,
    lookAgainMs: undefined,
  })
  const work = composeWork(foundation, {
    sign: logins.signingKey.sign,
    fetch: async ({ headers }) => {
      const [, seconds] = /^t=(\d+)/.exec(headers['signature'] ?? '') ?? []
      told.push(new Date(Number(seconds) * 1000))
      return { status: 503 }
    },
    accounts: [distributionAccount],
  })
  const rooms = {
    ...transactions,
    ...customers,
    ...payments,
    ...logins,
    ...logins.loginAt(config.site),
    ...work,
  }
  memoryPayoutRail({ now })
  payoutNoticeReader({ secret: 'secret', now })
  createRateLimit({ requestsPerMinute: 1, now })
  limitMisses(now)
  return {
    rooms,
    askedWhileBuilt: clock.asked,
    /** The moments that are told in a call at this time, and in what it answers. */
    async momentsOf(at: number, given: Answers, call: (of: typeof rooms) => unknown) {
      told.length = 0
      answers = given
      clock.at = at
      const answer = await call(rooms)
      return momentsIn([told, answer]).map((one) => one.getTime())
    },
    async close() {
      await Promise.all([payments.close(), watch.closeWatch(), outside.close()])
    },
  }
}

type House = Awaited<ReturnType<typeof house>>
type Call = (rooms: House['rooms']) => unknown

const principal = { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'example.com' }
const customer: Customer = {
  id: 'one',
  key: { account: sendingAnchor },
  fields: {},
  version: 1,
  createdAt: new Date(noon),
  updatedAt: new Date(noon),
}
const waiting = aTransaction({
  phase: 'awaitingPayoutTransactionInfo',
  wantedFields: { account_number: 'It is unknown' },
})
const waitingForCustomer = aTransaction({
  phase: 'awaitingPayoutCustomerInfo',
  senderId: 'one',
  wantedCustomerFields: [{ owner: 'sender', name: 'first_name', message: 'It is unknown' }],
})
const paidFor = aTransaction({ phase: 'payingOut' })
const payoutOf = (state: PayoutState, { id }: Transaction = paidFor): Payout => ({
  ...newPayout(id, new Date(noon)),
  state,
})
const attempt: PayoutAttempt = {
  transactionId: paidFor.id,
  number: 1,
  idempotencyKey: 'key',
  state: 'pending',
  startedAt: new Date(noon),
}
const funded = aTransaction()
const ofNobody = { 'transactions.waitingForCustomer': [], 'transactions.findMany': [] }
const paying = {
  'transactions.lockMany': [paidFor],
  'payouts.attemptsOfMany': [attempt],
  'payouts.attemptsByKeys': [attempt],
  'customers.findMany': [],
}
const stop = { id: 'one', epoch: 1, reason: 'gap', elder: 1n }

/** Each room that goes by the time, what the records answer it, and a call that comes to it. */
const calls: readonly (readonly [string, Answers, Call])[] = [
  [
    'openTransaction',
    { 'customers.findMany': [], 'transactions.open': 'opened' },
    ({ openTransaction }) =>
      openTransaction({ principal, request: { amount: '100', assetCode: 'SRT', fields: {} } }),
  ],
  [
    'correctTransaction',
    {
      'transactions.ofOwner': waiting,
      'transactions.lock': waiting,
      'payouts.lock': payoutOf('waiting', waiting),
    },
    ({ correctTransaction }) =>
      correctTransaction({ principal, id: waiting.id, fields: { account_number: '1' } }),
  ],
  ['expireTransactions', { 'transactions.lapsed': [] }, (rooms) => rooms.expireTransactions()],
  [
    'registerCustomer',
    { ...ofNobody, 'customers.add': { id: 'one', added: true } },
    ({ registerCustomer }) =>
      registerCustomer({
        principal,
        sent: new Map([['first_name', { kind: 'text', text: 'Ada' }]]),
      }),
  ],
  [
    'setCustomerCallback',
    { ...ofNobody, 'customers.lockByKey': customer },
    (rooms) => rooms.setCustomerCallback({ principal, url: 'https://wallet.example.com/' }),
  ],
  [
    'deleteCustomer',
    {
      'customers.lockByKey': customer,
      'transactions.waitingForCustomer': [waitingForCustomer.id],
      'transactions.findMany': [waitingForCustomer],
      'transactions.lock': waitingForCustomer,
      'transactions.lockMany': [waitingForCustomer],
      'transactions.list': [],
      'payouts.lock': payoutOf('waiting', waitingForCustomer),
    },
    (rooms) => rooms.deleteCustomer({ principal, account: sendingAnchor }),
  ],
  [
    'rejectCustomer',
    { ...ofNobody, 'customers.lock': customer, 'transactions.list': [] },
    (rooms) => rooms.rejectCustomer({ id: 'one', reason: 'Listed', operator: 'ada' }),
  ],
  ['uploadFile', { 'customerFiles.looseBytes': 0n }, (rooms) => rooms.uploadFile(principal, webm)],
  ['listFiles', {}, (rooms) => rooms.listFiles(principal, { id: 'one' })],
  ['forgetLapsedFiles', {}, (rooms) => rooms.forgetLapsedFiles()],
  ['forgetLapsedChallenges', {}, (rooms) => rooms.forgetLapsedChallenges()],
  [
    'matchStellarPayments',
    {
      'stellarPayments.lockWaiting': [paymentFor(funded)],
      'transactions.lockByMemos': [funded],
    },
    (rooms) => rooms.matchStellarPayments(distributionAccount),
  ],
  [
    'watchAccounts',
    { 'stellarPayments.wantCursor': { isNew: false, since: new Date(0) } },
    (rooms) => rooms.watchAccounts(),
  ],
  [
    'acceptNetworkReset',
    { 'network.lockStop': stop },
    (rooms) => rooms.acceptNetworkReset({ stopId: 'one', by: 'ada' }),
  ],
  [
    'resumeNetwork',
    { 'network.lockStop': stop },
    (rooms) => rooms.resumeNetwork({ stopId: 'one', by: 'ada' }),
  ],
  [
    'sendPayout',
    { ...paying, 'payouts.attemptsOfMany': [], 'payouts.lockMany': [payoutOf('due')] },
    (rooms) => rooms.sendPayout(paidFor.id),
  ],
  [
    'settlePayout',
    { ...paying, 'payouts.lockMany': [payoutOf('pending')] },
    (rooms) => rooms.settlePayout(paidFor.id),
  ],
  [
    'receivePayoutNotice',
    { ...paying, 'payouts.lockMany': [payoutOf('claimed')] },
    (rooms) =>
      rooms.receivePayoutNotice({
        idempotencyKey: 'key',
        reply: { state: 'pending', payoutId: 'bank-1' },
      }),
  ],
  ['askAfterDelivery', { 'payouts.attemptsToAsk': [] }, (rooms) => rooms.askAfterDelivery()],
  [
    'retryDeadPayout',
    { 'transactions.lock': paidFor, 'payouts.lock': payoutOf('dead') },
    (rooms) => rooms.retryDeadPayout(paidFor.id, 'ada'),
  ],
  [
    'deliverCallback',
    { 'callbacks.lock': aCallback(), 'callbacks.hasEarlierDue': false },
    (rooms) => rooms.deliverCallback('one'),
  ],
  [
    'sweepDueWork',
    { 'payouts.due': [], 'stellarPayments.waitingCount': 0, 'callbacks.due': [] },
    (rooms) => rooms.sweepDueWork(),
  ],
]

describe('the time', () => {
  let built: House
  beforeAll(async () => {
    built = await house()
  })
  afterAll(() => built.close())

  it('is asked by no room while it is built', () => {
    expect(built.askedWhileBuilt).toBe(0)
  })

  it.each(calls)('is asked at each call: %s', async (...[, answers, call]) => {
    const isNear = (at: number) => (moment: number) => moment >= at && moment <= at + dayMs
    const [first, second] = [noon + 30 * dayMs, noon + 60 * dayMs]
    const then = await built.momentsOf(first, answers, call)
    expect(then.some(isNear(first))).toBe(true)
    const later = await built.momentsOf(second, answers, call)
    expect(later.some(isNear(second))).toBe(true)
    expect(later.some(isNear(first))).toBe(false)
  })
})
