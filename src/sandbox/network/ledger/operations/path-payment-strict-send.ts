import { xdr } from '@stellar/stellar-sdk'
import { mainAccountOf } from '../account-id.ts'
import { assetKeyOf, isValidAsset } from '../asset.ts'
import { maxInt64 } from '../balance.ts'
import { claimAtom } from '../book/claim-atom.ts'
import type { Claim } from '../book/take-offers.ts'
import type { AssetKey } from '../entries.ts'
import { convert, type ConversionRefusal } from './convert.ts'
import { done, type BodyOf, type OperationRule, type Scope } from './operation-rule.ts'
import { isReturnToIssuer, noPayment, simplePayment } from './path-payment-strict-receive.ts'
import { credit, debit, type CreditRefusal, type DebitRefusal } from './transfer.ts'

const { PathPaymentStrictSendResult: Result } = xdr

const result = (value: xdr.PathPaymentStrictSendResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.pathPaymentStrictSend(value))

const refusals: Record<CreditRefusal | DebitRefusal | ConversionRefusal, xdr.OperationResult> = {
  noTrust: result(Result.pathPaymentStrictSendNoTrust()),
  notAuthorized: result(Result.pathPaymentStrictSendNotAuthorized()),
  lineFull: result(Result.pathPaymentStrictSendLineFull()),
  srcNoTrust: result(Result.pathPaymentStrictSendSrcNoTrust()),
  srcNotAuthorized: result(Result.pathPaymentStrictSendSrcNotAuthorized()),
  underfunded: result(Result.pathPaymentStrictSendUnderfunded()),
  tooFewOffers: result(Result.pathPaymentStrictSendTooFewOffers()),
  crossSelf: result(Result.pathPaymentStrictSendOfferCrossSelf()),
  tooManyOffers: xdr.OperationResult.opExceededWorkLimit(),
}

const succeededWith = (
  claims: readonly Claim[],
  last: xdr.SimplePaymentResult,
): xdr.OperationResult => {
  const success = new xdr.PathPaymentStrictSendResultSuccess({
    offers: claims.map(claimAtom),
    last,
  })
  return result(Result.pathPaymentStrictSendSuccess(success))
}

/** SBX-52: the source first, then forwards along the path, the destination last. */
export const pathPaymentStrictSend: OperationRule<BodyOf<'pathPaymentStrictSend'>> = {
  threshold: 'medium',
  success: succeededWith([], noPayment),
  check({ pathPaymentStrictSendOp: op }) {
    const assets = [op.sendAsset, op.destAsset, ...op.path]
    const fine = op.sendAmount > 0n && op.destMin > 0n && assets.every(isValidAsset)
    return fine ? undefined : result(Result.pathPaymentStrictSendMalformed())
  },
  apply({ pathPaymentStrictSendOp: op }, scope) {
    const { state, source } = scope
    const destination = mainAccountOf(op.destination)
    const sendAsset = assetKeyOf(op.sendAsset)
    const asset = assetKeyOf(op.destAsset)
    if (!isReturnToIssuer(op, destination) && state.account(destination) === undefined) {
      return result(Result.pathPaymentStrictSendNoDestination())
    }
    const undebited = debit(state, { account: source, asset: sendAsset, amount: op.sendAmount })
    if (undebited !== undefined) return refusals[undebited]
    const path = [sendAsset, ...op.path.map((one) => assetKeyOf(one)), asset]
    const walk = walkOn(scope, path, op.sendAmount)
    if (typeof walk === 'string') return refusals[walk]
    if (walk.yield < op.destMin) return result(Result.pathPaymentStrictSendUnderDestmin())
    const uncredited = credit(state, { account: destination, asset, amount: walk.yield })
    if (uncredited !== undefined) return refusals[uncredited]
    return succeededWith(walk.claims, simplePayment(destination, asset, walk.yield))
  },
}

interface Walk {
  readonly yield: bigint
  readonly claims: readonly Claim[]
}

function walkOn(scope: Scope, path: readonly AssetKey[], amount: bigint): Walk | ConversionRefusal {
  let left = amount
  let claims: readonly Claim[] = []
  for (const [at, receive] of path.entries()) {
    const send = path[at - 1]
    if (send === undefined || send === receive) continue
    const step = convert(scope, {
      send,
      receive,
      mostSent: left,
      mostReceived: maxInt64,
      rounding: 'strictSend',
      offersTaken: claims.length,
    })
    if (typeof step === 'string') return step
    left = step.received
    claims = [...claims, ...step.claims]
  }
  return { yield: left, claims }
}
