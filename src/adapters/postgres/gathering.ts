import { DatabaseError } from 'pg'

/** Runs a statement that is a commit of its own. */
export type Run = (text: string, values: readonly unknown[]) => Promise<readonly object[]>

/** See `Session.byIds`. */
export type ById = (text: string, ids: readonly string[]) => Promise<readonly object[]>

/** See `Session.together`. */
export type Together = (text: string, thing: Thing) => Promise<object | undefined>

export interface Thing {
  readonly id: unknown
  readonly [name: string]: unknown
}

interface Waiting<Asked, Answer> {
  readonly asked: Asked
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Look-ups by id that are asked for in the same turn of the event loop share one statement: with many requests
 * under way that is most of what a look-up costs. Each answer is read after it was asked for, so none is
 * older than one of its own would be.
 */
export function gathering(run: Run): ById {
  const gather = gatherer<readonly string[], readonly object[]>(async (text, lists) => {
    const rows = rowsByTheirId(await run(text, [[...new Set(lists.flat())]]))
    return lists.map((ids) => [...new Set(ids)].flatMap((id) => rows.get(id) ?? []))
  })
  return (text, ids) =>
    gather(
      text,
      ids.map((id) => id.toLowerCase()),
    )
}

/**
 * Things that are saved in the same turn share one commit, whose write to disk costs more than what is written.
 * What PostgreSQL refuses because of one of them is tried again one by one, so that none pays for another.
 */
export function saving(run: Run): Together {
  const saveAll = async (text: string, things: readonly Thing[]) => {
    const rows = rowsByTheirId(await run(text, [JSON.stringify(things)]))
    return things.map(({ id }) => rows.get(String(id)))
  }
  const gather = gatherer<Thing, object | undefined>(saveAll, async (text, thing) => {
    const [row] = await saveAll(text, [thing])
    return row
  })
  return gather
}

/**
 * Most that one statement is about. What is beyond it goes into the next, at the same time: if all that are under
 * way went as one, the gateway would wait for PostgreSQL and PostgreSQL for the gateway, in turn.
 */
const togetherMax = 8

/** Answers in the order of what was asked. With `alone`, a fault of one is not the fault of all. */
function gatherer<Asked, Answer>(
  askForAll: (text: string, asked: readonly Asked[]) => Promise<readonly Answer[]>,
  alone?: (text: string, asked: Asked) => Promise<Answer>,
): (text: string, asked: Asked) => Promise<Answer> {
  const gathered = new Map<string, Waiting<Asked, Answer>[]>()

  async function ask(text: string, waiting: readonly Waiting<Asked, Answer>[]): Promise<void> {
    try {
      const answers = await askForAll(
        text,
        waiting.map(({ asked }) => asked),
      )
      for (const [place, answer] of answers.entries()) waiting[place]?.resolve(answer)
    } catch (error) {
      if (alone !== undefined && waiting.length > 1 && isFaultOfOne(error)) {
        for (const { asked, resolve, reject } of waiting) alone(text, asked).then(resolve, reject)
      } else waiting.forEach(({ reject }) => reject(error))
    }
  }

  function askAll(text: string): void {
    const waiting = gathered.get(text) ?? []
    gathered.delete(text)
    for (let from = 0; from < waiting.length; from += togetherMax) {
      void ask(text, waiting.slice(from, from + togetherMax))
    }
  }

  return (text, asked) =>
    new Promise((resolve, reject) => {
      const waiting = { asked, resolve, reject }
      const others = gathered.get(text)
      if (others !== undefined) {
        others.push(waiting)
        return
      }
      gathered.set(text, [waiting])
      setImmediate(askAll, text) // after all that has come in by now was read
    })
}

/** A value that PostgreSQL does not take (class 22), or a constraint (class 23): nothing was kept. */
const isFaultOfOne = (error: unknown): boolean =>
  error instanceof DatabaseError && /^2[23]/.test(error.code ?? '')

const rowsByTheirId = (rows: readonly object[]): ReadonlyMap<string, object> =>
  new Map(rows.map((row) => [(row as { readonly id: string }).id, row])) // the statement selects it
