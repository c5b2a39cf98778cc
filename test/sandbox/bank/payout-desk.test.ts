import { expect, it, onTestFinished, vi } from 'vitest'
import { defaultSettings } from '../../../src/sandbox/bank/behaviour.ts'
import { openBook } from '../../../src/sandbox/bank/book.ts'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { openDesk } from '../../../src/sandbox/bank/payout-desk.ts'
import { writePayout } from '../../../src/sandbox/bank/payout-on-wire.ts'
import { readOrder } from '../../../src/sandbox/bank/payout-order.ts'
import { rejection } from '../../../src/sandbox/bank/verdict.ts'
import { anOrder, noWebhooks } from './bank-client.ts'

/** When the bank does what it has set itself, by its own clock. */

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const time = (second: number) => at(second).toISOString()

function orderTo(account: string) {
  const reading = readOrder(Buffer.from(anOrder(account)))
  if (!reading.ok) throw new Error(reading.fault)
  return reading.order
}

async function openedDesk() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const is = { second: 0, settleAfterMs: 0 }
  const told: string[] = []
  const book = await openBook(undefined)
  const parts = {
    book,
    webhooks: {
      ...noWebhooks,
      tell: (payout: { readonly idempotencyKey: string; readonly standing: { state: string } }) =>
        void told.push(`${payout.idempotencyKey} ${payout.standing.state}`),
    },
    settings: () => ({ ...defaultSettings, settleAfterMs: is.settleAfterMs }),
    now: () => at(is.second),
    openingBalance: '100',
    refuseWhenShort: false,
  }
  const histories = () =>
    book.payouts().map(({ history }) => history.map((one) => `${one.state} ${one.at}`))
  return { is, told, book, parts, desk: openDesk(parts), histories }
}

it('asks clock and settings at each order, and does at its time what it said it would', async () => {
  const { is, told, book, desk, histories } = await openedDesk()
  Object.assign(is, { second: 10, settleAfterMs: 5_000 })
  await desk.order('k-1', orderTo(magicAccountNumbers.deliveredLater))
  Object.assign(is, { second: 20, settleAfterMs: 30_000 })
  await desk.order('k-2', orderTo(magicAccountNumbers.returnedLater))
  expect(book.payouts().map(({ standing }) => standing)).toEqual([
    { state: 'pending', due: { at: time(15), next: { state: 'delivered' } } },
    {
      state: 'delivered',
      due: { at: time(50), next: { state: 'returned', reason: 'account_closed' } },
    },
  ])
  const ordered = [[`pending ${time(10)}`], [`delivered ${time(20)}`]]
  is.second = 40
  await vi.advanceTimersByTimeAsync(4_999)
  expect(histories()).toEqual(ordered)
  await vi.advanceTimersByTimeAsync(1)
  const first = [...(ordered[0] ?? []), `delivered ${time(40)}`]
  expect(histories()).toEqual([first, ordered[1]])
  is.second = 55
  await vi.advanceTimersByTimeAsync(24_999)
  expect(histories()).toEqual([first, ordered[1]])
  await vi.advanceTimersByTimeAsync(1)
  expect(histories()).toEqual([first, [...(ordered[1] ?? []), `returned ${time(55)}`]])
  expect(told).toEqual(['k-2 delivered', 'k-1 delivered', 'k-2 returned'])
})

it('takes up again what it meant to do, when that is due, or at once when it is late', async () => {
  const { is, desk, parts, histories } = await openedDesk()
  for (const [key, settleAfterMs] of Object.entries({ 'k-1': 60_000, 'k-2': 20_000 })) {
    is.settleAfterMs = settleAfterMs
    await desk.order(key, orderTo(magicAccountNumbers.deliveredLater))
  }
  desk.forget()
  await vi.advanceTimersByTimeAsync(600_000)
  const pending = [`pending ${time(0)}`]
  expect(histories()).toEqual([pending, pending])
  is.second = 45
  openDesk(parts)
  await vi.advanceTimersByTimeAsync(1)
  const late = [...pending, `delivered ${time(45)}`]
  expect(histories()).toEqual([pending, late])
  await vi.advanceTimersByTimeAsync(14_998)
  expect(histories()).toEqual([pending, late])
  await vi.advanceTimersByTimeAsync(1)
  expect(histories()).toEqual([late, late])
})

it('tells a repeat, a look-up and a cancellation what a payout is when they are answered', async () => {
  const { desk, book } = await openedDesk()
  const order = orderTo(magicAccountNumbers.deliveredLater)
  await desk.order('k-1', order)
  const [payout] = book.payouts()
  if (payout === undefined) throw new Error('one was ordered')
  const asked = [desk.order('k-1', order), desk.find('k-1'), desk.cancel(payout.id)]
  await desk.move(payout, { state: 'delivered' })
  const [delivered] = book.payouts().map(writePayout)
  expect(delivered).toMatchObject({ state: 'delivered' })
  expect(await Promise.all(asked)).toMatchObject([
    { status: 200, body: delivered },
    { status: 200, body: { payouts: [delivered] } },
    { status: 409, body: { error: { code: 'too_late' } } },
  ])
})

it('moves nothing that is in the book no more', async () => {
  const { told, book, desk } = await openedDesk()
  await desk.order('k-1', orderTo(magicAccountNumbers.pendingUntilTold))
  const [payout] = book.payouts()
  if (payout === undefined) throw new Error('The order is not in the book')
  await book.clear()
  expect(await desk.move(payout, { state: 'delivered' })).toBeUndefined()
  expect([book.payouts(), book.movements(), told]).toEqual([[], [], []])
})

it.each([
  ['pending', ['delivered', 'rejected', 'returned']],
  ['delivered', ['returned']],
  ['rejected', []],
  ['returned', []],
] as const)('moves what is %s to %j, and nowhere else', async (from, onwards) => {
  const standings = [
    { state: 'pending' },
    { state: 'delivered' },
    rejection('blocked_by_court', 'The court said so.'),
    { state: 'returned', reason: 'account_closed' },
  ] as const
  const { told, book, desk } = await openedDesk()
  const before = standings.find(({ state }) => state === from) ?? standings[0]
  const reached: string[] = []
  for (const next of standings) {
    await desk.order(next.state, orderTo(magicAccountNumbers.pendingUntilTold))
    const payout = book.byKey(next.state)
    if (payout === undefined) throw new Error('The order is not in the book')
    if (from !== 'pending') await desk.move(payout, before)
    told.length = 0
    const moved = await desk.move(payout, next)
    expect(book.byId(payout.id)?.standing).toEqual(moved === undefined ? before : next)
    expect(told).toEqual(moved === undefined ? [] : [`${next.state} ${next.state}`])
    if (moved !== undefined) reached.push(next.state)
  }
  expect(reached).toEqual(onwards)
})
