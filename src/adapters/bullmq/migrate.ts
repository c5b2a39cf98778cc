import { runMigrations } from 'bullmq'
import { Client } from 'pg'

/** Creates or updates BullMQ's own tables (schema `bullmq`); repeats and simultaneous calls are harmless. */
export async function migrateJobTables(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined) // the call under way rejects by itself
  await client.connect()
  try {
    await runMigrations(client)
  } finally {
    await client.end()
  }
}
