import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** A key for personal data at rest. The id is stored with what it sealed, so keys can be rotated. */
export interface SealerKey {
  /** 1 to 32 characters of ASCII; never re-used for another secret. */
  readonly id: string
  /** At least 32 random bytes. */
  readonly secret: Uint8Array
}

/**
 * Seals personal data (AES-256-GCM). The context says where the sealed bytes belong, e.g.
 * `customer:<id>`: bytes copied to another row do not open there.
 */
export interface Sealer {
  seal(content: string | Uint8Array, context: string): Buffer
  /** @throws SealBroken when the key is not known, the bytes were changed or the context is another. */
  open(sealed: Uint8Array, context: string): Buffer
  openText(sealed: Uint8Array, context: string): string
}

/** Sealed bytes that cannot be opened: a lost key, or a changed row. Nothing a caller sent. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

const form = 1
const nonceLength = 12
const tagLength = 16
const secretLength = 32

/**
 * The first key seals, all keys open. Layout: form (1), length of the key id (1), key id, nonce (12),
 * tag (16), content. Key id and context are authenticated with the content.
 */
export function createSealer(keys: readonly SealerKey[]): Sealer {
  const known = new Map(keys.map((key) => [key.id, readyKey(key)] as const))
  const first = keys[0]
  const sealingKey = first === undefined ? undefined : known.get(first.id)
  if (first === undefined || sealingKey === undefined || known.size !== keys.length) {
    throw new Error('a sealer needs at least one key, and each key an id of its own')
  }
  const open = (sealed: Uint8Array, context: string): Buffer => {
    const { header, id, rest } = partsOf(Buffer.from(sealed))
    const key = known.get(id)
    if (key === undefined) throw new SealBroken(`no key with the id "${id}" is configured`)
    return openWith(key, rest, boundTo(header, context))
  }
  return {
    seal: (content, context) => {
      const header = headerOf(first.id)
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce, { authTagLength: tagLength })
      cipher.setAAD(boundTo(header, context))
      const body = Buffer.concat([cipher.update(bytesOf(content)), cipher.final()])
      return Buffer.concat([header, nonce, cipher.getAuthTag(), body])
    },
    open,
    openText: (sealed, context) => open(sealed, context).toString('utf8'),
  }
}

function openWith(key: KeyObject, rest: Buffer, bound: Buffer): Buffer {
  const nonce = rest.subarray(0, nonceLength)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
  decipher.setAAD(bound)
  decipher.setAuthTag(rest.subarray(nonceLength, nonceLength + tagLength))
  try {
    return Buffer.concat([
      decipher.update(rest.subarray(nonceLength + tagLength)),
      decipher.final(),
    ])
  } catch (cause) {
    throw new SealBroken('the sealed bytes were changed, or belong elsewhere', { cause })
  }
}

/** As a key object: made anew from bytes for each value, it would cost three times as much as the sealing. */
function readyKey(key: SealerKey): KeyObject {
  if (!/^[\x21-\x7e]{1,32}$/.test(key.id)) {
    throw new Error('the id of a sealer key is 1 to 32 visible ASCII characters')
  }
  if (key.secret.length < secretLength) {
    throw new Error(`the sealer key "${key.id}" has less than ${secretLength} bytes`)
  }
  const bytes = hkdfSync('sha256', key.secret, '', 'fairlead/sealer/1', secretLength)
  return createSecretKey(new Uint8Array(bytes))
}

function partsOf(sealed: Buffer): {
  readonly header: Buffer
  readonly id: string
  readonly rest: Buffer
} {
  const idLength = sealed[1] ?? 0
  const headerLength = 2 + idLength
  if (sealed[0] !== form || sealed.length < headerLength + nonceLength + tagLength) {
    throw new SealBroken('the bytes were not sealed by this gateway')
  }
  const header = sealed.subarray(0, headerLength)
  return { header, id: header.toString('latin1', 2), rest: sealed.subarray(headerLength) }
}

const headerOf = (id: string): Buffer =>
  Buffer.concat([Buffer.from([form, id.length]), Buffer.from(id, 'latin1')])

const boundTo = (header: Buffer, context: string): Buffer =>
  Buffer.concat([header, Buffer.from(context, 'utf8')])

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content, 'utf8') : content
