import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { AttemptState, PayoutState } from '../../../src/domain/payout/payout.ts'

/**
 * What a transaction is to outsiders who know the rules and nothing of how they are carried out. Written
 * anew here on purpose: not one rule is taken from the code under test.
 */
export interface Model {
  readonly phase: Phase
  readonly lapsesAt: number
  readonly payout: { readonly state: PayoutState; readonly isDue: boolean } | undefined
  readonly attempts: readonly AttemptModel[]
  readonly isErased: boolean
  /** Why payments that name it fund it not, oldest first. */
  readonly unmatched: readonly string[]
}

export interface AttemptModel {
  readonly state: AttemptState
  /** What the bank's book says of its key. */
  readonly bank: BankWord | 'nothing'
  /** The receiver was changed since the order was made. */
  readonly isOutdated: boolean
}

export type BankWord = 'pending' | 'delivered' | 'rejected' | 'returned'

export const verdicts = [
  'deliver',
  'hold',
  'lose, done',
  'lose, not done',
  'turn away',
  'refuse customer',
  'refuse transaction',
  'refuse',
] as const
export type Verdict = (typeof verdicts)[number]

export const payments = [
  'exact',
  'over',
  'under',
  'other asset',
  'no memo',
  'text memo',
  'merge',
  'late',
] as const
export type Payment = (typeof payments)[number]

export const newModel = (lapsesAt: number): Model => ({
  phase: 'awaitingFunds',
  lapsesAt,
  payout: undefined,
  attempts: [],
  isErased: false,
  unmatched: [],
})

const dueNow = { state: 'due', isDue: true } as const
const dead = { state: 'dead', isDue: false } as const
const waiting = { state: 'waiting', isDue: false } as const

export function pay(model: Model, payment: Payment, now: number): Model {
  const reason = reasonAgainst(model, payment, now)
  if (reason !== undefined) return { ...model, unmatched: [...model.unmatched, reason] }
  return { ...model, phase: 'payingOut', payout: dueNow }
}

const ownReasons: Partial<Record<Payment, string>> = {
  merge: 'not_a_payment',
  'no memo': 'no_memo',
  'text memo': 'unknown_memo',
}
const misfits: Partial<Record<Payment, string>> = {
  over: 'wrong_amount',
  under: 'wrong_amount',
  'other asset': 'wrong_asset',
  late: 'too_late',
}

function reasonAgainst(model: Model, payment: Payment, now: number): string | undefined {
  const own = ownReasons[payment]
  if (own !== undefined) return own
  if (model.payout !== undefined) return 'already_funded'
  if (model.phase === 'expired') return 'too_late'
  return misfits[payment] ?? (now > model.lapsesAt ? 'too_late' : undefined)
}

export const expire = (model: Model, now: number, graceMs: number): Model =>
  model.phase === 'awaitingFunds' && model.lapsesAt < now - graceMs
    ? { ...model, phase: 'expired' }
    : model

const plannedStates: readonly PayoutState[] = ['due', 'claimed', 'pending']

/** Longer than the bank is ever left alone. */
export const wait = (model: Model): Model =>
  model.payout !== undefined && plannedStates.includes(model.payout.state)
    ? { ...model, payout: { ...model.payout, isDue: true } }
    : model

const isOpen = ({ state }: AttemptModel): boolean => state === 'claimed' || state === 'pending'

const newAttempt = { state: 'claimed', bank: 'nothing', isOutdated: false } as const

const mayBeSent = ({ payout }: Model): boolean =>
  payout?.isDue === true && (payout.state === 'due' || payout.state === 'claimed')

/** Two workers at once; where the first one's end makes more work, the second may have it or not. */
export function send(model: Model, verdict: Verdict): readonly Model[] {
  if (!mayBeSent(model)) return [model]
  const claimed = model.attempts.some(isOpen)
    ? model
    : { ...model, attempts: [...model.attempts, newAttempt] }
  const place = claimed.attempts.findIndex(isOpen)
  const bank = claimed.attempts[place]?.bank ?? 'nothing'
  if (bank !== 'nothing') return [hear(claimed, place, bank)]
  if (model.isErased) return [{ ...claimed, payout: dead }]
  const after = carryOut(claimed, place, verdict)
  return after.payout === dueNow ? [after, ...send(after, verdict)] : [after]
}

