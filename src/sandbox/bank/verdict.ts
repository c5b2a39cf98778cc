import { accountOf, fieldsToReject, magicOutcome } from './magic-account-numbers.ts'
import type { MagicOutcome } from './magic-account-numbers.ts'
import type { RejectedField, Standing } from './book.ts'
import type { PayoutOrder } from './payout-order.ts'

/** What the bank does with a new order: books it (and perhaps does not say so), or does nothing. */
export type Verdict =
  | { readonly does: 'book'; readonly standing: Standing; readonly says: 'so' | 'nothing' }
  | { readonly does: 'nothing'; readonly says: 'unavailable' | 'nothing' }

export interface Circumstances {
  readonly now: Date
  readonly settleAfterMs: number
  /** How often this key was turned away already: a number that fails does so for a while only. */
  readonly timesTurnedAway: number
  readonly fundsAreShort: boolean
}

/** How often a number that is unavailable answers 503 under one key before it is fine. */
export const timesUnavailable = 2

export function judge(order: PayoutOrder, circumstances: Circumstances): Verdict {
  const account = accountOf(order)
  if (account === undefined) return book(rejectedFor([missingAccount]))
  const fields = fieldsToReject(order)
  if (fields.length > 0) {
    return book(rejectedFor(fields.map((field) => ({ ...field, message: wrongField(field.name) }))))
  }
  const outcome = magicOutcome(account) ?? 'delivered'
  const { timesTurnedAway } = circumstances
  if (outcome === 'unknownNotDone' && timesTurnedAway === 0) {
    return { does: 'nothing', says: 'nothing' }
  }
  if (outcome === 'unavailableTwice' && timesTurnedAway < timesUnavailable) {
    return { does: 'nothing', says: 'unavailable' }
  }
  if (circumstances.fundsAreShort) {
    return book(rejection('insufficient_funds', 'The balance of the anchor is too low.'))
  }
  const says = outcome === 'unknownButDone' ? 'nothing' : 'so'
  return { does: 'book', standing: standingFor(outcome, circumstances), says }
}

function standingFor(outcome: MagicOutcome, circumstances: Circumstances): Standing {
  const { now, settleAfterMs } = circumstances
  const at = new Date(now.getTime() + settleAfterMs).toISOString()
  switch (outcome) {
    case 'deliveredLater':
      return { state: 'pending', due: { at, next: { state: 'delivered' } } }
    case 'pendingUntilTold':
      return { state: 'pending' }
    case 'returnedLater':
      return {
        state: 'delivered',
        due: { at, next: { state: 'returned', reason: 'account_closed' } },
      }
    case 'accountClosed':
      return rejection('account_closed', 'The account is closed.')
    case 'delivered':
    case 'fieldRejected': // named by its field before
    case 'unknownButDone':
    case 'unknownNotDone':
    case 'unavailableTwice':
      return { state: 'delivered' }
  }
}

const book = (standing: Standing): Verdict => ({ does: 'book', standing, says: 'so' })

export const rejection = (reason: string, message: string): Standing => ({
  state: 'rejected',
  reason,
  message,
  fields: [],
})

export const rejectedFor = (fields: readonly RejectedField[]): Standing => ({
  state: 'rejected',
  reason: 'invalid_field',
  message: fields.map((field) => field.message).join(' '),
  fields,
})

const missingAccount: RejectedField = {
  owner: 'receiver',
  name: 'bank_account_number',
  message: 'The account number of the receiver is missing: send bank_account_number.',
}

const wrongField = (name: string): string =>
  `The bank does not know this ${name}: send the right ${name}.`
