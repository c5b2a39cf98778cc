/** An append-only list in the order of ids, read by pages. */

export interface Identified {
  readonly id: bigint
}

export interface PageQuery {
  /** Exclusive; absent: from the end that the order starts at. */
  readonly cursor?: bigint
  readonly order: 'asc' | 'desc'
  readonly limit: number
}

/** Index of the first record with an id above the given one. */
export function firstAfter(log: readonly Identified[], id: bigint): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const record = log[middle]
    if (record && record.id > id) high = middle
    else low = middle + 1
  }
  return low
}

export function* ascending<T extends Identified>(log: readonly T[], after?: bigint): Generator<T> {
  const start = after === undefined ? 0 : firstAfter(log, after)
  for (let index = start; index < log.length; index += 1) {
    const record = log[index]
    if (record) yield record
  }
}

export function* descending<T extends Identified>(
  log: readonly T[],
  before?: bigint,
): Generator<T> {
  const end = before === undefined ? log.length : firstAfter(log, before - 1n)
  for (let index = end - 1; index >= 0; index -= 1) {
    const record = log[index]
    if (record) yield record
  }
}

export function readPage<T extends Identified>(
  log: readonly T[],
  { cursor, order, limit }: PageQuery,
  accept: (record: T) => boolean = () => true,
): T[] {
  const records = order === 'asc' ? ascending(log, cursor) : descending(log, cursor)
  const page: T[] = []
  for (const record of records) {
    if (page.length === limit) break
    if (accept(record)) page.push(record)
  }
  return page
}

/** Drops every record with an id above the given one. */
export function truncate(log: Identified[], id: bigint): void {
  log.length = firstAfter(log, id)
}