function carryOut(model: Model, place: number, verdict: Verdict): Model {
  const booked = (bank: BankWord) => withAttempt(model, place, { bank })
  switch (verdict) {
    case 'deliver':
      return hear(booked('delivered'), place, 'delivered')
    case 'hold':
      return hear(booked('pending'), place, 'pending')
    case 'lose, done':
      return { ...booked('delivered'), payout: { state: 'claimed', isDue: false } }
    case 'lose, not done':
      return { ...model, payout: { state: 'claimed', isDue: false } }
    case 'turn away':
      return { ...model, payout: { state: 'due', isDue: false } }
    case 'refuse customer':
    case 'refuse transaction':
    case 'refuse':
      return refused(booked('rejected'), place, verdict)
  }
}

function refused(
  model: Model,
  place: number,
  verdict: 'refuse customer' | 'refuse transaction' | 'refuse',
): Model {
  const tried = withAttempt(model, place, { state: 'rejected' })
  if (verdict === 'refuse' || model.phase !== 'payingOut') return { ...tried, payout: dead }
  if (verdict === 'refuse transaction') {
    return { ...tried, phase: 'awaitingPayoutTransactionInfo', payout: waiting }
  }
  return model.attempts[place]?.isOutdated === true
    ? { ...tried, payout: dueNow }
    : { ...tried, phase: 'awaitingPayoutCustomerInfo', payout: waiting }
}

function withAttempt(model: Model, place: number, change: Partial<AttemptModel>): Model {
  const attempts = model.attempts.map((attempt, index) =>
    index === place ? { ...attempt, ...change } : attempt,
  )
  return { ...model, attempts }
}

/** The bank tells of one attempt, asked or of its own accord. */
function hear(model: Model, place: number, word: BankWord): Model {
  const attempt = model.attempts[place]
  if (attempt === undefined) return model
  if (attempt.state === 'pending' && word === 'pending') {
    return { ...model, payout: { state: 'pending', isDue: false } }
  }
  const isReturn = attempt.state === 'delivered' && word === 'returned'
  if (!isOpen(attempt) && !isReturn) return model
  return {
    ...withAttempt(model, place, { state: word }),
    phase: phaseAfter(model.phase, word),
    payout: word === 'returned' ? dead : { state: stateAfter(word), isDue: false },
  }
}

const stateAfter = (word: BankWord): PayoutState => (word === 'pending' ? 'pending' : 'delivered')

function phaseAfter(phase: Phase, word: BankWord): Phase {
  if (word === 'delivered') return 'completed'
  if (word === 'pending') return phase === 'payingOut' ? 'settling' : phase
  return phase === 'settling' ? 'payingOut' : phase
}

/** A worker asks the bank about what it has accepted. */
export function settle(model: Model): Model {
  if (model.payout?.state !== 'pending' || !model.payout.isDue) return model
  return tellOf(model, model.attempts.findIndex(isOpen))
}

/** The bank tells what stands in its book, of all attempts. */
export const notice = (model: Model): Model =>
  model.attempts.reduce((now, _, place) => tellOf(now, place), model)

function tellOf(model: Model, place: number): Model {
  const bank = model.attempts[place]?.bank ?? 'nothing'
  return bank === 'nothing' ? model : hear(model, place, bank)
}

/** The bank moves by itself; nobody hears of it yet. */
export function bankMoves(model: Model, move: 'deliver' | 'give back'): Model {
  const place = model.attempts.length - 1
  const bank = model.attempts[place]?.bank
  if (move === 'deliver') {
    return bank === 'pending' ? withAttempt(model, place, { bank: 'delivered' }) : model
  }
  const isThere = bank === 'pending' || bank === 'delivered'
  return isThere ? withAttempt(model, place, { bank: 'returned' }) : model
}

const resumed = (model: Model, from: Phase): Model =>
  model.phase === from ? { ...model, phase: 'payingOut', payout: dueNow } : model

export const correctTransaction = (model: Model): Model =>
  resumed(model, 'awaitingPayoutTransactionInfo')

export function correctCustomer(model: Model): Model {
  if (model.isErased) return model
  const attempts = model.attempts.map((attempt) => ({ ...attempt, isOutdated: true }))
  return resumed({ ...model, attempts }, 'awaitingPayoutCustomerInfo')
}

export function eraseCustomer(model: Model): Model {
  const attempts = model.attempts.map((attempt) => ({ ...attempt, isOutdated: false }))
  return resumed({ ...model, attempts, isErased: true }, 'awaitingPayoutCustomerInfo')
}

export const retry = (model: Model): Model =>
  model.payout?.state === 'dead' ? { ...model, payout: dueNow } : model
