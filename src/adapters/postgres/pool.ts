import type { ClientBase } from 'pg'
import { Pool, types } from 'pg'

export interface PoolOptions {
  readonly url: string
  /** Connections this process may hold at once. */
  readonly poolSize: number
  readonly patience?: PoolPatience
  /** Told the pool, for measurements. */
  readonly onPool?: (pool: Pool) => void
}

export interface PoolPatience {
  /** How long one statement may take, with what it waits for, and how long a commit may ask nothing. */
  readonly statementMs: number
  /** A server that said nothing for so long is not there; more than a statement may take. */
  readonly answerMs: number
}

const usualPatience: PoolPatience = { statementMs: 30_000, answerMs: 35_000 }

/**
 * Connects at the first query. No statement waits for ever: not for a lock that somebody forgot, not for a
 * server that is gone without a word; and no commit of a process that stands still keeps its locks.
 */
export function openPool({ url, poolSize, patience = usualPatience, onPool }: PoolOptions): Pool {
  const { statementMs, answerMs } = patience
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    query_timeout: answerMs,
    keepAlive: true,
    application_name: 'fairlead',
    types: { getTypeParser: parserOf },
    onConnect: (client) => setSession(client, statementMs),
  })
  onPool?.(pool)
  // Without a listener a lost connection would end the process; the query in flight rejects by itself.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/**
 * Whatever the server, the database or its role were set to: a commit looks again at what it has locked, and
 * a moment is read as it was written, day and month never swapped. Not among the parameters of the connection:
 * a pooler in between would refuse them. The pool waits for it.
 */
const setSession = (client: ClientBase, ms: number): unknown =>
  client.query(`set statement_timeout = ${ms}; set idle_in_transaction_session_timeout = ${ms};
    set default_transaction_isolation = 'read committed'; set datestyle = 'ISO'`)

const timestamptz = 1184
const int8 = 20

/** Money and sequences are bigint in the domain, moments are Dates; never a float or a bare string. */
export function parserOf(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === int8) return BigInt
  if (oid === timestamptz) return (text) => new Date(text)
  return types.getTypeParser(oid, format as 'text') as (text: string) => unknown
}
