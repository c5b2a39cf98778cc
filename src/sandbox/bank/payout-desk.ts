import { randomUUID } from 'node:crypto'
import { accountOf } from './magic-account-numbers.ts'
import { anchorUnits, writePayout } from './payout-on-wire.ts'
import { judge, rejection } from './verdict.ts'
import { refusal } from './exchange.ts'
import type { BankAnswer, BankReply } from './exchange.ts'
import type { BankSettings } from './behaviour.ts'
import type { Book, Payout, Standing } from './book.ts'
import type { PayoutOrder } from './payout-order.ts'
import type { Webhooks } from './webhooks.ts'

/** Takes orders and settles them. Everything it says is on the disk first. */
export interface PayoutDesk {
  order(idempotencyKey: string, order: PayoutOrder): Promise<BankAnswer>
  find(idempotencyKey: string): Promise<BankReply>
  cancel(payoutId: string): Promise<BankReply>
  /** Moves a payout on, as the network behind the bank would; undefined when it cannot go there. */
  move(payout: Payout, standing: Standing): Promise<Payout | undefined>
  /** Drops what it meant to do later; what is in the book is taken up again at the next start. */
  forget(): void
}

export interface DeskParts {
  readonly book: Book
  readonly webhooks: Webhooks
  readonly settings: () => BankSettings
  readonly now: () => Date
  /** Whole units per currency that the anchor starts with. */
  readonly openingBalance: string
  readonly refuseWhenShort: boolean
}

const mayFollow = {
  pending: ['delivered', 'rejected', 'returned'],
  delivered: ['returned'],
  rejected: [],
  returned: [],
} as const satisfies Record<Standing['state'], readonly Standing['state'][]>

export function openDesk(parts: DeskParts): PayoutDesk {
  const { book, webhooks, now } = parts
  const timers = new Map<string, NodeJS.Timeout>()
  const turnedAway = new Map<string, number>()

  const settleWhenDue = (payout: Payout): void => {
    clearTimeout(timers.get(payout.id))
    const { standing } = payout
    if (!('due' in standing) || standing.due === undefined) return
    const { at, next } = standing.due
    const settle = (): void => {
      move(payout, next).catch(() => undefined) // a book that cannot be written fails every answer too
    }
    timers.set(payout.id, setTimeout(settle, Math.max(0, Date.parse(at) - now().getTime())))
  }
  const move = async ({ id }: Payout, standing: Standing): Promise<Payout | undefined> => {
    const present = book.byId(id)
    if (present === undefined) return undefined
    const following: readonly string[] = mayFollow[present.standing.state]
    if (!following.includes(standing.state)) return undefined
    return announce(await book.change(id, { standing, at: now() }))
  }
  const announce = (payout: Payout): Payout => {
    settleWhenDue(payout)
    if (payout.standing.state !== 'pending') webhooks.tell(payout)
    return payout
  }
  for (const payout of book.payouts()) settleWhenDue(payout)

  return {
    move,
    order: (idempotencyKey, order) =>
      takeOrder({ ...parts, turnedAway, announce }, idempotencyKey, order),
    find: async (idempotencyKey) => {
      await book.flushed()
      const payout = book.byKey(idempotencyKey)
      return { status: 200, body: { payouts: payout === undefined ? [] : [writePayout(payout)] } }
    },
    cancel: (payoutId) => cancel({ book, move }, payoutId),
    forget: () => {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
      turnedAway.clear()
    },
  }
}

interface OrderParts extends DeskParts {
  readonly turnedAway: Map<string, number>
  readonly announce: (payout: Payout) => Payout
}

async function takeOrder(
  parts: OrderParts,
  idempotencyKey: string,
  order: PayoutOrder,
): Promise<BankAnswer> {
  const { book, turnedAway, announce, now } = parts
  const earlier = book.byKey(idempotencyKey)
  if (earlier !== undefined) return replay(book, earlier, order)

  const timesTurnedAway = turnedAway.get(idempotencyKey) ?? 0
  const { settleAfterMs, unknownAs } = parts.settings()
  const fundsAreShort = parts.refuseWhenShort && isShort(parts, order)
  const verdict = judge(order, { now: now(), settleAfterMs, timesTurnedAway, fundsAreShort })
  if (verdict.does === 'nothing') {
    turnedAway.set(idempotencyKey, timesTurnedAway + 1)
    return verdict.says === 'unavailable' ? unavailable : unknownAs
  }
  const { standing, says } = verdict
  const account = accountOf(order)
  const id = `po_${randomUUID()}`
  // No await between the look-up above and this: two orders under one key cannot both get here.
  const payout = await book.enter({ id, idempotencyKey, order, account, standing, at: now() })
  announce(payout)
  return says === 'so' ? { status: 201, body: writePayout(payout) } : unknownAs
}

/** The present state, marked as a repeat; or the refusal of another order under a used key. */
async function replay(book: Book, earlier: Payout, order: PayoutOrder): Promise<BankReply> {
  await book.flushed()
  if (earlier.orderDigest !== order.digest) {
    const message = 'This Idempotency-Key belongs to an order with other contents.'
    return refusal(409, 'key_reused', message)
  }
  const body = writePayout(book.byId(earlier.id) ?? earlier)
  return { status: 200, headers: { 'idempotent-replay': 'true' }, body }
}

async function cancel(
  { book, move }: { book: Book; move: PayoutDesk['move'] },
  payoutId: string,
): Promise<BankReply> {
  const payout = book.byId(payoutId)
  if (payout === undefined)
    return refusal(404, 'unknown_payout', 'There is no payout with this id.')
  const { standing } = payout
  await book.flushed()
  if (standing.state === 'rejected' && standing.reason === 'cancelled') {
    return { status: 200, headers: { 'idempotent-replay': 'true' }, body: writePayout(payout) }
  }
  const cancelled = await move(payout, rejection('cancelled', 'The anchor cancelled the payout.'))
  return cancelled === undefined
    ? refusal(409, 'too_late', 'Only a pending payout can be cancelled.')
    : { status: 200, body: writePayout(cancelled) }
}

const isShort = ({ book, openingBalance }: DeskParts, { currency, units }: PayoutOrder): boolean =>
  anchorUnits(book, openingBalance, currency) < units

export const unavailable: BankReply = {
  ...refusal(503, 'unavailable', 'The bank cannot take orders at the moment; nothing was done.'),
  headers: { 'retry-after': '1' },
}
