import type { ClaimableBalanceEntry, EntryChange } from '../../ledger/entries.ts'
import type { NamedAccount } from '../addresses.ts'
import { amountWords, assetWords } from '../assets.ts'
import { predicateWords } from '../predicate-words.ts'
import { balancePairs } from './changed.ts'
import type { Effect } from './effect.ts'

function balanceWords({ id, asset, amount }: ClaimableBalanceEntry): object {
  return { balance_id: id, asset, amount: amountWords(amount) }
}

function sumWords({ asset, amount }: ClaimableBalanceEntry): object {
  return { ...assetWords(asset), amount: amountWords(amount) }
}

export function claimantEffects(on: NamedAccount, changes: readonly EntryChange[]): Effect[] {
  return balancePairs(changes).flatMap(({ before, after }): Effect[] => {
    if (before || !after) return []
    return [
      { on, type: 'account_debited', details: sumWords(after) },
      { on, type: 'claimable_balance_created', details: balanceWords(after) },
      ...after.claimants.map(({ destination, predicate }): Effect => ({
        on: { account: destination },
        type: 'claimable_balance_claimant_created',
        details: { ...balanceWords(after), predicate: predicateWords(predicate) },
      })),
    ]
  })
}

export function claimedEffects(on: NamedAccount, changes: readonly EntryChange[]): Effect[] {
  return balancePairs(changes).flatMap(({ before, after }): Effect[] => {
    if (!before || after) return []
    return [
      { on, type: 'claimable_balance_claimed', details: balanceWords(before) },
      { on, type: 'account_credited', details: sumWords(before) },
    ]
  })
}

export function clawedBackEffects(
  on: NamedAccount,
  id: string,
  changes: readonly EntryChange[],
): Effect[] {
  const credits = balancePairs(changes).flatMap(({ before, after }): Effect[] =>
    before && !after ? [{ on, type: 'account_credited', details: sumWords(before) }] : [],
  )
  return [{ on, type: 'claimable_balance_clawed_back', details: { balance_id: id } }, ...credits]
}
