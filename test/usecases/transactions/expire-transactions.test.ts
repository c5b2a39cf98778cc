import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { aTransaction, sendingAnchor as elsewhere } from '../../builders/transaction.ts'
import { onServer } from '../../database.ts'
import { openDoor, sendingAnchor } from '../../http/sep31/door.ts'
import type { Door } from '../../http/sep31/door.ts'

let door: Door

beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

async function kept(changes: Partial<Transaction> = {}): Promise<string> {
  const transaction = aTransaction({
    owner: { account: sendingAnchor },
    lapsesAt: new Date(door.clock.now.getTime() - 120_000),
    ...changes,
  })
  await door.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  return transaction.id
}

const phaseOf = async (id: string): Promise<Phase | undefined> =>
  (await door.read(({ transactions }) => transactions.find(id)))?.phase

const decideAll = () =>
  onServer(
    door.url,
    `update stellar_payment set match_state = 'unmatched', match_reason = 'unknown_memo'
     where match_state = 'waiting'`,
  )

it('ends what was not funded in time, with an event and a message (SEP31-76)', async () => {
  const ids = [
    await kept(),
    await kept({ phase: 'screening' }),
    await kept({ phase: 'awaitingInfo', callbackUrl: 'https://wallet.example.com/' }),
  ]
  expect(await door.expireTransactions()).toBe(3)
  for (const id of ids) expect(await phaseOf(id)).toBe('expired')
  const answer = await door.call(`GET /transactions/${ids[0] ?? ''}`)
  expect(answer.body).toMatchObject({
    transaction: {
      status: 'expired',
      status_message: 'No payment came in time',
      updated_at: door.clock.now.toISOString(),
    },
  })
  expect(await door.expireTransactions()).toBe(0)
})

it('changes nothing else of what it ends: its deadline stays what it was (SEP31-76)', async () => {
  const id = await kept()
  const before = await door.read(({ transactions }) => transactions.find(id))
  expect(await door.expireTransactions()).toBe(1)
  expect(await door.read(({ transactions }) => transactions.find(id))).toEqual({
    ...before,
    phase: 'expired',
    statusMessage: 'No payment came in time',
    version: (before?.version ?? 0) + 1,
    updatedAt: door.clock.now,
  })
})

it('tells the event and the notice of each that it ends as the work of the gateway (SEP31-76, SEP31-83)', async () => {
  const callbackUrl = 'https://wallet.example.com/'
  const phases = ['screening', 'awaitingInfo', 'awaitingFunds'] as const
  const ids: string[] = []
  for (const phase of phases) ids.push(await kept({ phase, callbackUrl, version: 4 }))
  expect(await door.expireTransactions()).toBe(3)
  const told = await door.commit(async ({ events }) => {
    await events.assignSequences(1000)
    const eventsOf: unknown[] = []
    for (const id of ids) eventsOf.push(await events.ofTransaction(id)) // one question at a time on a connection
    return eventsOf
  })
  const common = { type: 'lapsed', to: 'expired', version: 5, at: door.clock.now }
  expect(told).toMatchObject(
    phases.map((from) => [{ ...common, from, actor: { kind: 'gateway' } }]),
  )
  const owed = await onServer(
    door.url,
    'select subject_id, url from callback where subject_id = any ($1) order by number',
    [ids],
  )
  const subjects = owed.map((row) => String(row['subject_id']))
  expect(subjects.toSorted()).toEqual(ids.toSorted())
  expect(new Set(owed.map(({ url }) => url))).toEqual(new Set([callbackUrl]))
})

it('ends all of them in one run, however many there are', async () => {
  const ids = await Promise.all(Array.from({ length: 401 }, () => kept()))
  expect(await door.expireTransactions()).toBe(401)
  expect(await phaseOf(ids.at(-1) ?? '')).toBe('expired')
})

it('lets what has received funds never expire (SEP31-77)', async () => {
  const id = await kept({ phase: 'payingOut', stellarPaymentId: '1' })
  await door.expireTransactions()
  expect(await phaseOf(id)).toBe('payingOut')
})

it('waits a little for payments that were made in time', async () => {
  const id = await kept({ lapsesAt: new Date(door.clock.now.getTime() - 30_000) })
  await door.expireTransactions()
  expect(await phaseOf(id)).toBe('awaitingFunds')
})

describe('payments that nobody has matched', () => {
  const distributionAccount = 'GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57'

  it.each([
    ['its memo', '7700', { memo: { type: 'id', value: '7700' } }],
    ['a muxed destination', '7701', { memo: { type: 'none' }, muxedId: '7701' }],
  ] as const)('are waited for when one names it by %s', async (...[, value, named]) => {
    const id = await kept({ distributionAccount, memo: { type: 'id', value } })
    const payment = aStellarPayment({ account: distributionAccount, ...named })
    await door.commit(({ stellarPayments }) => stellarPayments.add([payment], door.clock.now))
    await door.expireTransactions()
    expect(await phaseOf(id)).toBe('awaitingFunds')
    await decideAll()
    await door.expireTransactions()
    expect(await phaseOf(id)).toBe('expired')
  })

  it('keep no other transaction alive, for as long as they stay undecided', async () => {
    const memo = { type: 'id', value: '7702' } as const
    const id = await kept({ distributionAccount, memo })
    const others = [
      { memo: { type: 'id', value: '7703' } },
      { memo: { type: 'text', value: '7702' } },
      { memo: { type: 'none' } },
      { memo: { type: 'none' }, muxedId: '7703' },
      { memo, account: elsewhere },
    ] as const
    const payments = others.map((changes) =>
      aStellarPayment({ account: distributionAccount, ...changes }),
    )
    await door.commit(({ stellarPayments }) => stellarPayments.add(payments, door.clock.now))
    await door.expireTransactions()
    expect(await phaseOf(id)).toBe('expired')
    await decideAll()
  })
})

it('ends all others when one transaction cannot be read, and says so (POLARIS-8.8)', async () => {
  const damaged = await kept()
  await onServer(door.url, `update "transaction" set fields_sealed = 'damaged' where id = $1`, [
    damaged,
  ])
  const ids = [await kept(), await kept(), await kept()]
  await expect(door.expireTransactions()).rejects.toThrow(
    `1 transactions cannot be ended, the first is ${damaged}`,
  )
  for (const id of ids) expect(await phaseOf(id)).toBe('expired')
  await onServer(door.url, `update "transaction" set phase = 'failed' where id = $1`, [damaged])
})

it('ends hundreds at once, each once, also when two do it', async () => {
  for (let place = 0; place < 250; place += 1) await kept()
  const [one, other] = await Promise.all([door.expireTransactions(), door.expireTransactions()])
  expect(one + other + (await door.expireTransactions())).toBe(250)
})
