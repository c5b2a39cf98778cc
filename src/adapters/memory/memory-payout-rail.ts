import {
  PayoutCallRefused,
  PayoutKeyReused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../../usecases/ports/payout-rail.ts'
import type {
  PayoutOrder,
  PayoutRail,
  PayoutReply,
  RejectedPayoutField,
} from '../../usecases/ports/payout-rail.ts'

/** What the rail does with a new order. `lost` keeps silent about it, having done it or not. */
export type MemoryVerdict =
  | { readonly does: 'deliver' }
  | { readonly does: 'hold' }
  | {
      readonly does: 'reject'
      readonly reason: string
      readonly message: string
      readonly fields: readonly RejectedPayoutField[]
    }
  | { readonly does: 'lose'; readonly done: boolean }
  | { readonly does: 'turn away' }

export interface MemoryPayoutRail extends PayoutRail {
  /** A pending payout arrives. */
  deliver(idempotencyKey: string): void
  /** A delivered or pending payout comes back. */
  giveBack(idempotencyKey: string, reason: string): void
  /** How often money went out for a transaction, returns taken off. */
  timesPaid(transactionId: string): number
}

export interface MemoryPayoutRailOptions {
  readonly now: () => Date
  /** Asked for every order under a new key; everything is delivered by default. */
  readonly decide?: (order: PayoutOrder) => MemoryVerdict
}

interface Booked {
  readonly order: PayoutOrder
  readonly reply: PayoutReply
}

/** The payout rail's twin for tests and local runs: same promises, no bank. */
export function memoryPayoutRail({
  now,
  decide = () => ({ does: 'deliver' }),
}: MemoryPayoutRailOptions): MemoryPayoutRail {
  const { booked, book, existing, timesPaid } = memoryBook()
  return {
    send: async (order) => {
      const earlier = booked.get(requireKey(order.idempotencyKey))
      if (earlier === undefined) return carryOut(decide(order), { order, book, now })
      if (!isSameOrder(earlier.order, order)) throw new PayoutKeyReused('The order is another one')
      return earlier.reply
    },
    find: async (key) => booked.get(requireKey(key))?.reply,
    cancel: async (key) => {
      const found = booked.get(requireKey(key))
      if (found === undefined) return 'unknown'
      const { reply, order } = found
      if (reply.state === 'rejected' && reply.reason === 'cancelled') return 'cancelled'
      if (reply.state !== 'pending') return 'too_late'
      const message = 'The anchor cancelled the payout'
      book(order, { ...reply, state: 'rejected', reason: 'cancelled', message, fields: [] })
      return 'cancelled'
    },
    deliver: (key) => {
      const order = existing(key)
      book(order, { state: 'delivered', payoutId: payoutIdOf(order), deliveredAt: now() })
    },
    giveBack: (key, reason) => {
      const order = existing(key)
      book(order, { state: 'returned', payoutId: payoutIdOf(order), reason })
    },
    timesPaid,
  }
}

interface MemoryBook {
  readonly booked: ReadonlyMap<string, Booked>
  readonly book: (order: PayoutOrder, reply: PayoutReply) => PayoutReply
  readonly existing: (idempotencyKey: string) => PayoutOrder
  readonly timesPaid: (transactionId: string) => number
}

function memoryBook(): MemoryBook {
  const booked = new Map<string, Booked>()
  const paid = new Map<string, number>()
  const timesPaid = (transactionId: string): number => paid.get(transactionId) ?? 0
  const count = ({ transactionId }: PayoutOrder, change: 1 | -1): void => {
    paid.set(transactionId, timesPaid(transactionId) + change)
  }
  return {
    booked,
    timesPaid,
    book: (order, reply) => {
      const before = booked.get(order.idempotencyKey)?.reply.state
      booked.set(order.idempotencyKey, { order, reply })
      if (reply.state === 'delivered' && before !== 'delivered') count(order, 1)
      if (reply.state === 'returned' && before === 'delivered') count(order, -1)
      return reply
    },
    existing: (idempotencyKey) => {
      const found = booked.get(idempotencyKey)
      if (found === undefined) throw new Error(`No payout was ordered under ${idempotencyKey}`)
      return found.order
    },
  }
}

function carryOut(
  verdict: MemoryVerdict,
  { order, book, now }: Pick<MemoryBook, 'book'> & { order: PayoutOrder; now: () => Date },
): PayoutReply {
  const payoutId = payoutIdOf(order)
  const delivered: PayoutReply = { state: 'delivered', payoutId, deliveredAt: now() }
  switch (verdict.does) {
    case 'deliver':
      return book(order, delivered)
    case 'hold':
      return book(order, { state: 'pending', payoutId })
    case 'reject': {
      const { reason, message, fields } = verdict
      return book(order, { state: 'rejected', payoutId, reason, message, fields })
    }
    case 'lose':
      if (verdict.done) book(order, delivered)
      throw new PayoutOutcomeUnknown('The answer of the bank was lost')
    case 'turn away':
      throw new PayoutRailUnavailable('The bank takes no orders at the moment')
  }
}

const payoutIdOf = ({ idempotencyKey }: PayoutOrder): string => `memory-${idempotencyKey}`

function requireKey(key: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(key)) return key
  throw new PayoutCallRefused(
    'malformed_key',
    'An idempotency key is 1 to 128 printable characters',
  )
}

const isSameOrder = (a: PayoutOrder, b: PayoutOrder): boolean => told(a) === told(b)

/** What an order says, whatever the order of its members. */
function told({ amount, receiver, sender, transactionFields, ...order }: PayoutOrder): string {
  const sorted = [receiver, sender, transactionFields].map((fields) =>
    Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
  const { transactionId, method, reference } = order
  const sum = [amount.currency, amount.units.toString(), amount.decimals]
  return JSON.stringify([transactionId, method, reference, sum, sorted])
}
