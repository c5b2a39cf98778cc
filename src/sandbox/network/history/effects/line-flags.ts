import type { xdr } from '@stellar/stellar-sdk'
import { accountAddress } from '../addresses.ts'
import type { NamedAccount } from '../addresses.ts'
import { assetKeyOf, assetWords, codeOf } from '../assets.ts'
import type { Effect, EffectType } from './effect.ts'

/** What was asked for counts, whether the line was like that before or not. */

const AUTHORIZED = 1
const MAINTAIN = 2

const LINE_FLAGS = [
  [AUTHORIZED, 'authorized_flag'],
  [MAINTAIN, 'authorized_to_maintain_liabilites_flag'],
  [4, 'clawback_enabled_flag'],
] as const

interface Asked {
  readonly line: object
  readonly set: number
  readonly clear: number
}

function flagsUpdated(on: NamedAccount, { line, set, clear }: Asked): Effect {
  const named = LINE_FLAGS.filter(([bit]) => ((set | clear) & bit) !== 0)
  const flags = named.map(([bit, name]) => [name, (clear & bit) === 0])
  return {
    on,
    type: 'trustline_flags_updated',
    details: { ...line, ...Object.fromEntries(flags) },
  }
}

export function setFlagsEffects(
  { trustor, asset, setFlags, clearFlags }: xdr.SetTrustLineFlagsOp,
  on: NamedAccount,
): Effect[] {
  const line = { trustor: accountAddress(trustor), ...assetWords(assetKeyOf(asset)) }
  return [flagsUpdated(on, { line, set: setFlags, clear: clearFlags })]
}

/** The older operation has an effect of its own, and the one of the newer operation besides. */
export function allowTrustEffects(
  { trustor, asset, authorize }: xdr.AllowTrustOp,
  on: NamedAccount,
): Effect[] {
  const code =
    asset.type === 'assetTypeCreditAlphanum4' ? asset.assetCode4.value : asset.assetCode12.value
  const line = {
    trustor: accountAddress(trustor),
    ...assetWords(`${codeOf(code)}:${on.account}`),
  }
  return [
    { on, type: authorizationType(authorize), details: line },
    flagsUpdated(on, {
      line,
      set: authorize,
      clear: authorize === 0 ? AUTHORIZED | MAINTAIN : 0,
    }),
  ]
}

function authorizationType(authorize: number): EffectType {
  if (authorize === 0) return 'trustline_deauthorized'
  return authorize === AUTHORIZED
    ? 'trustline_authorized'
    : 'trustline_authorized_to_maintain_liabilities'
}
