import type { xdr } from '@stellar/stellar-sdk'
import { maxInt64 } from '../balance.ts'
import type { ClaimPredicate } from '../entries.ts'

/** When a claimable balance may be claimed (SBX-47). */

const deepest = 4

export function isWellFormed(predicate: xdr.ClaimPredicate | null, depth = 1): boolean {
  if (predicate === null || depth > deepest) return false
  switch (predicate.type) {
    case 'claimPredicateUnconditional':
      return true
    case 'claimPredicateAnd':
      return arePair(predicate.andPredicates, depth)
    case 'claimPredicateOr':
      return arePair(predicate.orPredicates, depth)
    case 'claimPredicateNot':
      return isWellFormed(predicate.notPredicate, depth + 1)
    case 'claimPredicateBeforeAbsoluteTime':
      return predicate.absBefore >= 0n
    case 'claimPredicateBeforeRelativeTime':
      return predicate.relBefore >= 0n
  }
}

const arePair = (predicates: readonly xdr.ClaimPredicate[], depth: number): boolean =>
  predicates.length === 2 && predicates.every((one) => isWellFormed(one, depth + 1))

/** Relative times count from the close of the ledger that creates the balance. */
export function storedPredicate(
  predicate: xdr.ClaimPredicate | null,
  closeTime: bigint,
): ClaimPredicate {
  const stored = (one: xdr.ClaimPredicate | null | undefined) =>
    storedPredicate(one ?? null, closeTime)
  if (predicate === null) throw new Error('an empty predicate passed the static checks')
  switch (predicate.type) {
    case 'claimPredicateUnconditional':
      return { type: 'unconditional' }
    case 'claimPredicateAnd':
      return {
        type: 'and',
        of: [stored(predicate.andPredicates[0]), stored(predicate.andPredicates[1])],
      }
    case 'claimPredicateOr':
      return {
        type: 'or',
        of: [stored(predicate.orPredicates[0]), stored(predicate.orPredicates[1])],
      }
    case 'claimPredicateNot':
      return { type: 'not', of: stored(predicate.notPredicate) }
    case 'claimPredicateBeforeAbsoluteTime':
      return { type: 'before', epoch: predicate.absBefore }
    case 'claimPredicateBeforeRelativeTime':
      return { type: 'before', epoch: later(closeTime, predicate.relBefore) }
  }
}

const later = (time: bigint, seconds: bigint): bigint =>
  time + seconds > maxInt64 ? maxInt64 : time + seconds

export function holdsAt(predicate: ClaimPredicate, time: bigint): boolean {
  switch (predicate.type) {
    case 'unconditional':
      return true
    case 'before':
      return predicate.epoch > time
    case 'not':
      return !holdsAt(predicate.of, time)
    case 'and':
      return predicate.of.every((one) => holdsAt(one, time))
    case 'or':
      return predicate.of.some((one) => holdsAt(one, time))
  }
}
