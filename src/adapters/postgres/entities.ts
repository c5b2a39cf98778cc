import { MikroORM } from '@mikro-orm/postgresql'
import type { EntityManager } from '@mikro-orm/postgresql'
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, QueryResult, Transaction } from 'kysely'
import type { Session } from './database.ts'
import { rows } from './rows/list.ts'

let orm: Promise<MikroORM> | undefined

/**
 * The ORM on the connection of this session, inside its commit when it is one. For nouns off the hot paths: it
 * is loaded at the first call, so that a process which never asks pays nothing. Each call begins with nothing
 * known; what is kept has to be flushed before the commit ends.
 */
export async function entities(session: Session): Promise<EntityManager> {
  orm ??= MikroORM.init({
    dbName: 'given by the session',
    entities: [...rows],
    driverOptions: dialectOver(undefined),
    discovery: { warnWhenNoEntities: false },
    ensureDatabase: false,
    debug: false,
    logger: () => undefined, // what goes wrong is thrown, and logged once, at the door
  })
  const em = (await orm).em.fork()
  // The session has begun already, or is one of single statements: the ORM begins and commits nothing itself.
  em.setTransactionContext(new Kysely({ dialect: dialectOver(session) }) as Transaction<unknown>)
  return em
}

/** Kysely, which the ORM speaks through, on top of a session instead of a pool. */
function dialectOver(session: Session | undefined): Dialect {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      if (session === undefined) throw new Error('The ORM has no connection of its own')
      const found = await session.run(sql, parameters)
      return { rows: found as Row[] } // the caller knows what it selected
    },
    streamQuery() {
      throw new Error('Nothing here is read as a stream')
    },
  }
  const nothing = () => Promise.resolve()
  return {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createDriver: () => ({
      init: nothing,
      acquireConnection: () => Promise.resolve(connection),
      beginTransaction: nothing,
      commitTransaction: nothing,
      rollbackTransaction: nothing,
      releaseConnection: nothing,
      destroy: nothing,
    }),
  }
}
