import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  DeadLettersDocument,
  RetryPayoutDocument,
  TransactionReportDocument,
  TransactionWithTimelineDocument,
  UnmatchedPaymentsDocument,
} from '../../schema/generated/backoffice/graphql.ts'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import { magicAccountNumbers } from '../../src/sandbox/bank/magic-account-numbers.ts'
import { startSandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'
import type { SandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'
import { aStellarPayment } from '../builders/stellar-payment.ts'
import { until } from '../until.ts'
import { ask, codesOf, dataOf } from './ask.ts'
import {
  addEvent,
  backofficeToken as token,
  distributionAccount,
  funded,
  gatewayWorld,
  keepCustomer,
  keepTransaction,
  otherAnchor,
  person,
  sendingAnchor,
  tokenFor,
} from './gateway-world.ts'
import type { World } from './gateway-world.ts'

let world: World
let bank: SandboxBank

beforeAll(async () => {
  const bankToken = 'a-rail-token-of-the-tests-0123456789'
  const bankSecret = 'a-rail-secret-of-the-tests-0123456789'
  bank = await startSandboxBank({ port: 0, token: bankToken, secret: bankSecret })
  world = await gatewayWorld({ bankUrl: bank.url, bankToken, bankSecret })
})
afterAll(async () => {
  await world.stop()
  await bank.stop()
})

async function keepFunded(accountNumber: string) {
  const receiver = await keepCustomer(world.rooms, {
    ...person,
    bank_account_number: accountNumber,
  })
  const transaction = await keepTransaction(world.rooms, { ...funded(), receiverId: receiver.id })
  await world.rooms.commit(({ payouts }) => payouts.add([newPayout(transaction.id, new Date())]))
  return { receiver, id: transaction.id }
}

describe('who asks', () => {
  // who asks is judged before what is asked, which is wrong
  const fields = [
    'transaction(id: "x") { id }',
    'transactions(first: 0) { nodes { id } }',
    'unmatchedPayments(first: 0) { nodes { id } }',
    'payoutAttempts(first: 0) { nodes { number } }',
    'deadLetters(first: 0) { nodes { state } }',
    'transactionReport(from: "2026-01-02T00:00:00Z", before: "2026-01-01T00:00:00Z") { day }',
    'network { epoch }',
  ]

  it('has to have the back-office token, for every field (AP-2.15)', async () => {
    const login = await tokenFor(sendingAnchor)
    for (const bad of [undefined, 'wrong', login, `${token}x`, token.slice(0, -1)]) {
      for (const query of [
        ...fields.map((field) => `{ ${field} }`),
        'mutation { retryPayout(transactionId: "x") { __typename } }',
        'mutation { acceptNetworkReset(stopId: "x") { __typename } }',
        'mutation { resumeNetwork(stopId: "x") { __typename } }',
        'mutation { rejectCustomer(id: "x", reason: "y") { __typename } }',
      ]) {
        const answer = await ask(
          world.backoffice,
          query,
          bad === undefined ? {} : { headers: { authorization: `Bearer ${bad}` } },
        )
        expect([query, bad, answer.status, codesOf(answer)]).toEqual([
          query,
          bad,
          401,
          ['UNAUTHENTICATED'],
        ])
        expect(answer.errors[0]?.message).toBe(
          bad === undefined
            ? 'Send the back-office token: `Authorization: Bearer <token>`'
            : 'This token is not taken here: it has ended, or is none of ours',
        )
      }
    }
  })

  it('is served on the internal listener only', async () => {
    for (const path of ['/backoffice/graphql', '/graphiql/x']) {
      expect((await fetch(`${world.publicUrl}${path}`, { method: 'POST' })).status).toBe(404)
    }
    expect((await fetch(`${world.internalUrl}/graphql`, { method: 'POST' })).status).toBe(404)
    const schema = await ask<{ __type: object | null }>(
      world.partner,
      '{ __type(name: "UnmatchedPayment") { name } }',
    )
    expect(dataOf(schema)).toEqual({ __type: null })
  })
})

describe('a payout that was given up', () => {
  it('is listed with its reason, is retried by an operator, and is delivered', async () => {
    const { id, receiver } = await keepFunded(magicAccountNumbers.accountClosed)
    await world.rooms.sendPayout(id)
    const dead = dataOf(await ask(world.backoffice, DeadLettersDocument, { token })).deadLetters
    expect(dead.nodes).toEqual([
      {
        transactionId: id,
        state: 'dead',
        attemptNumber: 1,
        deadReason: expect.stringMatching(/\w/) as string,
      },
    ])
    await world.rooms.commit(async ({ customers }) => {
      const before = await customers.lock(receiver.id)
      if (before === undefined) throw new Error('the receiver is gone')
      const mended = { value: magicAccountNumbers.delivered, status: 'ACCEPTED' as const }
      await customers.save({
        ...before,
        version: before.version + 1,
        fields: { ...before.fields, bank_account_number: mended },
      })
    })
    const retry = () =>
      ask(world.backoffice, RetryPayoutDocument, {
        token,
        variables: { transactionId: id.toUpperCase() },
      })
    expect(dataOf(await retry()).retryPayout).toMatchObject({ __typename: 'Payout', state: 'due' })
    expect(dataOf(await retry()).retryPayout).toMatchObject({
      __typename: 'PayoutNotRetried',
      code: 'payout_not_dead',
    })
    await world.rooms.sendPayout(id)
    const shown = async () =>
      dataOf(
        await ask(world.backoffice, TransactionWithTimelineDocument, { token, variables: { id } }),
      ).transaction
    await until(async () => (await shown())?.timeline.at(-1)?.to === 'completed', 'the delivery')
    const transaction = await shown()
    expect(transaction).toMatchObject({
      status: 'completed',
      ownerAccount: sendingAnchor,
      payout: { state: 'delivered', attemptNumber: 2, deadReason: null },
    })
    expect(transaction?.payoutAttempts.map(({ number, state }) => [number, state])).toEqual([
      [2, 'delivered'],
      [1, 'rejected'],
    ])
    expect(transaction?.timeline.map(({ type }) => type)).toEqual([
      'opened',
      'payoutFailed',
      'payoutRetried',
      'payoutDelivered',
    ])
    expect(transaction?.timeline[2]).toMatchObject({ actor: 'operator' })
    const events = await world.rooms.read((records) => records.events.ofTransaction(id))
    expect(events[2]?.actor).toEqual({ kind: 'operator', name: 'backoffice' })
    expect(
      dataOf(await ask(world.backoffice, DeadLettersDocument, { token })).deadLetters.nodes,
    ).toEqual([])
  })

  it('that is none, not begun, or of no form, is refused by name', async () => {
    const { id: unpaid } = await keepTransaction(world.rooms, funded())
    for (const transactionId of [unpaid, randomUUID(), 'x', '\u{1F4B8}']) {
      const answer = await ask(world.backoffice, RetryPayoutDocument, {
        token,
        variables: { transactionId },
      })
      expect(dataOf(answer).retryPayout).toMatchObject({ code: 'unknown_payout' })
    }
  })

  it('keeps its place in the list while others come and go', async () => {
    const ids = []
    for (let n = 1; n <= 4; n += 1) {
      const { id } = await keepTransaction(world.rooms, funded())
      const payout = {
        ...newPayout(id, new Date(Date.UTC(2026, 0, n))),
        dueAt: new Date(Date.UTC(2026, 0, 9 - n)), // it is no longer due, whatever this says
        state: 'dead' as const,
        deadReason: 'closed',
      }
      await world.rooms.commit(({ payouts }) => payouts.add([payout]))
      ids.unshift(id)
    }
    const page = async (after: string | null | undefined) =>
      dataOf(
        await ask(world.backoffice, DeadLettersDocument, { token, variables: { first: 2, after } }),
      ).deadLetters
    const first = await page(undefined)
    const newer = await keepTransaction(world.rooms, funded())
    const late = {
      ...newPayout(newer.id, new Date(Date.UTC(2026, 1, 1))),
      state: 'dead' as const,
      deadReason: 'closed',
    }
    await world.rooms.commit(({ payouts }) => payouts.add([late]))
    const second = await page(first.pageInfo.endCursor)
    expect([...first.nodes, ...second.nodes].map(({ transactionId }) => transactionId)).toEqual(ids)
    expect(second.pageInfo.hasNextPage).toBe(false)
  })
})

describe('unmatched payments', () => {
  it('are shown newest first with their reason, page by page', async () => {
    const reasons = ['no_memo', 'unknown_memo', 'wrong_amount', 'no_memo', 'too_late'] as const
    const payments = reasons.map(() => aStellarPayment({ account: distributionAccount }))
    await world.rooms.commit(async ({ stellarPayments }) => {
      await stellarPayments.add(payments, new Date())
      await stellarPayments.settleMatches(
        payments.map((payment, n) => ({
          payment: { ...payment, epoch: 1 },
          match: { state: 'unmatched', reason: reasons[n] ?? 'no_memo' },
        })),
      )
    })
    const newestFirst = payments.map(({ id }) => id).toReversed()
    const ids: string[] = []
    let after: string | null | undefined
    for (let hasNext = true; hasNext;) {
      const variables = { first: 2, after }
      const answer = await ask(world.backoffice, UnmatchedPaymentsDocument, { token, variables })
      const { nodes, pageInfo } = dataOf(answer).unmatchedPayments
      ids.push(...nodes.map(({ id }) => id))
      after = pageInfo.endCursor
      hasNext = pageInfo.hasNextPage
    }
    expect(ids).toEqual(newestFirst)
    const answer = await ask(world.backoffice, UnmatchedPaymentsDocument, {
      token,
      variables: { reason: 'no_memo' },
    })
    expect(dataOf(answer).unmatchedPayments.nodes).toMatchObject([
      {
        id: payments[3]?.id,
        reason: 'no_memo',
        amount: { value: '100' },
        memoType: 'none',
        memo: null,
      },
      { id: payments[0]?.id, reason: 'no_memo' },
    ])
  })
})

describe('transactions of all clients', () => {
  const find = async (filter: object) => {
    const query =
      'query ($filter: OperatorTransactionFilter) { transactions(filter: $filter, first: 100) { nodes { id } } }'
    const answer = await ask<{ transactions: { nodes: { id: string }[] } }>(
      world.backoffice,
      query,
      {
        token,
        variables: { filter },
      },
    )
    return dataOf(answer).transactions.nodes.map(({ id }) => id)
  }

  it('are found by owner, memo, phase and status, which all have to hold', async () => {
    const memo = { type: 'text' as const, value: 'find me' }
    const one = await keepTransaction(world.rooms, {
      owner: { account: otherAnchor, memo: '9' },
      memo,
    })
    expect(await find({ memo: 'find me' })).toEqual([one.id])
    expect(await find({ ownerAccount: otherAnchor })).toEqual([one.id])
    expect(await find({ ownerAccount: otherAnchor, phases: ['awaitingFunds'] })).toEqual([one.id])
    expect(await find({ ownerAccount: otherAnchor, status: ['pending_sender'] })).toEqual([one.id])
    expect(await find({ ownerAccount: otherAnchor, status: ['completed'] })).toEqual([])
    for (const none of [{ phases: [] }, { status: [] }, { ownerAccount: sendingAnchor }]) {
      expect(await find({ memo: 'find me', ...none })).toEqual([])
    }
    expect(
      await find({
        ownerAccount: otherAnchor,
        status: ['pending_sender'],
        phases: ['awaitingFunds', 'completed'],
      }),
    ).toEqual([one.id])
    expect(
      await find({ ownerAccount: otherAnchor, status: ['completed'], phases: ['awaitingFunds'] }),
    ).toEqual([])
  })

  it('load what hangs on them in one round trip per kind, however many they are', async () => {
    const kept = []
    for (let n = 0; n < 8; n += 1) {
      const transaction = await keepTransaction(world.rooms, {
        ...funded(),
        owner: { account: sendingAnchor, memo: '500' },
      })
      await world.rooms.commit(({ payouts }) =>
        payouts.add([newPayout(transaction.id, new Date())]),
      )
      await addEvent(world.rooms, transaction.id, `of ${transaction.id}`)
      kept.push(transaction.id)
    }
    const before = await statements()
    const query = `{ transactions(first: 100) { nodes { id ownerMemo timeline { note } payout { transactionId } payoutAttempts { number } } } }`
    type Node = {
      id: string
      ownerMemo: string | null
      timeline: { note: string | null }[]
      payout: { transactionId: string } | null
    }
    const read = async () => {
      const answer = await ask<{ transactions: { nodes: Node[] } }>(world.backoffice, query, {
        token,
      })
      return dataOf(answer).transactions.nodes.filter(({ ownerMemo }) => ownerMemo === '500')
    }
    const nodes = await read()
    expect((await statements()) - before).toBe(4)
    expect(new Set(nodes.map(({ id }) => id))).toEqual(new Set(kept))
    await until(
      async () => (await read()).every(({ timeline }) => timeline.length === 2),
      'numbers',
    )
    for (const { id, timeline, payout } of await read()) {
      expect(timeline[1]?.note).toBe(`of ${id}`)
      expect(payout?.transactionId).toBe(id)
    }
  })

  /** How often the rooms have gone to the database for the back office. */
  let trips = 0
  const statements = () => Promise.resolve(trips)
  beforeAll(() => {
    const rooms = world.rooms.backoffice as unknown as Record<
      string,
      (...given: unknown[]) => unknown
    >
    for (const [name, room] of Object.entries(rooms)) {
      rooms[name] = (...given) => {
        trips += 1
        return room(...given)
      }
    }
  })
})

describe('the report', () => {
  it('says what a calculation by hand says', async () => {
    const day = (hour: number, minute = 0, second = 0) =>
      new Date(Date.UTC(2025, 4, 5, hour, minute, second))
    const base = { amountInUnits: 1_000_000_000n, fee: { totalUnits: 10_000_000n, parts: [] } }
    const paid = (seconds: number, changes: object = {}) => ({
      ...base,
      ...funded('completed'),
      startedAt: day(1),
      fundsReceivedAt: day(2),
      completedAt: day(2, 0, seconds),
      ...changes,
    })
    // 100 each in 10, 20, 30 and 40 seconds; 1 paid out and not there yet; 1 failed; 2 never paid
    for (const seconds of [10, 20, 30, 40]) await keepTransaction(world.rooms, paid(seconds))
    await keepTransaction(world.rooms, {
      ...base,
      ...funded('settling'),
      startedAt: day(23, 59, 59),
    })
    await keepTransaction(world.rooms, { ...base, ...funded('failed'), startedAt: day(0) })
    await keepTransaction(world.rooms, { ...base, phase: 'expired', startedAt: day(3) })
    await keepTransaction(world.rooms, { ...base, phase: 'awaitingFunds', startedAt: day(3) })
    await keepTransaction(
      world.rooms,
      paid(5, {
        assetCode: 'USDC',
        amountInUnits: 12_345_678n,
        fee: { totalUnits: 45_678n, parts: [] },
      }),
    )
    await keepTransaction(world.rooms, { ...base, startedAt: day(24) })
    const variables = { from: day(0).toISOString(), before: day(24).toISOString() }
    const answer = await ask(world.backoffice, TransactionReportDocument, { token, variables })
    expect(dataOf(answer).transactionReport).toEqual([
      {
        day: '2025-05-05',
        assetCode: 'SRT',
        opened: 8,
        funded: 6,
        completed: 4,
        failed: 1,
        expired: 1,
        amountIn: '600',
        fee: '6',
        successRate: 4 / 6,
        medianSecondsToPayout: 25, // between 20 and 30
        p95SecondsToPayout: 38.5, // 0.95 × 3 = 2.85 steps from 10: 30 + 0.85 × 10
      },
      {
        day: '2025-05-05',
        assetCode: 'USDC',
        opened: 1,
        funded: 1,
        completed: 1,
        failed: 0,
        expired: 0,
        amountIn: '1.2345678',
        fee: '0.0045678',
        successRate: 1,
        medianSecondsToPayout: 5,
        p95SecondsToPayout: 5,
      },
    ])
  })

  it.each([
    ['more than a year', '2024-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['the end before the start', '2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['no time at all', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['no dates', 'yesterday', 'today'],
    ['the year 10000', '2026-01-01T00:00:00Z', '10000-01-01T00:00:00Z'],
  ])('refuses %s', async (_, from, before) => {
    const answer = await ask(world.backoffice, TransactionReportDocument, {
      token,
      variables: { from, before },
    })
    expect(new Set(codesOf(answer))).toEqual(new Set(['BAD_USER_INPUT']))
  })
})

describe('arguments that cannot be meant', () => {
  const cursor = (text: string) => Buffer.from(text).toString('base64url')
  const id = '00000000-0000-4000-8000-000000000000'

  it.each([
    ['unmatchedPayments', 'after', cursor('unmatched|9999999999999999999')],
    ['unmatchedPayments', 'after', cursor('event|1')],
    ['unmatchedPayments', 'after', cursor('unmatched|1|2')],
    ['deadLetters', 'after', cursor('dead|2026-01-01T00:00:00.000Z|x')],
    ['deadLetters', 'after', cursor(`transaction|2026-01-01T00:00:00.000Z|${id}`)],
    ['deadLetters', 'after', cursor(`dead|2026-01-01|${id}`)],
    ['payoutAttempts', 'after', cursor('attempt|2026-01-01T00:00:00.000Z|a b')],
    ['payoutAttempts', 'transactionId', 'x'],
    ['transactions', 'after', cursor(`dead|2026-01-01T00:00:00.000Z|${id}`)],
  ])('%s with %s %s are refused by name', async (field, argument, value) => {
    const query = `{ ${field}(${argument}: ${JSON.stringify(value)}) { pageInfo { hasNextPage } } }`
    const answer = await ask(world.backoffice, query, { token })
    expect([answer.status < 500, codesOf(answer)]).toEqual([true, ['BAD_USER_INPUT']])
  })

  /** A cursor of each list, of good form. */
  const cursors = {
    transactions: `transaction|2026-01-01T00:00:00.000Z|${id}`,
    events: 'event|1',
    unmatchedPayments: 'unmatched|1|2|GABC|0',
    payoutAttempts: 'attempt|2026-01-01T00:00:00.000Z|key',
    deadLetters: `dead|2026-01-01T00:00:00.000Z|${id}`,
  }

  it.each(['transactions', 'unmatchedPayments', 'payoutAttempts', 'deadLetters'] as const)(
    'none is a cursor of %s in its own list, and all others are',
    async (list) => {
      for (const [of, text] of Object.entries(cursors)) {
        const query = `{ ${list}(after: "${cursor(text)}") { nodes { __typename } } }`
        const answer = await ask(world.backoffice, query, { token })
        expect([of, codesOf(answer)]).toEqual([of, of === list ? [] : ['BAD_USER_INPUT']])
      }
    },
  )

  it('are no faults of ours in the log', () => {
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
