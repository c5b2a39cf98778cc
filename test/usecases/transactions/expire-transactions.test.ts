import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { aTransaction } from '../../builders/transaction.ts'
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
    transaction: { status: 'expired', status_message: 'No payment came in time' },
  })
  expect(await door.expireTransactions()).toBe(0)
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

it('waits while the account has payments that nobody has matched', async () => {
  const distributionAccount = 'GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57'
  const id = await kept({ distributionAccount })
  const payment = aStellarPayment({ account: distributionAccount })
  await door.commit(({ stellarPayments }) => stellarPayments.add([payment], door.clock.now))
  await door.expireTransactions()
  expect(await phaseOf(id)).toBe('awaitingFunds')
  await door.commit(({ stellarPayments }) =>
    stellarPayments.settleMatches([
      { payment: { ...payment, epoch: 1 }, match: { state: 'unmatched', reason: 'unknown_memo' } },
    ]),
  )
  await door.expireTransactions()
  expect(await phaseOf(id)).toBe('expired')
})

it('ends hundreds at once, each once, also when two do it', async () => {
  for (let place = 0; place < 250; place += 1) await kept()
  const [one, other] = await Promise.all([door.expireTransactions(), door.expireTransactions()])
  expect(one + other + (await door.expireTransactions())).toBe(250)
})
