import { z } from 'zod'
import type { PayoutAmount, PayoutOrder, PayoutReply } from '../../../usecases/ports/payout-rail.ts'

const code = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)
const message = z.string().max(1_000)
const named = {
  id: z.string().regex(/^[\w.-]{1,128}$/),
  idempotency_key: z.string().min(1).max(128),
}
const rejectedField = z.object({
  name: z.string().min(1).max(128),
  owner: z.enum(['receiver', 'sender', 'transaction']),
  message,
})

/** A payout as the bank tells it. More members may come with time; those named here have to be right. */
export const wirePayout = z.discriminatedUnion('state', [
  z.object({ ...named, state: z.literal('pending') }),
  z.object({
    ...named,
    state: z.literal('delivered'),
    delivered_at: z.iso.datetime({ offset: true }),
  }),
  z.object({
    ...named,
    state: z.literal('rejected'),
    rejection: z.object({ reason: code, message, fields: z.array(rejectedField).max(100) }),
  }),
  z.object({ ...named, state: z.literal('returned'), return: z.object({ reason: code }) }),
])
export type WirePayout = z.infer<typeof wirePayout>

export const wireFound = z.object({ payouts: z.array(wirePayout).max(1) })

export const wireError = z.object({ error: z.object({ code, message }) })

export const wireNotice = z.object({ payout: wirePayout })

export function readPayout(payout: WirePayout): PayoutReply {
  const { id: payoutId } = payout
  switch (payout.state) {
    case 'pending':
      return { state: 'pending', payoutId }
    case 'delivered':
      return { state: 'delivered', payoutId, deliveredAt: new Date(payout.delivered_at) }
    case 'rejected':
      return { state: 'rejected', payoutId, ...payout.rejection }
    case 'returned':
      return { state: 'returned', payoutId, reason: payout.return.reason }
  }
}

/** The body of POST /payouts. */
export function writeOrder(order: PayoutOrder): string {
  return JSON.stringify({
    transaction_id: order.transactionId,
    amount: { value: writeAmount(order.amount), currency: order.amount.currency },
    method: order.method,
    receiver: order.receiver,
    sender: order.sender,
    transaction_fields: order.transactionFields,
    reference: order.reference,
  })
}

function writeAmount({ units, decimals }: PayoutAmount): string {
  if (units <= 0n) throw new RangeError('A payout has to be above zero')
  if (decimals === 0) return units.toString()
  const digits = units.toString().padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
