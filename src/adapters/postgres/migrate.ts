import { MikroORM } from '@mikro-orm/postgresql'
import { Migrator } from '@mikro-orm/migrations'
import { Client } from 'pg'
import { migrationsList } from '../../../migrations/list.ts'

/** Any number; the same in every process that migrates. */
const lockKey = 7_031_955_112

/**
 * Brings the database to this version, forward only; all of it or nothing.
 * Repeats and processes that start at once are harmless.
 * @returns the names of the migrations that were run.
 */
export async function migrate(url: string): Promise<readonly string[]> {
  const guard = new Client({ connectionString: url })
  guard.on('error', () => undefined) // the call under way rejects by itself
  await guard.connect()
  try {
    await guard.query('select pg_advisory_lock($1)', [lockKey])
    return await withMigrator(url, async (migrator) => {
      const run = await migrator.up()
      return run.map(({ name }) => name)
    })
  } finally {
    await guard.end() // gives the lock back
  }
}

/** Migrations this version knows and the database has not run. */
export function pendingMigrations(url: string): Promise<readonly string[]> {
  return withMigrator(url, async (migrator) => {
    const pending = await migrator.getPending()
    return pending.map(({ name }) => name)
  })
}

async function withMigrator<Answer>(
  url: string,
  work: (migrator: Migrator) => Promise<Answer>,
): Promise<Answer> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: 1 },
    debug: false,
    extensions: [Migrator],
    migrations: {
      tableName: 'migration',
      migrationsList: [...migrationsList],
      snapshot: false,
      snapshotOnMigrate: false,
      disableForeignKeys: false,
      silent: true,
    },
  })
  try {
    return await work(new Migrator(orm.em))
  } finally {
    await orm.close(true)
  }
}
