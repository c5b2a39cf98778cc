import type { xdr } from '@stellar/stellar-sdk'
import type { AssetKey, OfferEntry } from '../ledger/entries.ts'
import { accountAddress } from './addresses.ts'
import { assetKeyOf } from './assets.ts'
import { readOperation } from './read-operation.ts'
import { triedResult } from './results.ts'
import type { StoredOperation } from './stored.ts'

/** One offer of the book that an operation took, wholly or in part. */
export interface Trade {
  readonly operation: StoredOperation
  /** From 0, in its operation. */
  readonly position: number
  readonly taker: string
  readonly seller: string
  readonly offerId: bigint
  readonly sold: Side
  readonly bought: Side
  /** The offer's: what one of the sold asset costs. */
  readonly price: { readonly n: number; readonly d: number } | undefined
}

export interface Side {
  readonly asset: AssetKey
  readonly amount: bigint
}

export function tradesOf(operation: StoredOperation): readonly Trade[] {
  if (!operation.transaction.successful) return []
  const { source, result } = readOperation(operation)
  const trades: Trade[] = []
  for (const [position, atom] of takenOffers(result).entries()) {
    trades.push({
      operation,
      position,
      taker: source.account,
      seller: accountAddress(atom.sellerId),
      offerId: atom.offerId,
      sold: { asset: assetKeyOf(atom.assetSold), amount: atom.amountSold },
      bought: { asset: assetKeyOf(atom.assetBought), amount: atom.amountBought },
      price: offerBefore(operation, atom.offerId)?.price,
    })
  }
  return trades
}

export function takenOffers(result: xdr.OperationResult | undefined): xdr.ClaimOfferAtom[] {
  return claimedBy(triedResult(result)).flatMap((claimed) =>
    claimed.type === 'claimAtomTypeOrderBook' ? [claimed.orderBook] : [],
  )
}

function claimedBy(tried: xdr.OperationResultTr | undefined): readonly xdr.ClaimAtom[] {
  const outcome = tried?.value
  if (outcome?.type === 'manageSellOfferSuccess' || outcome?.type === 'manageBuyOfferSuccess') {
    return outcome.success.offersClaimed
  }
  if (
    outcome?.type === 'pathPaymentStrictReceiveSuccess' ||
    outcome?.type === 'pathPaymentStrictSendSuccess'
  ) {
    return outcome.success.offers
  }
  return []
}

function offerBefore({ changes }: StoredOperation, id: bigint): OfferEntry | undefined {
  for (const { before } of changes) if (before?.type === 'offer' && before.id === id) return before
  return undefined
}
