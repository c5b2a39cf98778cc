import { PostgresDialect } from 'kysely'
import type { Dialect, Driver } from 'kysely'
import { Pool, types } from 'pg'
import { prepareMarked } from './prepared.ts'

export interface PoolOptions {
  readonly url: string
  /** Connections this process may hold at once. */
  readonly poolSize: number
}

/** The pool as the ORM takes it. Connects at the first query. */
export function pooledDialect({ url, poolSize }: PoolOptions): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'fairlead',
    types: { getTypeParser: parserOf },
  })
  // Without a listener a lost connection would end the process; the query in flight rejects by itself.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('connect', prepareMarked)
  const dialect = new PostgresDialect({ pool })
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => givingBack(dialect.createDriver()),
  }
}

/**
 * Kysely keeps a connection for ever when `begin` or `rollback` fails on it, as both do when the
 * server was restarted; each loss would shrink the pool by one until nothing is left. Here the
 * connection goes back in both cases, and the pool throws it away because it is dead.
 */
function givingBack(driver: Driver): Driver {
  return {
    init: (options) => driver.init(options),
    acquireConnection: (options) => driver.acquireConnection(options),
    releaseConnection: (connection) => driver.releaseConnection(connection),
    async beginTransaction(connection, settings) {
      try {
        await driver.beginTransaction(connection, settings)
      } catch (error) {
        await driver.releaseConnection(connection)
        throw error
      }
    },
    commitTransaction: (connection) => driver.commitTransaction(connection),
    async rollbackTransaction(connection) {
      // What failed first is thrown on by the caller; a connection that cannot roll back is gone, and
      // with it the transaction.
      await driver.rollbackTransaction(connection).catch(() => undefined)
    },
    savepoint: async (...call) => driver.savepoint?.(...call),
    rollbackToSavepoint: async (...call) => driver.rollbackToSavepoint?.(...call),
    releaseSavepoint: async (...call) => driver.releaseSavepoint?.(...call),
    destroy: () => driver.destroy(),
  }
}

const timestamptz = 1184
const int8 = 20

/** Money and sequences are bigint in the domain, moments are Dates; never a float or a bare string. */
function parserOf(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === int8) return BigInt
  if (oid === timestamptz) return (text) => new Date(text)
  return types.getTypeParser(oid, format as 'text') as (text: string) => unknown
}
