import { ascending, descending } from '../history/log.ts'
import type { StoredOperation } from '../history/stored.ts'
import type { PageRequest, View } from './exchange.ts'
import { fromElder } from './id-collection.ts'

/** Something that lies within an operation, at a place of its own: an effect, a trade. */
export interface Placed {
  readonly operation: StoredOperation
  readonly position: number
}

export function placedToken({ operation, position }: Placed): string {
  return `${operation.id}-${position}`
}

/** A page of what lies within operations; the cursor may stand in the middle of one. */
export function placedPage<T extends Placed>(
  request: PageRequest,
  view: View,
  { log, within }: { log: readonly StoredOperation[]; within: (one: StoredOperation) => T[] },
): T[] {
  const page: T[] = []
  for (const operation of operationsFrom(request, view, log)) {
    if (page.length >= request.limit) break
    if (!view.sees(operation.id)) continue
    const wanted = within(operation).filter((one) => isPast(one, request))
    page.push(...(request.order === 'asc' ? wanted : wanted.toReversed()))
  }
  return page.slice(0, request.limit)
}

function operationsFrom(request: PageRequest, view: View, log: readonly StoredOperation[]) {
  const cursor = fromElder(request, view)
  if (cursor === undefined) return request.order === 'asc' ? ascending(log) : descending(log)
  return request.order === 'asc' ? ascending(log, cursor - 1n) : descending(log, cursor + 1n)
}

function isPast({ operation, position }: Placed, { cursor, order }: PageRequest): boolean {
  if (cursor === undefined) return true
  const [id = '0', place] = cursor.split('-')
  const at = BigInt(id)
  if (operation.id !== at) return order === 'asc' ? operation.id > at : operation.id < at
  // An id without a place stands for the whole operation.
  if (place === undefined) return false
  return order === 'asc' ? position > Number(place) : position < Number(place)
}
