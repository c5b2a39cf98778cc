import { MikroORM } from '@mikro-orm/postgresql'
import type { EntityManager } from '@mikro-orm/postgresql'
import { CompiledQuery } from 'kysely'
import { types } from 'pg'
import { rows } from './rows/list.ts'

/** The ORM with its pool. `close(true)` gives the connections back. */
export type Database = MikroORM

export interface DatabaseOptions {
  readonly url: string
  /** Connections this process may hold at once. */
  readonly poolSize: number
}

/** Opens the pool; connects at the first query. */
export function openDatabase({ url, poolSize }: DatabaseOptions): Promise<Database> {
  return MikroORM.init({
    clientUrl: url,
    entities: [...rows],
    pool: { min: 0, max: poolSize },
    driverOptions: {
      application_name: 'fairlead',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      types: columnTypes,
    },
    discovery: { warnWhenNoEntities: false },
    debug: false,
    logger: () => undefined, // what goes wrong is thrown, and logged once, at the door
  })
}

/**
 * Runs SQL inside the commit of this entity manager (or on the pool outside one). Values are bound
 * as $1, $2 …; `bigint` columns arrive as bigint and `timestamptz` ones as Date.
 */
export async function sql<Row extends object>(
  em: EntityManager,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const connection = em.getTransactionContext() ?? em.getConnection().getClient()
  const result = await connection.executeQuery(CompiledQuery.raw(text, [...values]))
  return result.rows as Row[] // the caller names the columns it selected
}

const timestamptz = 1184
const int8 = 20

/** Money and sequences are bigint in the domain, moments are Dates; never a float or a bare string. */
const columnTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
    if (oid === int8) return BigInt
    if (oid === timestamptz) return (text) => new Date(text)
    return types.getTypeParser(oid, format as 'text') as (text: string) => unknown
  },
}
