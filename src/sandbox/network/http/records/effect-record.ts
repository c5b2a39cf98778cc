import { EFFECT_NUMBERS } from '../../history/effects/effect.ts'
import type { Effect } from '../../history/effects/effect.ts'
import { muxedField } from '../../history/read-operation.ts'
import { timeWords } from '../../history/times.ts'
import { placedToken } from '../placed.ts'
import type { Placed } from '../placed.ts'
import { link, neighbours } from './links.ts'

/** Places count from 1. */
export interface PlacedEffect extends Placed {
  readonly effect: Effect
}

export function effectRecord(placed: PlacedEffect, origin: string): object {
  const { effect, operation, position } = placed
  const token = placedToken(placed)
  const id = `${operation.id.toString().padStart(19, '0')}-${String(position).padStart(10, '0')}`
  return {
    _links: {
      operation: link(origin, `/operations/${operation.id}`),
      ...neighbours(origin, '/effects', token),
    },
    id,
    paging_token: token,
    account: effect.on.account,
    ...muxedField('account', effect.on),
    type: effect.type,
    type_i: EFFECT_NUMBERS[effect.type],
    created_at: timeWords(operation.transaction.ledger.closeTime),
    ...effect.details,
  }
}
