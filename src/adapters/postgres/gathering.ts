import type { Session } from './database.ts'

interface Asking {
  readonly ids: readonly string[]
  readonly resolve: (rows: readonly object[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Look-ups by id that are asked for in the same turn of the event loop share one statement: with many requests
 * under way that is most of what a look-up costs. Each answer is read after it was asked for, so none is
 * older than one of its own would be.
 */
export function gathering(run: Session['run']): Session['byIds'] {
  const gathered = new Map<string, Asking[]>()

  async function askForAll(text: string): Promise<void> {
    const askings = gathered.get(text) ?? []
    gathered.delete(text)
    try {
      const ids = new Set(askings.flatMap((asking) => asking.ids))
      const rows = rowsByTheirId(await run(text, [[...ids]]))
      for (const { ids: wanted, resolve } of askings) resolve(rowsOf(rows, wanted))
    } catch (error) {
      askings.forEach(({ reject }) => reject(error))
    }
  }

  return (text, ids) =>
    new Promise((resolve, reject) => {
      const asking = { ids: ids.map((id) => id.toLowerCase()), resolve, reject }
      const others = gathered.get(text)
      if (others !== undefined) {
        others.push(asking)
        return
      }
      gathered.set(text, [asking])
      setImmediate(() => void askForAll(text)) // after all that has come in by now was read
    })
}

const rowsByTheirId = (rows: readonly object[]): ReadonlyMap<string, object> =>
  new Map(rows.map((row) => [(row as { readonly id: string }).id, row])) // the statement selects it

const rowsOf = (rows: ReadonlyMap<string, object>, ids: readonly string[]): readonly object[] =>
  [...new Set(ids)].flatMap((id) => rows.get(id) ?? [])
