import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { migrateJobTables } from '../src/adapters/bullmq/migrate.ts'
import { startEmbeddedPostgres } from '../src/adapters/embedded-postgres/embedded-postgres.ts'
import { migrate } from '../src/adapters/postgres/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Server to make databases on, and the name of the migrated one to copy. */
    readonly postgres: { readonly url: string; readonly template: string }
  }
}

/**
 * One PostgreSQL for the whole run: TEST_DATABASE_URL when set (the user there must be allowed to
 * create databases), else an embedded one in a temporary directory.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  const server =
    given === undefined ? await temporaryServer() : { url: given, stop: async () => {} }
  const template = `fairlead_template_${process.pid}`
  await onServer(server.url, `drop database if exists ${template}`)
  await onServer(server.url, `create database ${template}`)
  const url = new URL(server.url)
  url.pathname = `/${template}`
  await migrate(url.href)
  await migrateJobTables(url.href)
  project.provide('postgres', { url: server.url, template })
  return async () => {
    if (given !== undefined) await onServer(server.url, `drop database if exists ${template}`)
    await server.stop()
  }
}

async function temporaryServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-test-'))
  await chmod(dataDir, 0o711) // as root, PostgreSQL runs as nobody and has to enter
  const server = await startEmbeddedPostgres({ dataDir, durable: false })
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
