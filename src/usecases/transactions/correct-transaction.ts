import type { Principal } from '../../domain/client/principal.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import { payoutDueAgain } from '../../domain/payout/decisions.ts'
import { correctFields } from '../../domain/transaction/correct.ts'
import type { Correction, CorrectionRefusal } from '../../domain/transaction/correct.ts'
import type { Assets } from '../../domain/transaction/terms.ts'
import type { Fields } from '../../domain/transaction/transaction-fields.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import { jobsOf } from '../payouts/payout-job.ts'
import type { Commit, Records } from '../ports/commit.ts'
import type { SaveChange } from './save-change.ts'

export interface CorrectTransactionCommand {
  readonly principal: Principal
  readonly id: string
  /** `fields.transaction` of the PATCH. */
  readonly fields: Fields
}

export interface Corrected {
  readonly transaction: Transaction
  /** Fields that the payout still waits for; empty when it is tried again. */
  readonly stillWanted: readonly string[]
}

/**
 * Takes corrected bank data and makes the payout due again: SEP-31 PATCH Transactions (deprecated there,
 * still served). Refusals: `not_found` (also another client's), then those of `correctFields`.
 * Failures: `DatabaseUnavailable`. Repeats: the second identical call is refused `update_not_wanted`.
 */
export type CorrectTransaction = (
  command: CorrectTransactionCommand,
) => Promise<Outcome<Corrected, CorrectionRefusal | { readonly code: 'not_found' }>>

interface Parts {
  readonly commit: Commit
  readonly saveChange: SaveChange
  readonly assets: Assets
  readonly now: () => Date
}

export const correctTransaction =
  ({ commit, saveChange, assets, now }: Parts): CorrectTransaction =>
  ({ principal, id, fields }) =>
    commit(async (records) => {
      const owned = await records.transactions.ofOwner(principal, id)
      const before = owned && (await records.transactions.lock(owned.id))
      if (before === undefined) return refused({ code: 'not_found' })
      const outcome = correctFields(before, fields, askedOf(before, assets))
      if (!outcome.ok) return outcome
      const { stillWanted } = outcome.value
      if (stillWanted.length === Object.keys(before.wantedFields).length) {
        return accepted({ transaction: before, stillWanted })
      }
      const change = { before, ...(await follow(records, outcome.value, now())) }
      const { account, memo } = principal
      const actor = { kind: 'client', account, ...(memo !== undefined && { memo }) } as const
      const transaction = await saveChange(records, { ...change, actor }, now())
      return accepted({ transaction, stillWanted })
    })

async function follow({ payouts }: Records, { after, stillWanted }: Correction, now: Date) {
  if (stillWanted.length > 0) return { after, type: 'infoPartlyReceived' } as const
  const payout = await payouts.lock(after.id)
  if (payout === undefined) throw new Error(`Transaction ${after.id} has no payout`)
  const due = payoutDueAgain(payout, now)
  await payouts.save(due)
  return { after, type: 'infoReceived', jobs: jobsOf(due) } as const
}

const askedOf = ({ assetCode }: Transaction, assets: Assets) =>
  assets.get(assetCode)?.transactionFields ?? {}
