import { takeOffers, type Claim } from '../book/take-offers.ts'
import type { Rounding } from '../book/exchange.ts'
import type { AssetKey } from '../entries.ts'
import type { Scope } from './operation-rule.ts'

/** One step of a path payment: one asset into the next through the book (SBX-52). */

export type ConversionRefusal = 'tooFewOffers' | 'crossSelf' | 'tooManyOffers'

export interface Conversion {
  readonly sent: bigint
  readonly received: bigint
  readonly claims: readonly Claim[]
}

interface Step {
  readonly send: AssetKey
  readonly receive: AssetKey
  readonly mostSent: bigint
  readonly mostReceived: bigint
  readonly rounding: Exclude<Rounding, 'normal'>
  readonly offersTaken: number
}

const mostOffers = 1000

export function convert(scope: Scope, step: Step): Conversion | ConversionRefusal {
  const trade = takeOffers(scope.state, {
    sheep: step.send,
    wheat: step.receive,
    mostSheep: step.mostSent,
    mostWheat: step.mostReceived,
    rounding: step.rounding,
    mostOffers: mostOffers - step.offersTaken,
    stopAt: ({ seller }) => (seller === scope.source ? 'crossSelf' : undefined),
  })
  const { outcome, sheepSent: sent, wheatReceived: received, claims } = trade
  if (outcome === 'crossSelf' || outcome === 'tooManyOffers') return outcome
  const complete =
    step.rounding === 'strictSend' ? sent === step.mostSent : received === step.mostReceived
  return complete ? { sent, received, claims } : 'tooFewOffers'
}
