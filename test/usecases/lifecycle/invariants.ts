import { expect } from 'vitest'
import { lifecycle } from '../../../src/domain/transaction/lifecycle.ts'
import type { RecordedEvent } from '../../../src/domain/transaction/event.ts'
import { onServer } from '../../database.ts'
import type { Run } from './run.ts'

/** What holds after every step, whatever happened at the same time. */
export async function expectSound(run: Run): Promise<void> {
  for (const one of run.cases) {
    const { transaction, payout, attempts, seen } = await run.read(async (records) => ({
      transaction: await records.transactions.find(one.id),
      payout: await records.payouts.find(one.id),
      attempts: await records.payouts.attempts(one.id),
      seen: await Promise.all(one.payments.map(({ id }) => records.stellarPayments.find(id))),
    }))
    if (transaction === undefined) throw new Error('A transaction is gone')
    const matched = seen.filter((payment) => payment?.match.state === 'matched')
    const isFunded = transaction.stellarPaymentId !== undefined
    expect(
      seen.every((payment) => payment !== undefined),
      'every payment is kept',
    ).toBe(true)
    expect(matched.length, 'payments that fund it').toBe(isFunded ? 1 : 0)
    expect(matched.every((payment) => payment?.units === transaction.amountInUnits)).toBe(true)
    expect(payout !== undefined, 'a payout is owed when funds have come').toBe(isFunded)
    const paid = run.rail.timesPaid(one.id)
    expect(paid, 'times paid by the book of the bank').toBeLessThanOrEqual(1)
    expect(paid > 0 && !isFunded, 'paid without funds').toBe(false)
    const isOpen = ({ state }: { readonly state: string }) =>
      state === 'claimed' || state === 'pending'
    expect(attempts.filter(isOpen).length).toBeLessThanOrEqual(1)
    expect(attempts.filter(({ state }) => state === 'delivered').length).toBeLessThanOrEqual(1)
  }
}

/** The log tells of each transaction a way through the table of phases, without a step left out. */
export async function expectToldWhole(url: string, run: Run): Promise<void> {
  const ids = run.cases.map(({ id }) => id)
  const [events, transactions] = await run.read(async (records) => [
    await records.events.ofTransactions(ids),
    await records.transactions.findMany(ids),
  ])
  for (const { id, phase, version } of transactions) {
    const own = events.filter(({ transactionId }) => transactionId === id)
    expect(own.map((event) => event.version)).toEqual(own.map((_, index) => index + 1))
    expect(own.at(-1)).toMatchObject({ version, to: phase })
    own.forEach((event, index) => expectAllowed(event, own[index - 1]))
  }
  const [numbers] = await onServer(
    url,
    `select count(*) = max(sequence) and count(*) = count(sequence) as gapless from transaction_event`,
  )
  expect(numbers, 'sequences of events').toEqual({ gapless: true })
}

function expectAllowed({ type, from, to }: RecordedEvent, before?: RecordedEvent): void {
  if (before === undefined) {
    expect([type, from]).toEqual(['opened', undefined])
    return
  }
  expect(from).toBe(before.to)
  const row: Readonly<Record<string, string>> = lifecycle[before.to]
  expect(to).toBe(row[type] ?? before.to)
}
