import type { xdr } from '@stellar/stellar-sdk'
import { namedAccount } from '../../history/addresses.ts'
import { amountWords, assetKeyOf, assetWords, prefixedAsset } from '../../history/assets.ts'
import { pathAmounts } from '../../history/path-amounts.ts'
import { muxedField } from '../../history/read-operation.ts'
import type { ReadOperation } from '../../history/read-operation.ts'

type PathPaymentBody = Extract<
  xdr.OperationBody,
  { type: 'pathPaymentStrictReceive' | 'pathPaymentStrictSend' }
>

interface PathPayment {
  readonly sendAsset: xdr.Asset
  readonly destAsset: xdr.Asset
  readonly destination: xdr.MuxedAccount
  readonly path: readonly xdr.Asset[]
  readonly bound: Readonly<Record<string, string>>
}

function pathPaymentOf(body: PathPaymentBody): PathPayment {
  switch (body.type) {
    case 'pathPaymentStrictReceive': {
      const operation = body.pathPaymentStrictReceiveOp
      const { sendAsset, destAsset, destination, path, sendMax } = operation
      return {
        sendAsset,
        destAsset,
        destination,
        path,
        bound: { source_max: amountWords(sendMax) },
      }
    }
    case 'pathPaymentStrictSend': {
      const { sendAsset, destAsset, destination, path, destMin } = body.pathPaymentStrictSendOp
      const bound = { destination_min: amountWords(destMin) }
      return { sendAsset, destAsset, destination, path, bound }
    }
  }
}

/** What the result decides is 0 when the payment failed. */
export function pathPaymentDetails(body: PathPaymentBody, read: ReadOperation): object {
  const payment = pathPaymentOf(body)
  const to = namedAccount(payment.destination)
  const { sent, received } = pathAmounts(body, read.result)
  return {
    ...assetWords(assetKeyOf(payment.destAsset)),
    from: read.source.account,
    ...muxedField('from', read.source),
    to: to.account,
    ...muxedField('to', to),
    amount: amountWords(received),
    path: payment.path.map((asset) => assetWords(assetKeyOf(asset))),
    source_amount: amountWords(sent),
    ...payment.bound,
    ...prefixedAsset('source_', assetKeyOf(payment.sendAsset)),
  }
}
