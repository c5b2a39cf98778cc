import type { AssetPolicy } from '../asset/asset-policy.ts'
import type { Deduction } from '../fee/deduct-fee.ts'
import { deductFee } from '../fee/deduct-fee.ts'
import type { AssetName } from '../money/amount.ts'
import { parseUnits, stellarDecimals, stellarUnitsMax } from '../money/amount.ts'
import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'
import { readMemo } from './memo.ts'
import type { Memo } from './transaction.ts'

/** What a sending anchor asks for, as it came; forms are checked here. Source: SEP-31, POST Transactions. */
export interface OpeningRequest {
  /** The source text of the number, or the numeric string. */
  readonly amount: string
  readonly assetCode: string
  readonly assetIssuer?: string
  readonly destinationAsset?: AssetName
  readonly quoteId?: string
  readonly fundingMethod?: string
  readonly senderId?: string
  readonly receiverId?: string
  /** As sent; only its language part counts (SEP31-X08). */
  readonly language?: string
  readonly refundMemo?: string
  readonly refundMemoType?: string
  /** `fields.transaction` of the old form. */
  readonly fields: Readonly<Record<string, string>>
}

/** The part of a request that the asset alone decides on. */
export interface Terms extends Deduction {
  readonly asset: AssetPolicy
  readonly amountInUnits: bigint
  readonly fundingMethod: string
  readonly destinationAsset?: AssetName
  readonly refundMemo?: Memo
}

export type TermsRefusal =
  | { readonly code: 'asset_unknown'; readonly known: readonly string[] }
  | { readonly code: 'asset_issuer_unknown'; readonly issuer: string | undefined }
  | { readonly code: 'quotes_not_supported' }
  | { readonly code: 'destination_asset_unknown'; readonly deliverable: AssetName }
  | { readonly code: 'amount_malformed' }
  | { readonly code: 'amount_too_precise' }
  | {
      readonly code: 'amount_out_of_bounds'
      readonly minUnits: bigint | undefined
      readonly maxUnits: bigint
    }
  | { readonly code: 'amount_below_fee'; readonly feeUnits: bigint }
  | { readonly code: 'funding_method_unknown'; readonly methods: readonly string[] }
  | { readonly code: 'refund_memo_incomplete' }
  | { readonly code: 'refund_memo_malformed' }

export type Assets = ReadonlyMap<string, AssetPolicy>

/**
 * Reads what the asset decides on: sums, fee, method, refund memo. Guards in this order, the first one
 * wins: asset, issuer, quote (none are offered yet, SEP31-27), destination asset, amount (form,
 * decimals, bounds, fee), funding method, refund memo.
 */
export function readTerms(request: OpeningRequest, assets: Assets): Outcome<Terms, TermsRefusal> {
  const asset = readAsset(request, assets)
  if (!asset.ok) return asset
  const amount = readAmount(request.amount, asset.value)
  if (!amount.ok) return amount
  const method = readMethod(request, asset.value)
  if (!method.ok) return method
  const refundMemo = readRefundMemo(request)
  if (!refundMemo.ok) return refundMemo
  const { destinationAsset } = request
  return accepted({
    asset: asset.value,
    ...amount.value,
    fundingMethod: method.value,
    ...(destinationAsset !== undefined && { destinationAsset }),
    ...(refundMemo.value !== undefined && { refundMemo: refundMemo.value }),
  })
}

function readAsset(request: OpeningRequest, assets: Assets): Outcome<AssetPolicy, TermsRefusal> {
  const asset = assets.get(request.assetCode)
  if (asset === undefined) return refused({ code: 'asset_unknown', known: [...assets.keys()] })
  if (request.assetIssuer !== undefined && request.assetIssuer !== asset.issuer) {
    return refused({ code: 'asset_issuer_unknown', issuer: asset.issuer })
  }
  if (request.quoteId !== undefined) return refused({ code: 'quotes_not_supported' })
  const { destinationAsset } = request
  if (destinationAsset !== undefined && destinationAsset !== asset.payoutAsset.name) {
    return refused({ code: 'destination_asset_unknown', deliverable: asset.payoutAsset.name })
  }
  return accepted(asset)
}

const plainDecimal = /^\d{1,20}(\.\d{1,20})?$/

function readAmount(
  text: string,
  asset: AssetPolicy,
): Outcome<Deduction & { readonly amountInUnits: bigint }, TermsRefusal> {
  if (!plainDecimal.test(text)) return refused({ code: 'amount_malformed' })
  const units = parseUnits(text, stellarDecimals)
  if (units === undefined) return refused({ code: 'amount_too_precise' })
  if (units === 0n) return refused({ code: 'amount_malformed' })
  const { minUnits, maxUnits = stellarUnitsMax } = asset
  if (units > maxUnits || units < (minUnits ?? 0n)) {
    return refused({ code: 'amount_out_of_bounds', minUnits, maxUnits })
  }
  const deduction = deductFee(units, asset.fee, asset.payoutAsset.decimals)
  return deduction.ok ? accepted({ ...deduction.value, amountInUnits: units }) : deduction
}

/** The old form says the method as `fields.transaction.type`, or not at all (SEP31-O12). */
function readMethod(request: OpeningRequest, asset: AssetPolicy): Outcome<string, TermsRefusal> {
  const methods = asset.fundingMethods
  if (request.fundingMethod !== undefined) {
    return methods.includes(request.fundingMethod)
      ? accepted(request.fundingMethod)
      : refused({ code: 'funding_method_unknown', methods })
  }
  const type = request.fields['type']
  const method = type !== undefined && methods.includes(type) ? type : methods[0]
  return method === undefined
    ? refused({ code: 'funding_method_unknown', methods })
    : accepted(method)
}

function readRefundMemo({
  refundMemo,
  refundMemoType,
}: OpeningRequest): Outcome<Memo | undefined, TermsRefusal> {
  if (refundMemo === undefined && refundMemoType === undefined) return accepted(undefined)
  if (refundMemo === undefined || refundMemoType === undefined) {
    return refused({ code: 'refund_memo_incomplete' })
  }
  const memo = readMemo(refundMemoType, refundMemo)
  return memo === undefined ? refused({ code: 'refund_memo_malformed' }) : accepted(memo)
}
