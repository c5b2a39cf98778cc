import type { Exchange } from '../http/exchange.ts'
import { badField, Problem } from '../http/problem.ts'

/** The JSON object of a control request. */
export interface Command {
  readonly value: Readonly<Record<string, unknown>>
  has(field: string): boolean
  text(field: string): string
  whole(field: string, absent: number): number
}

export function readCommand({ body }: Exchange): Command {
  const value = objectOf(body)
  return {
    value,
    has: (field) => value[field] !== undefined,
    text(field) {
      const text = value[field]
      if (typeof text !== 'string') throw badField(field, `${field}: a text is expected`)
      return text
    },
    whole(field, absent) {
      const number = value[field] ?? absent
      if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
        throw badField(field, `${field}: a whole number is expected`)
      }
      return number
    },
  }
}

function objectOf(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {}
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw new Problem('bad_request', { reason: 'the body is no JSON' })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('bad_request', { reason: 'the body is no JSON object' })
  }
  return value as Readonly<Record<string, unknown>>
}
