/**
 * Stellar account addresses as text (SEP-23 strkey): `G…` for an account, `M…` for an account with an
 * id inside. Only the canonical spelling is read: exact length, no padding, unused bits zero, checksum
 * right. Contract addresses (`C…`) are no accounts here; they log in by SEP-45.
 */

/** An address that was read: the base account `G…`, and the id where the address was muxed. */
export interface AccountAddress {
  readonly account: string
  /** Unsigned 64 bits as canonical decimal text; present only for `M…`. */
  readonly muxedId?: string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const accountVersion = 6 << 3
const muxedVersion = 12 << 3
const accountLength = 56
const muxedLength = 69
const largestId = 2n ** 64n - 1n

const valueOfCharacter: ReadonlyMap<string, number> = new Map(
  Array.from(alphabet, (character, value) => [character, value] as const),
)

/** Reads `G…` and `M…`; anything else, `C…` and `S…` included, is undefined. Source: SEP-23 1.3.0. */
export function readAccountAddress(text: string): AccountAddress | undefined {
  if (text.length === accountLength) {
    return payloadOf(text, accountVersion) === undefined ? undefined : { account: text }
  }
  if (text.length !== muxedLength) return undefined
  const payload = payloadOf(text, muxedVersion)
  if (payload === undefined) return undefined
  const muxedId = payload.slice(32).reduce((id, byte) => id * 256n + BigInt(byte), 0n)
  return { account: writeAddress(accountVersion, payload.slice(0, 32)), muxedId: `${muxedId}` }
}

/** Whether `text` is the canonical spelling of an account `G…`. */
export const isAccount = (text: string): boolean =>
  text.length === accountLength && payloadOf(text, accountVersion) !== undefined

/** The 32 bytes of the public key in an account `G…`; undefined for anything else. */
export function publicKeyOf(account: string): readonly number[] | undefined {
  return account.length === accountLength ? payloadOf(account, accountVersion) : undefined
}

/** The account `G…` of a 32 byte public key. */
export const accountOf = (publicKey: Iterable<number>): string =>
  writeAddress(accountVersion, [...publicKey])

/**
 * Whether `text` is an id memo in canonical form: decimal, 0 to 2^64-1, no sign, blank, leading zero,
 * exponent or fraction. Checked on the text, because the SDK reads `0x10` and ` 5` too (SEP10-22).
 */
export const isIdMemo = (text: string): boolean =>
  /^(0|[1-9][0-9]{0,19})$/.test(text) && BigInt(text) <= largestId

function payloadOf(text: string, version: number): readonly number[] | undefined {
  const bytes = decode(text)
  if (bytes === undefined || bytes[0] !== version) return undefined
  const checksum = checksumOf(bytes, bytes.length - 2)
  if (bytes.at(-2) !== (checksum & 0xff) || bytes.at(-1) !== checksum >> 8) return undefined
  return bytes.slice(1, -2)
}

function decode(text: string): number[] | undefined {
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const character of text) {
    const value = valueOfCharacter.get(character)
    if (value === undefined) return undefined
    held = (held << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push(held >> bits)
      held &= (1 << bits) - 1
    }
  }
  return held === 0 ? bytes : undefined
}

function writeAddress(version: number, payload: readonly number[]): string {
  const unsigned = [version, ...payload]
  const checksum = checksumOf(unsigned, unsigned.length)
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of [...unsigned, checksum & 0xff, checksum >> 8]) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet.charAt(held >> bits)
      held &= (1 << bits) - 1
    }
  }
  return bits === 0 ? text : text + alphabet.charAt(held << (5 - bits))
}

/** What each byte does to a CRC-16 with the polynomial 0x1021 (XMODEM). */
const checksumOfByte = Array.from({ length: 256 }, (_, byte) => {
  let checksum = byte << 8
  for (let bit = 0; bit < 8; bit += 1) {
    checksum = (checksum & 0x8000) === 0 ? checksum << 1 : (checksum << 1) ^ 0x1021
  }
  return checksum & 0xffff
})

function checksumOf(bytes: readonly number[], length: number): number {
  let checksum = 0
  for (let index = 0; index < length; index += 1) {
    const step = checksumOfByte[(checksum >> 8) ^ (bytes[index] ?? 0)] ?? 0
    checksum = ((checksum << 8) & 0xffff) ^ step
  }
  return checksum
}
