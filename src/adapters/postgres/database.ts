import { MikroORM } from '@mikro-orm/postgresql'
import type { EntityManager } from '@mikro-orm/postgresql'
import { CompiledQuery } from 'kysely'
import { pooledDialect } from './pool.ts'
import type { PoolOptions } from './pool.ts'
import { rows } from './rows/list.ts'

/** The ORM with its pool. `close(true)` gives the connections back. */
export type Database = MikroORM

/** Opens the pool; connects at the first query. */
export function openDatabase(options: PoolOptions): Promise<Database> {
  return MikroORM.init({
    clientUrl: options.url,
    entities: [...rows],
    driverOptions: pooledDialect(options),
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
