import { nextPhase } from '../transaction/lifecycle.ts'
import type { Happening } from '../transaction/lifecycle.ts'
import type { TransactionEvent } from '../transaction/event.ts'
import type { Transaction, WantedCustomerField } from '../transaction/transaction.ts'
import { delayMs, later, nextReturnCheck } from './back-off.ts'
import { deadPayout, isOpen, payoutDueAgain } from './decisions.ts'
import type { PayoutTerms } from './decisions.ts'
import type { Payout, PayoutAttempt } from './payout.ts'
import type { RailReply, RefusedField } from './payout-reply.ts'

/** One attempt with what it belongs to, as locked. */
export interface KnownAttempt {
  readonly transaction: Transaction
  readonly payout: Payout
  readonly attempt: PayoutAttempt
  /** A customer has changed since the attempt began, or is gone: to ask for what is refused may be in vain. */
  readonly isOutdated?: boolean
}

/** What a reply changes. Without `change` the transaction stays as it is. */
export interface RecordedReply {
  readonly payout: Payout
  readonly attempt: PayoutAttempt
  readonly change?: TransactionChange
}

export interface TransactionChange {
  readonly after: Transaction
  readonly type: TransactionEvent['type']
  readonly note?: string
}

type Reply<State extends RailReply['state']> = Extract<RailReply, { readonly state: State }>

/**
 * What the rail's word on one attempt does to attempt, payout and transaction; undefined when it is no
 * news: told before, older than what is known, or against the rail's own promise (only a delivered
 * payout may still change, by being returned). So polls and webhooks may come twice and in any order.
 */
export function recordReply(
  known: KnownAttempt,
  reply: RailReply,
  terms: PayoutTerms,
): RecordedReply | undefined {
  const isNews = isOpen(known.attempt)
    ? !(known.attempt.state === 'pending' && reply.state === 'pending')
    : known.attempt.state === 'delivered' && reply.state === 'returned'
  if (!isNews) return pollAgain(known, reply, terms)
  switch (reply.state) {
    case 'delivered':
      return delivered(known, reply, terms)
    case 'pending':
      return pending(known, reply, terms)
    case 'rejected':
      return rejected(known, reply, terms)
    case 'returned':
      return returned(known, reply, terms)
  }
}

/** Still on its way: only the next look is put off. */
function pollAgain(
  { payout, attempt }: KnownAttempt,
  reply: RailReply,
  { now, patience }: PayoutTerms,
): RecordedReply | undefined {
  if (attempt.state !== 'pending' || reply.state !== 'pending') return undefined
  const failures = payout.failures + 1
  const dueAt = later(now, delayMs(failures, patience))
  return {
    payout: { ...alive(payout), state: 'pending', failures, dueAt, updatedAt: now },
    attempt: withoutReason(attempt),
  }
}

function delivered(
  { transaction, payout, attempt }: KnownAttempt,
  reply: Reply<'delivered'>,
  { now, patience }: PayoutTerms,
): RecordedReply {
  const askAgainAt = nextReturnCheck(now, now, patience)
  return {
    payout: { ...alive(payout), state: 'delivered', failures: 0, dueAt: now, updatedAt: now },
    attempt: {
      ...ended({ ...attempt, railPayoutId: reply.payoutId }, 'delivered', now),
      ...(askAgainAt && { askAgainAt }),
    },
    change: moved({ ...transaction, externalTransactionId: reply.payoutId }, 'payoutDelivered'),
  }
}

function pending(
  { transaction, payout, attempt }: KnownAttempt,
  reply: Reply<'pending'>,
  { now, patience }: PayoutTerms,
): RecordedReply {
  const dueAt = later(now, delayMs(0, patience))
  return {
    payout: { ...alive(payout), state: 'pending', failures: 0, dueAt, updatedAt: now },
    attempt: { ...withoutReason(attempt), state: 'pending', railPayoutId: reply.payoutId },
    change: moved({ ...transaction, externalTransactionId: reply.payoutId }, 'payoutAccepted'),
  }
}

/**
 * Fields that the sending anchor can correct are asked of it: those of the customers first (SEP31-57);
 * when only fields of the transaction are wrong, those (SEP31-56). After the correction a new attempt
 * shows what else is wrong, and so it does when a customer was corrected before the refusal came: whoever
 * has sent the right data would else be asked for data that they cannot change. What nobody outside can
 * mend is ours to mend (SEP31-59): a dead letter.
 */
