import { xdr } from '@stellar/stellar-sdk'
import { mainAccountOf } from '../account-id.ts'
import { assetKeyOf, isValidAsset, issuerOf, native } from '../asset.ts'
import { credit, debit, type CreditRefusal, type DebitRefusal } from './transfer.ts'
import { done, type BodyOf, type OperationRule } from './operation-rule.ts'

const result = (value: xdr.PaymentResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.payment(value))

const refusals: Record<CreditRefusal | DebitRefusal, xdr.OperationResult> = {
  noTrust: result(xdr.PaymentResult.paymentNoTrust()),
  notAuthorized: result(xdr.PaymentResult.paymentNotAuthorized()),
  lineFull: result(xdr.PaymentResult.paymentLineFull()),
  srcNoTrust: result(xdr.PaymentResult.paymentSrcNoTrust()),
  srcNotAuthorized: result(xdr.PaymentResult.paymentSrcNotAuthorized()),
  underfunded: result(xdr.PaymentResult.paymentUnderfunded()),
}

/** SBX-40: the destination is looked at first. */
export const payment: OperationRule<BodyOf<'payment'>> = {
  threshold: 'medium',
  success: result(xdr.PaymentResult.paymentSuccess()),
  check({ paymentOp: { amount, asset } }) {
    if (amount > 0n && isValidAsset(asset)) return undefined
    return result(xdr.PaymentResult.paymentMalformed())
  },
  apply({ paymentOp }, { state, source }) {
    const asset = assetKeyOf(paymentOp.asset)
    const destination = mainAccountOf(paymentOp.destination)
    const { amount } = paymentOp
    if (asset === native && destination === source) return payment.success
    if (issuerOf(asset) !== destination && state.account(destination) === undefined) {
      return result(xdr.PaymentResult.paymentNoDestination())
    }
    const refusal =
      credit(state, { account: destination, asset, amount }) ??
      debit(state, { account: source, asset, amount })
    return refusal === undefined ? payment.success : refusals[refusal]
  },
}
