import { migrateJobTables } from '../adapters/bullmq/migrate.ts'
import { migrate } from '../adapters/postgres/migrate.ts'
import { environmentNames, readEnvironment } from '../config/env.ts'
import type { Environment } from '../config/env.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import { readEnvFile } from './env-file.ts'
import { readOptions } from './options.ts'

/** Our own tables, and those of the queue where it lives in the same database. */
export async function migrateAll({
  databaseUrl,
  redisUrl,
}: Environment): Promise<readonly string[]> {
  if (databaseUrl === undefined) {
    throw new ConfigurationFaulty([`${environmentNames.databaseUrl} is missing`])
  }
  const done = await migrate(databaseUrl)
  if (redisUrl === undefined) await migrateJobTables(databaseUrl)
  return done
}

/** `fairlead migrate` */
export async function migrateDatabase(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { 'env-file': 'text' })
  const done = await migrateAll(readEnvironment(await readEnvFile(options['env-file'])))
  console.log(done.length === 0 ? 'The database is up to date' : `Migrated: ${done.join(', ')}`)
  return 0
}
