import { StrKey, xdr } from '@stellar/stellar-sdk'
import { accountIdOf } from './account-id.ts'
import type { AssetKey } from './entries.ts'

export const native: AssetKey = 'native'

export interface Credit {
  readonly code: string
  readonly issuer: string
}

type CodedAsset = xdr.Asset | xdr.ChangeTrustAsset | xdr.TrustLineAsset

/** The key of an asset; `undefined` for what is no asset of this network (pool shares). */
export function assetKeyOf(asset: xdr.Asset): AssetKey
export function assetKeyOf(asset: CodedAsset): AssetKey | undefined
export function assetKeyOf(asset: CodedAsset): AssetKey | undefined {
  switch (asset.type) {
    case 'assetTypeNative':
      return native
    case 'assetTypeCreditAlphanum4':
      return creditKey(asset.alphaNum4.assetCode.value, asset.alphaNum4.issuer)
    case 'assetTypeCreditAlphanum12':
      return creditKey(asset.alphaNum12.assetCode.value, asset.alphaNum12.issuer)
    case 'assetTypePoolShare':
      return undefined
  }
}

const creditKey = (code: Uint8Array, issuer: xdr.AccountId): AssetKey =>
  `${codeText(code)}:${accountIdOf(issuer)}`

/** The key of the source's own asset with the code that allow_trust names. */
export const issuedKey = (code: xdr.AssetCode, issuer: string): AssetKey =>
  `${codeText(codeBytes(code))}:${issuer}`

/** Alphanumeric ASCII, zeros only at the end; the long form has at least five characters. */
export function isValidAsset(asset: CodedAsset): boolean {
  switch (asset.type) {
    case 'assetTypeNative':
    case 'assetTypePoolShare':
      return true
    case 'assetTypeCreditAlphanum4':
      return isValidCode(asset.alphaNum4.assetCode.value, 1)
    case 'assetTypeCreditAlphanum12':
      return isValidCode(asset.alphaNum12.assetCode.value, 5)
  }
}

export function isValidAssetCode(code: xdr.AssetCode): boolean {
  const bytes = codeBytes(code)
  return isValidCode(bytes, bytes.length === 4 ? 1 : 5)
}

function codeBytes(code: xdr.AssetCode): Uint8Array {
  switch (code.type) {
    case 'assetTypeCreditAlphanum4':
      return code.assetCode4.value
    case 'assetTypeCreditAlphanum12':
      return code.assetCode12.value
  }
}

function isValidCode(bytes: Uint8Array, fewest: number): boolean {
  const length = codeLength(bytes)
  if (length < fewest) return false
  return bytes.every((byte, index) => (index < length ? isAlphanumeric(byte) : byte === 0))
}

function codeLength(bytes: Uint8Array): number {
  const end = bytes.indexOf(0)
  return end === -1 ? bytes.length : end
}

const isAlphanumeric = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)

const codeText = (bytes: Uint8Array): string =>
  String.fromCharCode(...bytes.subarray(0, codeLength(bytes)))

/** Code and issuer of a credit asset, `undefined` for the native one. */
export function creditOf(asset: AssetKey): Credit | undefined {
  if (asset === native) return undefined
  const colon = asset.indexOf(':')
  return { code: asset.slice(0, colon), issuer: asset.slice(colon + 1) }
}

export const issuerOf = (asset: AssetKey): string | undefined => creditOf(asset)?.issuer

export function toXdrAsset(asset: AssetKey): xdr.Asset {
  const credit = creditOf(asset)
  if (credit === undefined) return xdr.Asset.assetTypeNative()
  const issuer = xdr.AccountId.publicKeyTypeEd25519(StrKey.decodeEd25519PublicKey(credit.issuer))
  const bytes = new Uint8Array(credit.code.length <= 4 ? 4 : 12)
  bytes.set(new TextEncoder().encode(credit.code))
  return bytes.length === 4
    ? xdr.Asset.assetTypeCreditAlphanum4(new xdr.AlphaNum4({ assetCode: bytes, issuer }))
    : xdr.Asset.assetTypeCreditAlphanum12(new xdr.AlphaNum12({ assetCode: bytes, issuer }))
}
