import { isIdMemo } from '../client/account-address.ts'
import type { Memo } from './transaction.ts'

/**
 * Reads a memo in its one canonical form, or undefined. `id`: unsigned 64 bits as decimal; `text`: 1 to
 * 28 bytes of UTF-8; `hash`: 32 bytes as base64 (SEP31-29, SEP31-38).
 */
export function readMemo(type: string, value: string): Memo | undefined {
  if (!isMemoType(type)) return undefined
  return isValid[type](value) ? { type, value } : undefined
}

export const isMemoType = (text: string): text is Memo['type'] =>
  text === 'id' || text === 'text' || text === 'hash'

const isValid: Readonly<Record<Memo['type'], (value: string) => boolean>> = {
  id: isIdMemo,
  text: (value) => value !== '' && utf8Length(value) <= 28,
  hash: (value) => /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(value),
}

function utf8Length(text: string): number {
  let length = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}
