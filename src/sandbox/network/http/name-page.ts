import type { PageRequest } from './exchange.ts'

/** A page of things that are told apart by a word and kept in no order of their own. */
export function namePage<T>(
  { cursor, order, limit }: PageRequest,
  all: readonly T[],
  name: (thing: T) => string,
): T[] {
  const sign = order === 'asc' ? 1 : -1
  const compare = (a: string, b: string) => sign * Number(a > b) - sign * Number(a < b)
  return all
    .filter((thing) => cursor === undefined || compare(name(thing), cursor) > 0)
    .toSorted((a, b) => compare(name(a), name(b)))
    .slice(0, limit)
}
