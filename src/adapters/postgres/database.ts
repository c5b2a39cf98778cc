import { DatabaseError } from 'pg'
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg'
import { openPool } from './pool.ts'
import type { PoolOptions } from './pool.ts'
import { gathering, saving } from './gathering.ts'
import type { ById, Run, Together } from './gathering.ts'
import { runPrepared } from './prepared-query.ts'
import { preparedName } from './prepared.ts'
import { isUuid } from './uuid.ts'

/** Where a statement runs: on any connection by itself, or within one commit. */
export interface Session {
  readonly run: Run
  /**
   * Rows with these ids, in no order. The statement asks for `id = any ($1::uuid[])`. By themselves, outside of
   * a commit, those who ask in the same turn share one statement.
   */
  readonly byIds: ById
  /**
   * Saves one thing with an id by a statement that takes a list of such as `jsonb`, and answers the row of this
   * id, if there is one. By themselves, outside of a commit, those that come in the same turn share one statement,
   * and with it one commit. The statement must let each thing be saved or not regardless of the others.
   */
  readonly together: Together
}

/** The pool of one process. Statements go to the driver; the ORM, where it is used, comes on top (`entities.ts`). */
export interface Database {
  /** Each statement on any connection, and a commit of its own. */
  readonly pooled: Session
  /** All statements of `work` in one commit; a throw takes them back. */
  commit<Answer>(work: (session: Session) => Promise<Answer>): Promise<Answer>
  /** Gives the connections back. */
  close(): Promise<void>
}

/** Connects at the first statement. */
export function openDatabase(options: PoolOptions): Database {
  const pool = openPool(options)
  return {
    pooled: pooledSession(pool),
    commit: (work) => commitOn(pool, work),
    close: () => pool.end(),
  }
}

/**
 * Runs SQL in this session. Values are bound as $1, $2 …; `bigint` columns arrive as bigint and
 * `timestamptz` ones as Date.
 */
export async function sql<Row extends object>(
  session: Session,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return (await session.run(text, values)) as readonly Row[] // the caller names the columns it selected
}

/** Rows with these ids, as far as there are such; see `Session.byIds`. What is no id is no row's. */
export async function rowsById<Row extends object>(
  session: Session,
  text: string,
  ids: readonly string[],
): Promise<readonly Row[]> {
  const possible = ids.filter(isUuid)
  if (possible.length === 0) return []
  return (await session.byIds(text, possible)) as readonly Row[] // the caller names the columns it selected
}

function pooledSession(pool: Pool): Session {
  const run: Run = (text, values) => runOnPool(pool, text, values)
  return { run, byIds: gathering(run), together: saving(run) }
}

/** A session that shares nothing with others. */
export const sessionOf = (run: Run): Session => ({
  run,
  byIds: (text, ids) => run(text, [ids]),
  together: async (text, thing) => (await run(text, [JSON.stringify([thing])]))[0],
})

function sessionOn(client: PoolClient): Session {
  const runHere: Run = (text, values) => run(client, text, values)
  return sessionOf(runHere)
}

async function runOnPool(
  pool: Pool,
  text: string,
  values: readonly unknown[],
): Promise<readonly object[]> {
  const client = await pool.connect()
  try {
    return await run(client, text, values)
  } finally {
    client.release(broken.has(client))
  }
}

async function commitOn<Answer>(
  pool: Pool,
  work: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  const client = await pool.connect()
  try {
    await ask(client, 'begin')
    const answer = await work(sessionOn(client))
    await commitWhole(client)
    return answer
  } catch (error) {
    // What failed first is thrown on; a connection that cannot roll back is gone, and with it the commit.
    if (!broken.has(client)) await ask(client, 'rollback').catch(() => broken.add(client))
    throw error
  } finally {
    client.release(broken.has(client))
  }
}

/** PostgreSQL answers the `commit` of a broken transaction with a mere "ROLLBACK". */
async function commitWhole(client: PoolClient): Promise<void> {
  const { command } = await ask(client, 'commit')
  if (command !== 'COMMIT') throw new Error('A statement of this commit failed; nothing was kept')
}

async function run(
  client: PoolClient,
  text: string,
  values: readonly unknown[],
): Promise<readonly object[]> {
  const name = preparedName(text)
  if (name !== undefined) {
    return watched(client, () => runPrepared(client, { name, text, values }))
  }
  const bound = { text, values: values as unknown[] } // the driver does not write to it
  return (await ask(client, bound)).rows
}

/** Connections that nobody may be given any more. */
const broken = new WeakSet<PoolClient>()

const ask = (client: PoolClient, statement: string | QueryConfig): Promise<QueryResult<object>> =>
  watched(client, () => client.query<object>(statement))

/** What fails without a word of PostgreSQL may still be answered to whoever asks next on the connection. */
async function watched<Answer>(client: PoolClient, asking: () => Promise<Answer>): Promise<Answer> {
  try {
    return await asking()
  } catch (error) {
    if (!(error instanceof DatabaseError)) broken.add(client)
    if (error instanceof Error) Error.captureStackTrace(error) // leads to who asked, not into the driver
    throw error
  }
}
