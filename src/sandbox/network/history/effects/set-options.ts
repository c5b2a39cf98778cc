import type { xdr } from '@stellar/stellar-sdk'
import { accountAddress } from '../addresses.ts'
import type { NamedAccount } from '../addresses.ts'
import { ACCOUNT_FLAGS } from '../flag-words.ts'
import type { Effect } from './effect.ts'

/** Everything of set_options but its signers, which only the changes tell. */
export function setOptionsEffects(operation: xdr.SetOptionsOp, on: NamedAccount): Effect[] {
  return [
    ...homeDomain(operation, on),
    ...thresholds(operation, on),
    ...flags(operation, on),
    ...inflation(operation, on),
  ]
}

function homeDomain({ homeDomain: domain }: xdr.SetOptionsOp, on: NamedAccount): Effect[] {
  if (domain === null) return []
  const details = { home_domain: Buffer.from(domain.bytes).toString() }
  return [{ on, type: 'account_home_domain_updated', details }]
}

const THRESHOLDS = [
  ['lowThreshold', 'low_threshold'],
  ['medThreshold', 'med_threshold'],
  ['highThreshold', 'high_threshold'],
] as const

function thresholds(operation: xdr.SetOptionsOp, on: NamedAccount): Effect[] {
  const given = THRESHOLDS.flatMap(([from, to]) =>
    operation[from] === null ? [] : [[to, operation[from]] as const],
  )
  if (given.length === 0) return []
  return [{ on, type: 'account_thresholds_updated', details: Object.fromEntries(given) }]
}

function flags({ setFlags, clearFlags }: xdr.SetOptionsOp, on: NamedAccount): Effect[] {
  const [set, cleared] = [setFlags ?? 0, clearFlags ?? 0]
  const named = ACCOUNT_FLAGS.filter(([bit]) => ((set | cleared) & bit) !== 0)
  if (named.length === 0) return []
  const details = Object.fromEntries(
    named.map(([bit, name]) => [`${name}_flag`, (set & bit) !== 0]),
  )
  return [{ on, type: 'account_flags_updated', details }]
}

function inflation({ inflationDest }: xdr.SetOptionsOp, on: NamedAccount): Effect[] {
  if (inflationDest === null) return []
  const details = { inflation_destination: accountAddress(inflationDest) }
  return [{ on, type: 'account_inflation_destination_updated', details }]
}
