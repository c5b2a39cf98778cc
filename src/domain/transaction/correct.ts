import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import { nextPhase } from './lifecycle.ts'
import { refusalOfValue, valueOf } from './transaction-fields.ts'
import type { AskedFields, FieldRefusal, Fields } from './transaction-fields.ts'
import type { Transaction } from './transaction.ts'

export type CorrectionRefusal =
  | { readonly code: 'update_not_wanted' }
  | {
      readonly code: 'field_not_wanted'
      readonly field: string
      readonly wanted: readonly string[]
    }
  | FieldRefusal

/** What a correction did: `after` is ready to be paid out again when nothing is still wanted. */
export interface Correction {
  readonly after: Transaction
  readonly stillWanted: readonly string[]
}

/**
 * Takes corrected fields into a transaction whose payout was refused for them. Guards in this order:
 * `update_not_wanted` (another phase, SEP31-O13), `field_not_wanted` (SEP31-O14), `field_not_among_choices`.
 * Only some of the wanted fields: they are kept, the phase stays and the rest is still wanted
 * (SEP31-O16). An empty value corrects nothing.
 */
export function correctFields(
  transaction: Transaction,
  given: Fields,
  asked: AskedFields,
): Outcome<Correction, CorrectionRefusal> {
  if (transaction.phase !== 'awaitingPayoutTransactionInfo') {
    return refused({ code: 'update_not_wanted' })
  }
  const wanted = Object.keys(transaction.wantedFields)
  for (const field of Object.keys(given)) {
    if (!wanted.includes(field)) return refused({ code: 'field_not_wanted', field, wanted })
    const value = valueOf(given, field)
    const rule = Object.hasOwn(asked, field) ? asked[field] : undefined
    const refusal = value === undefined ? undefined : refusalOfValue(field, value, rule)
    if (refusal !== undefined) return refused(refusal)
  }
  const brought = wanted.filter((name) => valueOf(given, name) !== undefined)
  const stillWanted = wanted.filter((name) => !brought.includes(name))
  const fields = { ...transaction.fields, ...pick(given, brought) }
  const after = {
    ...transaction,
    fields,
    wantedFields: pick(transaction.wantedFields, stillWanted),
  }
  const phase = nextPhase(transaction.phase, 'infoReceived') ?? transaction.phase
  return accepted({ after: stillWanted.length === 0 ? { ...after, phase } : after, stillWanted })
}

const pick = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)))
