import type { xdr } from '@stellar/stellar-sdk'
import type { ClaimableBalanceEntry, EntryChange } from '../../ledger/entries.ts'
import { accountAddress } from '../addresses.ts'
import type { NamedAccount } from '../addresses.ts'
import { amountWords, assetWords } from '../assets.ts'
import { sentPredicateWords } from '../predicate-words.ts'
import { balancePairs } from './changed.ts'
import type { Effect } from './effect.ts'

function balanceWords({ id, asset, amount }: ClaimableBalanceEntry): object {
  return { balance_id: id, asset, amount: amountWords(amount) }
}

function sumWords({ asset, amount }: ClaimableBalanceEntry): object {
  return { ...assetWords(asset), amount: amountWords(amount) }
}

/** The claimants with their predicates as they were sent, relative times included. */
export function claimantEffects(
  { claimants }: xdr.CreateClaimableBalanceOp,
  on: NamedAccount,
  changes: readonly EntryChange[],
): Effect[] {
  return balancePairs(changes).flatMap(({ after }): Effect[] => {
    if (!after) return []
    return [
      { on, type: 'claimable_balance_created', details: balanceWords(after) },
      ...claimants.map(({ v0 }): Effect => ({
        on: { account: accountAddress(v0.destination) },
        type: 'claimable_balance_claimant_created',
        details: { ...balanceWords(after), predicate: sentPredicateWords(v0.predicate) },
      })),
      { on, type: 'account_debited', details: sumWords(after) },
    ]
  })
}

export function claimedEffects(on: NamedAccount, changes: readonly EntryChange[]): Effect[] {
  return balancePairs(changes).flatMap(({ before }): Effect[] => {
    if (!before) return []
    return [
      { on, type: 'claimable_balance_claimed', details: balanceWords(before) },
      { on, type: 'account_credited', details: sumWords(before) },
    ]
  })
}

export function clawedBackEffects(on: NamedAccount, changes: readonly EntryChange[]): Effect[] {
  return balancePairs(changes).flatMap(({ before }): Effect[] => {
    if (!before) return []
    return [
      { on, type: 'claimable_balance_clawed_back', details: { balance_id: before.id } },
      { on, type: 'account_credited', details: sumWords(before) },
    ]
  })
}
