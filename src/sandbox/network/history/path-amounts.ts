import type { xdr } from '@stellar/stellar-sdk'
import { assetKeyOf } from './assets.ts'
import { byOperation } from './by-operation.ts'
import type { ByOperation } from './by-operation.ts'
import { triedResult } from './results.ts'

export interface PathAmounts {
  readonly sent: bigint
  readonly received: bigint
}

const AMOUNTS: ByOperation<[xdr.OperationResult | undefined], PathAmounts> = {
  pathPaymentStrictReceive: ({ value: { destAmount, sendAsset } }, result) => ({
    sent: spentOf(result, assetKeyOf(sendAsset)) ?? 0n,
    received: destAmount,
  }),
  pathPaymentStrictSend: ({ value: { sendAmount } }, result) => ({
    sent: sendAmount,
    received: receivedOf(result),
  }),
}

/** What left the source and what reached the destination; the side the result decides is 0 on failure. */
export function pathAmounts(
  body: xdr.OperationBody,
  result: xdr.OperationResult | undefined,
): PathAmounts {
  return byOperation(AMOUNTS, body, result) ?? { sent: 0n, received: 0n }
}

/** Sum of what the first hop took; without offers it is what the destination got. */
function spentOf(result: xdr.OperationResult | undefined, sendAsset: string): bigint | undefined {
  const tried = triedResult(result)
  if (tried?.type !== 'pathPaymentStrictReceive') return undefined
  const outcome = tried.pathPaymentStrictReceiveResult
  if (outcome.type !== 'pathPaymentStrictReceiveSuccess') return undefined
  const { offers, last } = outcome.value
  if (offers.length === 0) return last.amount
  return offers
    .map((offer) => offer.value)
    .filter((claimed) => assetKeyOf(claimed.assetBought) === sendAsset)
    .reduce((sum, claimed) => sum + claimed.amountBought, 0n)
}

function receivedOf(result: xdr.OperationResult | undefined): bigint {
  const tried = triedResult(result)
  if (tried?.type !== 'pathPaymentStrictSend') return 0n
  const outcome = tried.pathPaymentStrictSendResult
  return outcome.type === 'pathPaymentStrictSendSuccess' ? outcome.value.last.amount : 0n
}
