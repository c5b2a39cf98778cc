import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { StrKey } from '@stellar/stellar-sdk/base'
import { accountOf, publicKeyOf } from '../../domain/client/account-address.ts'

// Headers of a raw key in DER: SubjectPublicKeyInfo and PKCS #8 for Ed25519 (RFC 8410).
const publicHeader = Buffer.from('302a300506032b6570032100', 'hex')
const privateHeader = Buffer.from('302e020100300506032b657004220420', 'hex')

const cachedKeysMax = 10_000

/**
 * In a thread beside the one that answers requests. Handing it over and back takes about as long as
 * signing, and a third of verifying: signing is done on the spot.
 */
const verifyAside = (message: Uint8Array, key: KeyObject, signature: Uint8Array) =>
  new Promise<boolean>((resolve, reject) => {
    verify(null, message, key, signature, (error, isGood) =>
      error === null ? resolve(isGood) : reject(error),
    )
  })

/** A key that signs; the seed stays inside. */
export interface SigningKey {
  readonly account: string
  /** The same message always gets the same 64 bytes (RFC 8032 5.1.6). */
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** @throws when `seed` is no valid `S…`. */
export function openSigningKey(seed: string): SigningKey {
  const raw = StrKey.decodeEd25519SecretSeed(seed)
  const key = createPrivateKey({
    key: Buffer.concat([privateHeader, raw]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    account: accountOf(spki.subarray(publicHeader.length)),
    sign: (message) => sign(null, message, key),
  }
}

/** A signature with the last four bytes of the key it claims to be by. */
export interface HintedSignature {
  readonly hint: Uint8Array
  readonly signature: Uint8Array
}

/** Judges Ed25519 signatures by accounts `G…` as the network does: the hint has to fit, too. */
export type SignatureJudge = (
  account: string,
  message: Uint8Array,
  signature: HintedSignature,
) => Promise<boolean>

interface KnownKey {
  readonly key: KeyObject
  readonly hint: Uint8Array
}

/**
 * A judge that keeps the keys it met, the oldest forgotten first: making one costs a quarter of a
 * verification. Signs nothing: accounts that are no curve point, points of small order and encodings
 * beyond the field, which libsodium - hence the network - refuses and older OpenSSL does not.
 */
export function createSignatureJudge(): SignatureJudge {
  const known = new Map<string, KnownKey | undefined>()
  const keyOf = (account: string): KnownKey | undefined => {
    if (known.has(account)) return known.get(account)
    const [oldest] = known.keys()
    if (known.size >= cachedKeysMax && oldest !== undefined) known.delete(oldest)
    const key = importKey(account)
    known.set(account, key)
    return key
  }
  return async (account, message, { hint, signature }) => {
    const by = keyOf(account)
    if (by === undefined || Buffer.compare(by.hint, hint) !== 0) return false
    return signature.length === 64 && verifyAside(message, by.key, signature)
  }
}

function importKey(account: string): KnownKey | undefined {
  const raw = publicKeyOf(account)
  if (raw === undefined || isRefusedByNetwork(raw)) return undefined
  try {
    const der = Buffer.concat([publicHeader, Uint8Array.from(raw)])
    return {
      key: createPublicKey({ key: der, format: 'der', type: 'spki' }),
      hint: der.subarray(-4),
    }
  } catch {
    return undefined
  }
}

/** The y coordinates of the points of small order; the sign bit is no matter. */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether libsodium would refuse the 32 bytes as a key. */
export function isRefusedByNetwork(raw: readonly number[]): boolean {
  const y = [...raw.slice(0, 31), (raw[31] ?? 0) & 0x7f]
  const isBeyondField =
    (y[0] ?? 0) >= 0xed && y[31] === 0x7f && y.slice(1, 31).every((byte) => byte === 0xff)
  return isBeyondField || smallOrder.has(Buffer.from(y).toString('hex'))
}
