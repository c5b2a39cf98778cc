import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'

const depthMax = 32

/** NUL cannot be stored as text in PostgreSQL, and half a surrogate pair cannot be written as UTF-8. */
const noText = /[\0\uD800-\uDFFF]/u

export const isText = (text: string): boolean => !noText.test(text)

/** Whether every text in a JSON value can be stored, and no part of it lies deeper than 32 levels. */
export function mayBeStored(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isText(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === depthMax) return false
  if (Array.isArray(value)) return value.every((part) => mayBeStored(part, depth + 1))
  return Object.entries(value).every(
    ([name, part]) => name !== '__proto__' && isText(name) && mayBeStored(part, depth + 1),
  )
}

/** Reads `a=1&b=2`, of a query or a form. A repeated name is refused: which one is meant is a guess. */
export function readPairs(
  text: string,
): Outcome<ReadonlyMap<string, string>, { readonly code: string; readonly message: string }> {
  const pairs = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (pairs.has(name)) {
      return refused({ code: 'repeated', message: `${printable(name)} is given more than once` })
    }
    if (!isText(name) || !isText(value)) {
      return refused({ code: 'no_text', message: `${printable(name)} holds a NUL character` })
    }
    pairs.set(name, value)
  }
  return accepted(pairs)
}

/** A name the caller chose, short and harmless enough for an error message. */
export const printable = (name: string): string => name.slice(0, 64).replaceAll(/[^\w.[\]-]/g, '?')
