import { writeUnits } from './payout-order.ts'
import type { Book, Movement, Payout, Standing } from './book.ts'

/** A payout as the rail tells it. */
export function writePayout(payout: Payout): Record<string, unknown> {
  const { id, idempotencyKey, transactionId, method, reference, standing, history } = payout
  return {
    id,
    idempotency_key: idempotencyKey,
    transaction_id: transactionId,
    state: standing.state,
    amount: writeAmount(payout),
    method,
    reference,
    created_at: history[0]?.at,
    updated_at: history.at(-1)?.at,
    ...writeStanding(standing, history),
  }
}

function writeStanding(standing: Standing, history: Payout['history']): Record<string, unknown> {
  switch (standing.state) {
    case 'pending':
      return {}
    case 'delivered':
      return { delivered_at: history.findLast(({ state }) => state === 'delivered')?.at }
    case 'rejected': {
      const { reason, message, fields } = standing
      return { rejection: { reason, message, fields } }
    }
    case 'returned':
      return { return: { reason: standing.reason } }
  }
}

/** The whole book, or the part about one transaction. */
export function writeBook(book: Book, transactionId: string | null): Record<string, unknown> {
  const isAsked = (payout: Payout): boolean =>
    transactionId === null || payout.transactionId === transactionId
  return {
    payouts: book
      .payouts()
      .filter(isAsked)
      .map((payout) => ({
        ...writePayout(payout),
        account: payout.account ?? null,
        history: payout.history,
      })),
    movements: book
      .movements()
      .filter(({ payout }) => isAsked(payout))
      .map((movement) => writeMovement(book, movement)),
  }
}

function writeMovement(book: Book, { kind, at, payout }: Movement): Record<string, unknown> {
  const present = book.byId(payout.id) ?? payout
  return {
    kind,
    at,
    payout_id: payout.id,
    idempotency_key: payout.idempotencyKey,
    transaction_id: payout.transactionId,
    account: payout.account ?? null,
    amount: writeAmount(payout),
    state: present.standing.state,
    history: present.history,
  }
}

/** Counts, and the verdict on "exactly once": transactions that were paid more than once, net of returns. */
export function writeSummary(book: Book): Record<string, unknown> {
  const states = { pending: 0, delivered: 0, rejected: 0, returned: 0 }
  for (const { standing } of book.payouts()) states[standing.state] += 1
  const paid = new Map<string, number>()
  let [deliveries, returns] = [0, 0]
  for (const { kind, payout } of book.movements()) {
    const change = kind === 'delivery' ? 1 : -1
    paid.set(payout.transactionId, (paid.get(payout.transactionId) ?? 0) + change)
    if (kind === 'delivery') deliveries += 1
    else returns += 1
  }
  const moreThanOnce = [...paid].filter(([, times]) => times > 1).map(([id]) => id)
  return {
    payouts: states,
    movements: { delivery: deliveries, return: returns },
    transactions_paid: [...paid.values()].filter((times) => times > 0).length,
    transactions_paid_more_than_once: moreThanOnce,
  }
}

/** Balances, derived from the movements: the anchor's account per currency, and one per account number. */
export function writeAccounts(book: Book, openingBalance: string): Record<string, unknown> {
  const anchor = new Map<string, bigint>()
  const customers = new Map<string, { account: string; currency: string; units: bigint }>()
  for (const { kind, payout } of book.movements()) {
    const { currency, account = '' } = payout
    const units = kind === 'delivery' ? payout.units : -payout.units
    anchor.set(currency, (anchor.get(currency) ?? 0n) - units)
    const name = `${account} ${currency}`
    const before = customers.get(name)?.units ?? 0n
    customers.set(name, { account, currency, units: before + units })
  }
  return {
    anchor: [...anchor].map(([currency, units]) => ({
      currency,
      opening_balance: openingBalance,
      balance: writeUnits(units + openingUnits(openingBalance, currency), currency),
    })),
    customers: [...customers.values()].map(({ account, currency, units }) => ({
      account,
      currency,
      balance: writeUnits(units, currency),
    })),
  }
}

/** What the anchor has in a currency now. */
export function anchorUnits(book: Book, openingBalance: string, currency: string): bigint {
  return book
    .movements()
    .filter(({ payout }) => payout.currency === currency)
    .reduce(
      (units, { kind, payout }) => units + (kind === 'delivery' ? -payout.units : payout.units),
      openingUnits(openingBalance, currency),
    )
}

/** The opening balance is in whole units of whatever currency. */
const openingUnits = (openingBalance: string, currency: string): bigint =>
  BigInt(openingBalance + '0'.repeat(decimalPlaces(currency)))

const decimalPlaces = (currency: string): number =>
  (writeUnits(0n, currency).split('.')[1] ?? '').length

const writeAmount = ({ units, currency }: Payout): { value: string; currency: string } => ({
  value: writeUnits(units, currency),
  currency,
})
