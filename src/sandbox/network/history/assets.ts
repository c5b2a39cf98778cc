import type { xdr } from '@stellar/stellar-sdk'
import type { AssetKey } from '../ledger/entries.ts'
import { accountAddress } from './addresses.ts'

export type AssetWords =
  | { readonly asset_type: 'native' }
  | {
      readonly asset_type: 'credit_alphanum4' | 'credit_alphanum12'
      readonly asset_code: string
      readonly asset_issuer: string
    }

type CreditAsset = Exclude<xdr.Asset, { type: 'assetTypeNative' }>

/** The code without its padding; bytes that are no ASCII stay visible instead of failing. */
export function codeOf(bytes: Uint8Array): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1
  return Buffer.from(bytes.subarray(0, end)).toString('latin1')
}

function creditOf(asset: CreditAsset): { code: string; issuer: string } {
  switch (asset.type) {
    case 'assetTypeCreditAlphanum4':
      return {
        code: codeOf(asset.alphaNum4.assetCode.value),
        issuer: accountAddress(asset.alphaNum4.issuer),
      }
    case 'assetTypeCreditAlphanum12':
      return {
        code: codeOf(asset.alphaNum12.assetCode.value),
        issuer: accountAddress(asset.alphaNum12.issuer),
      }
  }
}

export function assetKeyOf(asset: xdr.Asset): AssetKey {
  if (asset.type === 'assetTypeNative') return 'native'
  const { code, issuer } = creditOf(asset)
  return `${code}:${issuer}`
}

/** The three fields by which Horizon names an asset. */
export function assetWords(key: AssetKey): AssetWords {
  if (key === 'native') return { asset_type: 'native' }
  const [code = '', issuer = ''] = key.split(':')
  return {
    asset_type: code.length > 4 ? 'credit_alphanum12' : 'credit_alphanum4',
    asset_code: code,
    asset_issuer: issuer,
  }
}

/** Sorts by code, then issuer: a blank comes before every letter and digit. */
export function assetOrder(key: AssetKey): string {
  return key.replace(':', ' ')
}

/** `asset_type` with a prefix, as in `source_asset_type`. */
export function prefixedAsset(prefix: string, key: AssetKey): Record<string, string> {
  return Object.fromEntries(
    Object.entries(assetWords(key)).map(([name, value]) => [`${prefix}${name}`, value]),
  )
}

/** Stroops as a decimal with exactly seven digits after the point. */
export function amountWords(stroops: bigint): string {
  const sign = stroops < 0n ? '-' : ''
  const digits = (stroops < 0n ? -stroops : stroops).toString().padStart(8, '0')
  return `${sign}${digits.slice(0, -7)}.${digits.slice(-7)}`
}
