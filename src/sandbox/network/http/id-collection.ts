import { readPage } from '../history/log.ts'
import type { Identified } from '../history/log.ts'
import { toid } from '../history/toid.ts'
import type { Collection, Item, PageRequest, View } from './exchange.ts'
import { Problem } from './problem.ts'

export interface IdCollection<T extends Identified> {
  /** Looked up for each read, as the log may only come to be later. */
  readonly log: () => readonly T[]
  readonly accept?: (record: T) => boolean
  readonly render: (record: T) => object
}

/** A list in the order of total order ids: ledgers, transactions, operations, payments. */
export function idCollection<T extends Identified>({
  log,
  accept = () => true,
  render,
}: IdCollection<T>): Collection {
  return {
    cursors: 'id',
    streamed: true,
    read(request, view) {
      const { order, limit } = request
      const cursor = fromElder(request, view)
      const query = { order, limit, ...(cursor === undefined ? {} : { cursor }) }
      const records = readPage(log(), query, (record) => view.sees(record.id) && accept(record))
      return records.map((record): Item => ({
        token: record.id.toString(),
        render: () => render(record),
      }))
    },
  }
}

/** Trimmed history: ascending lists start at the oldest ledger, descending ones are gone (SBX-65). */
export function fromElder({ cursor, order }: PageRequest, { history }: View): bigint | undefined {
  const given = cursor === undefined ? undefined : BigInt(cursor.split('-')[0] ?? cursor)
  const elder = toid(history.elder)
  const trimmed = (history.ledgers[0]?.sequence ?? history.elder) < history.elder
  if (!trimmed || (given !== undefined && given >= elder)) return given
  if (order === 'asc') return elder - 1n
  if (given === undefined) return undefined
  throw new Problem('before_history')
}