function rejected(
  { transaction, payout, attempt, isOutdated = false }: KnownAttempt,
  reply: Reply<'rejected'>,
  { now }: PayoutTerms,
): RecordedReply {
  const tried: PayoutAttempt = {
    ...ended(attempt, 'rejected', now),
    reason: reply.reason,
    ...(reply.payoutId === undefined ? {} : { railPayoutId: reply.payoutId }),
  }
  const wish = wishOf(transaction, reply)
  if (wish === undefined || nextPhase(transaction.phase, wish.type) === undefined) {
    return failed(transaction, deadPayout(payout, `rejected: ${reply.reason}`, now), tried)
  }
  if (isOutdated && wish.type === 'customerInfoWanted') {
    return failed(transaction, payoutDueAgain(payout, now), tried)
  }
  return {
    payout: { ...alive(payout), state: 'waiting', failures: 0, dueAt: now, updatedAt: now },
    attempt: tried,
    change: { ...moved(wish.after, wish.type), note: `rejected: ${reply.reason}` },
  }
}

function returned(
  { transaction, payout, attempt }: KnownAttempt,
  reply: Reply<'returned'>,
  { now }: PayoutTerms,
): RecordedReply {
  const { askAgainAt: _, ...unasked } = attempt
  return failed(transaction, deadPayout(payout, `returned: ${reply.reason}`, now), {
    ...unasked,
    state: 'returned',
    railPayoutId: reply.payoutId,
    reason: reply.reason,
    endedAt: now,
  })
}

/** The money is with us again, or never left; an operator has to go on, or another attempt. */
function failed(transaction: Transaction, payout: Payout, attempt: PayoutAttempt): RecordedReply {
  const type = transaction.phase === 'settling' ? 'payoutReturned' : 'payoutFailed'
  const note = payout.deadReason ?? `rejected: ${attempt.reason ?? 'unknown'}`
  return {
    payout,
    attempt,
    change: {
      ...(type === 'payoutReturned' ? moved(transaction, type) : { after: transaction, type }),
      note,
    },
  }
}

/** A payout that was given up and yet got a good word is no dead letter any more. */
function alive(payout: Payout): Payout {
  const { deadReason: _, ...rest } = payout
  return rest
}

/** Why there was no reply is told no longer, once there is one. */
function withoutReason(attempt: PayoutAttempt): PayoutAttempt {
  const { reason: _, ...rest } = attempt
  return rest
}

const ended = (
  attempt: PayoutAttempt,
  state: PayoutAttempt['state'],
  endedAt: Date,
): PayoutAttempt => ({ ...withoutReason(attempt), state, endedAt })

/** The happening where the phase knows it; elsewhere (a completed transaction) a fact without a move. */
function moved(transaction: Transaction, type: Happening): TransactionChange {
  const phase = nextPhase(transaction.phase, type) ?? transaction.phase
  return { after: { ...transaction, phase }, type }
}

interface Wish {
  readonly type: 'customerInfoWanted' | 'transactionInfoWanted'
  readonly after: Transaction
}

function wishOf(transaction: Transaction, reply: Reply<'rejected'>): Wish | undefined {
  const ofCustomers = reply.fields.flatMap((field) => customerField(transaction, field))
  if (ofCustomers.length > 0) {
    const after = { ...transaction, wantedCustomerFields: ofCustomers }
    return { type: 'customerInfoWanted', after: withMessage(after, ofCustomers) }
  }
  const own = reply.fields.filter(({ owner }) => owner === 'transaction')
  if (own.length === 0) return undefined
  const wantedFields = Object.fromEntries(own.map(({ name, message }) => [name, message]))
  return {
    type: 'transactionInfoWanted',
    after: withMessage({ ...transaction, wantedFields }, own),
  }
}

/** A field of a customer that the transaction does not have can be corrected by nobody. */
function customerField(
  { senderId, receiverId }: Transaction,
  { owner, name, message }: RefusedField,
): readonly WantedCustomerField[] {
  if (owner === 'transaction') return []
  const customerId = owner === 'sender' ? senderId : receiverId
  return customerId === undefined ? [] : [{ owner, name, message }]
}

const withMessage = (
  transaction: Transaction,
  wanted: readonly { readonly message: string }[],
): Transaction => ({
  ...transaction,
  requiredInfoMessage: wanted.map(({ message }) => message).join(' '),
})
