import type { xdr } from '@stellar/stellar-sdk'
import type { ClaimPredicate } from '../ledger/entries.ts'
import { timeWords } from './times.ts'

/** A predicate as it was sent, relative times included. */
export function sentPredicateWords(predicate: xdr.ClaimPredicate): object {
  switch (predicate.type) {
    case 'claimPredicateUnconditional':
      return { unconditional: true }
    case 'claimPredicateAnd':
      return { and: predicate.andPredicates.map(sentPredicateWords) }
    case 'claimPredicateOr':
      return { or: predicate.orPredicates.map(sentPredicateWords) }
    case 'claimPredicateNot':
      return predicate.notPredicate ? { not: sentPredicateWords(predicate.notPredicate) } : {}
    case 'claimPredicateBeforeAbsoluteTime':
      return beforeWords(predicate.absBefore)
    case 'claimPredicateBeforeRelativeTime':
      return { rel_before: predicate.relBefore.toString() }
  }
}

/** A predicate as the ledger keeps it. */
export function predicateWords(predicate: ClaimPredicate): object {
  switch (predicate.type) {
    case 'unconditional':
      return { unconditional: true }
    case 'before':
      return beforeWords(predicate.epoch)
    case 'not':
      return { not: predicateWords(predicate.of) }
    case 'and':
      return { and: predicate.of.map(predicateWords) }
    case 'or':
      return { or: predicate.of.map(predicateWords) }
  }
}

function beforeWords(epoch: bigint): object {
  return { abs_before: timeWords(epoch), abs_before_epoch: epoch.toString() }
}
