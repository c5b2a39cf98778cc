import { xdr } from '@stellar/stellar-sdk'
import { mainAccountOf } from '../account-id.ts'
import { assetKeyOf, isValidAsset, issuerOf, toXdrAsset } from '../asset.ts'
import { maxInt64 } from '../balance.ts'
import { claimAtom, xdrAccountId } from '../book/claim-atom.ts'
import type { Claim } from '../book/take-offers.ts'
import type { AssetKey } from '../entries.ts'
import { convert, type ConversionRefusal } from './convert.ts'
import { done, type BodyOf, type OperationRule, type Scope } from './operation-rule.ts'
import { credit, debit, type CreditRefusal, type DebitRefusal } from './transfer.ts'

const { PathPaymentStrictReceiveResult: Result } = xdr

const result = (value: xdr.PathPaymentStrictReceiveResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.pathPaymentStrictReceive(value))

const refusals: Record<CreditRefusal | DebitRefusal | ConversionRefusal, xdr.OperationResult> = {
  noTrust: result(Result.pathPaymentStrictReceiveNoTrust()),
  notAuthorized: result(Result.pathPaymentStrictReceiveNotAuthorized()),
  lineFull: result(Result.pathPaymentStrictReceiveLineFull()),
  srcNoTrust: result(Result.pathPaymentStrictReceiveSrcNoTrust()),
  srcNotAuthorized: result(Result.pathPaymentStrictReceiveSrcNotAuthorized()),
  underfunded: result(Result.pathPaymentStrictReceiveUnderfunded()),
  tooFewOffers: result(Result.pathPaymentStrictReceiveTooFewOffers()),
  crossSelf: result(Result.pathPaymentStrictReceiveOfferCrossSelf()),
  tooManyOffers: xdr.OperationResult.opExceededWorkLimit(),
}

const succeededWith = (
  claims: readonly Claim[],
  last: xdr.SimplePaymentResult,
): xdr.OperationResult => {
  const success = new xdr.PathPaymentStrictReceiveResultSuccess({
    offers: claims.map(claimAtom),
    last,
  })
  return result(Result.pathPaymentStrictReceiveSuccess(success))
}

/** Stands in for a payment that was not looked at. */
export const noPayment = new xdr.SimplePaymentResult({
  destination: xdr.AccountId.publicKeyTypeEd25519(new Uint8Array(32)),
  asset: xdr.Asset.assetTypeNative(),
  amount: 0n,
})

/** SBX-52: the destination first, then backwards along the path, the source last. */
export const pathPaymentStrictReceive: OperationRule<BodyOf<'pathPaymentStrictReceive'>> = {
  threshold: 'medium',
  success: succeededWith([], noPayment),
  check({ pathPaymentStrictReceiveOp: op }) {
    const assets = [op.sendAsset, op.destAsset, ...op.path]
    const fine = op.destAmount > 0n && op.sendMax > 0n && assets.every(isValidAsset)
    return fine ? undefined : result(Result.pathPaymentStrictReceiveMalformed())
  },
  apply({ pathPaymentStrictReceiveOp: op }, scope) {
    const { state, source } = scope
    const destination = mainAccountOf(op.destination)
    const asset = assetKeyOf(op.destAsset)
    const amount = op.destAmount
    if (!isReturnToIssuer(op, destination) && state.account(destination) === undefined) {
      return result(Result.pathPaymentStrictReceiveNoDestination())
    }
    const uncredited = credit(state, { account: destination, asset, amount })
    if (uncredited !== undefined) return refusals[uncredited]
    const sendAsset = assetKeyOf(op.sendAsset)
    const walk = walkBack(
      scope,
      [sendAsset, ...op.path.map((one) => assetKeyOf(one)), asset],
      amount,
    )
    if (typeof walk === 'string') return refusals[walk]
    if (walk.cost > op.sendMax) return result(Result.pathPaymentStrictReceiveOverSendmax())
    const undebited = debit(state, { account: source, asset: sendAsset, amount: walk.cost })
    if (undebited !== undefined) return refusals[undebited]
    return succeededWith(walk.claims, simplePayment(destination, asset, amount))
  },
}

/** Credit that goes straight back to its issuer does not need the issuer to be there. */
export const isReturnToIssuer = (
  {
    sendAsset,
    destAsset,
    path,
  }: Pick<xdr.PathPaymentStrictReceiveOp, 'sendAsset' | 'destAsset' | 'path'>,
  destination: string,
): boolean => {
  const asset = assetKeyOf(destAsset)
  return path.length === 0 && asset === assetKeyOf(sendAsset) && issuerOf(asset) === destination
}

export const simplePayment = (destination: string, asset: AssetKey, amount: bigint) =>
  new xdr.SimplePaymentResult({
    destination: xdrAccountId(destination),
    asset: toXdrAsset(asset),
    amount,
  })

interface Walk {
  readonly cost: bigint
  readonly claims: readonly Claim[]
}

function walkBack(
  scope: Scope,
  path: readonly AssetKey[],
  amount: bigint,
): Walk | ConversionRefusal {
  let cost = amount
  let claims: readonly Claim[] = []
  for (let at = path.length - 1; at > 0; at--) {
    const receive = path[at]
    const send = path[at - 1]
    if (send === undefined || receive === undefined || send === receive) continue
    const step = convert(scope, {
      send,
      receive,
      mostSent: maxInt64,
      mostReceived: cost,
      rounding: 'strictReceive',
      offersTaken: claims.length,
    })
    if (typeof step === 'string') return step
    cost = step.sent
    claims = [...step.claims, ...claims]
  }
  return { cost, claims }
}
