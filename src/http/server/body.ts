import { refused } from '../../domain/outcome.ts'
import type { Reply } from './reply.ts'

/** A body that was read. Names are unique: a repeated one was refused. */
export type Body =
  /** `text` is the source, for numbers that must not pass through a JavaScript number. */
  | { readonly kind: 'json'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'form'; readonly fields: ReadonlyMap<string, string> }
  | {
      readonly kind: 'multipart'
      readonly fields: ReadonlyMap<string, string>
      readonly files: readonly FilePart[]
    }

/** A part with a file name, a type other than text, or bytes that are no UTF-8. */
export interface FilePart {
  readonly name: string
  readonly fileName?: string
  /** As declared by the sender; not to be trusted. */
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** Why a body was not read: the status and the sentence to answer with (see `refuseBody`). */
export interface BodyRefusal {
  readonly code: 'body_malformed' | 'body_too_large' | 'body_type_unsupported'
  readonly status: 400 | 413 | 415
  readonly message: string
}

export interface BodyLimits {
  /** JSON and forms. */
  readonly bytesMax: number
  /** Multipart: all parts together, one file, one text field, and how many parts. */
  readonly multipartBytesMax: number
  readonly fileBytesMax: number
  readonly fieldBytesMax: number
  readonly partsMax: number
}

export const defaultBodyLimits: BodyLimits = {
  bytesMax: 262_144,
  multipartBytesMax: 33_554_432,
  fileBytesMax: 10_485_760,
  fieldBytesMax: 65_536,
  partsMax: 200,
}

export const malformed = (message: string) =>
  refused({ code: 'body_malformed', status: 400, message })
export const tooLarge = (message: string) =>
  refused({ code: 'body_too_large', status: 413, message })
export const unsupported = (message: string) =>
  refused({ code: 'body_type_unsupported', status: 415, message })

/** Answers a refused body. */
export const refuseBody = ({ status, message }: BodyRefusal): Reply => ({
  status,
  body: { error: message },
})
