import { badInput, isId } from './arguments.ts'

/** Each list has cursors of its own; one of another list is refused, not misread. */
export type CursorKind = 'transaction' | 'event' | 'unmatched' | 'attempt' | 'dead'

/** Cursors are opaque to clients: base64url of kind and parts joined by a bar. */
export const writeCursor = (kind: CursorKind, ...parts: readonly string[]) =>
  Buffer.from([kind, ...parts].join('|')).toString('base64url')

/** The parts of a cursor as `writeCursor` was given them; anything else is refused. */
export function readCursor(cursor: string, kind: CursorKind, parts: number): readonly string[] {
  const [, ...read] = Buffer.from(cursor, 'base64url').toString().split('|')
  if (read.length !== parts || writeCursor(kind, ...read) !== cursor) throw notOfThisList()
  return read
}

/** Place in a list that shows the newest first. */
export interface Place {
  readonly at: Date
  readonly id: string
}

export const writePlace = (kind: CursorKind, { at, id }: Place) =>
  writeCursor(kind, at.toISOString(), id)

/** Refuses what `writePlace` cannot have written, also moments that the database cannot hold. */
export function readPlace(cursor: string, kind: CursorKind): Place {
  const [moment = '', id = ''] = readCursor(cursor, kind, 2)
  const at = new Date(moment)
  const isMoment = /^\d{4}-/.test(moment) && !Number.isNaN(at.getTime())
  if (!isMoment || at.toISOString() !== moment || !isIdIn(kind, id)) throw notOfThisList()
  return { at, id }
}

const isIdIn = (kind: CursorKind, id: string) =>
  kind === 'attempt' ? /^[\w.:-]{1,100}$/.test(id) : isId(id)

/** Sequences and operation ids: what fits the database's `bigint`. */
export function readNumberCursor(cursor: string, kind: CursorKind): bigint {
  const [digits = ''] = readCursor(cursor, kind, 1)
  if (!/^\d{1,19}$/.test(digits) || BigInt(digits) > largest) throw notOfThisList()
  return BigInt(digits)
}

const largest = 2n ** 63n - 1n

const notOfThisList = () => badInput('This cursor was not given by this list')
