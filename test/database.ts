import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import { createCommit } from '../src/adapters/postgres/commit.ts'
import { openDatabase } from '../src/adapters/postgres/database.ts'
import type { Database } from '../src/adapters/postgres/database.ts'
import { recordFactories } from '../src/adapters/postgres/records.ts'
import { createSealer } from '../src/adapters/postgres/sealer.ts'
import type { Commit, CommitAtOnce, Read } from '../src/usecases/ports/commit.ts'

/** Seals the personal data of test databases. */
export const testSealer = createSealer([{ id: 'test', secret: new Uint8Array(32).fill(7) }])

export interface TestDatabase {
  readonly url: string
  readonly drop: () => Promise<void>
}

/** Allowed, and hardly anybody's own: what depends on how a server was set is seen. */
const ownWays = {
  timezone: 'Asia/Kathmandu',
  datestyle: 'SQL, DMY',
  intervalstyle: 'sql_standard',
  bytea_output: 'escape',
  extra_float_digits: '0',
  default_transaction_isolation: 'repeatable read',
}

/** A migrated database of its own (about 30 ms): call it in `beforeAll`, drop it in `afterAll`. */
export async function freshDatabase(): Promise<TestDatabase> {
  const { url, template } = inject('postgres')
  const name = `fairlead_${process.pid}_${randomBytes(6).toString('hex')}`
  await onServer(url, `create database ${name} template ${template}`)
  await onServer(
    url,
    Object.entries(ownWays)
      .map(([setting, value]) => `alter database ${name} set ${setting} to '${value}'`)
      .join(';'),
  )
  const own = new URL(url)
  own.pathname = `/${name}`
  return {
    url: own.href,
    drop: () => dropDatabase(url, name),
  }
}

const cancelled = '57014'

/**
 * PostgreSQL waits for every backend of the server before it drops a database, and one that another
 * test holds still keeps it waiting. Then the database is left to the end of the whole run.
 */
async function dropDatabase(url: string, name: string): Promise<void> {
  const patient = new URL(url)
  patient.searchParams.set('options', '-c statement_timeout=10000')
  try {
    await onServer(patient.href, `drop database if exists ${name} with (force)`)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== cancelled) throw error // of any kind
  }
}

/** A fresh database with the real commit on it; `close` also drops it. */
export async function freshCommit(): Promise<{
  readonly url: string
  readonly database: Database
  readonly commit: Commit
  readonly commitAtOnce: CommitAtOnce
  readonly read: Read
  close(): Promise<void>
}> {
  const { url, drop } = await freshDatabase()
  const database = openDatabase({ url, poolSize: 10 })
  return {
    url,
    database,
    ...createCommit({ database, factories: recordFactories(testSealer) }),
    close: async () => {
      await database.close()
      await drop()
    },
  }
}

/** Runs one statement on its own connection, for preparing and looking at rows in tests. */
export async function onServer(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, options: '-c datestyle=ISO' })
  client.on('error', () => undefined) // a test may drop the database under it
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement, [...values])
    return rows
  } finally {
    await client.end()
  }
}
