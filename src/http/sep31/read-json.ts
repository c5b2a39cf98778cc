import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest, refusal } from '../server/reply.ts'
import { refuseBody } from '../server/body.ts'
import { printable } from '../server/text.ts'
import type { HttpRequest } from '../server/route.ts'

/** Why a request cannot be read, as the answer to give. */
export interface Unreadable {
  readonly code: 'unreadable'
  readonly reply: Reply
}

export type JsonObject = Readonly<Record<string, unknown>>

export interface ReadObject {
  readonly value: JsonObject
  /** The source, for numbers. */
  readonly text: string
}

export const unreadable = (reply: Reply) => refused({ code: 'unreadable', reply })
export const malformedBody = (error: string) => unreadable(badRequest(error))

/** SEP-31 speaks JSON only (SEP31-09), and every body of it is an object. */
export async function readObject(request: HttpRequest): Promise<Outcome<ReadObject, Unreadable>> {
  const body = await request.body()
  if (!body.ok) return unreadable(refuseBody(body.refusal))
  if (body.value.kind !== 'json') {
    return unreadable(refusal(415, 'The Content-Type must be application/json'))
  }
  const { value, text } = body.value
  return isObject(value)
    ? accepted({ value, text })
    : malformedBody('The body must be a JSON object')
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textMax = 1000

/** A text that may be left out; an empty one counts as left out, because old clients send those. */
export function readText(value: unknown, name: string): Outcome<string | undefined, Unreadable> {
  if (value === undefined || value === null || value === '') return accepted(undefined)
  if (typeof value !== 'string') return malformedBody(`${printable(name)} must be a string`)
  return value.length <= textMax
    ? accepted(value)
    : malformedBody(`${printable(name)} may have at most ${textMax} characters`)
}

/** `fields.transaction` of the old form: names to texts; absent is undefined. */
export function readFields(
  fields: unknown,
): Outcome<Readonly<Record<string, string>> | undefined, Unreadable> {
  if (fields === undefined || fields === null) return accepted(undefined)
  if (!isObject(fields)) return malformedBody('fields must be an object')
  const { transaction } = fields
  if (transaction === undefined || transaction === null) return accepted(undefined)
  if (!isObject(transaction)) return malformedBody('fields.transaction must be an object')
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(transaction)) {
    const text = readText(value, `fields.transaction.${name}`)
    if (!text.ok) return text
    texts[name] = text.value ?? ''
  }
  return accepted(texts)
}
