import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { migrateDatabase } from '../../src/cli/migrate.ts'
import { freshDatabase, onServer } from '../database.ts'
import { filesOf } from '../repository.ts'

let folder: string
let server: string
let url: string
let ends: (() => Promise<unknown>)[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-migrate-'))
  const fresh = await freshDatabase()
  server = fresh.url
  const name = `empty_${process.pid}_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name} template template0`)
  const empty = new URL(server)
  empty.pathname = `/${name}`
  url = empty.href
  const drop = () => onServer(server, `drop database ${name} with (force)`)
  ends = [() => rm(folder, { recursive: true }), drop, fresh.drop]
})
afterEach(async () => {
  vi.restoreAllMocks()
  for (const end of ends) await end()
})

/** What the command says, and its exit code. */
async function migrate(settings: Readonly<Record<string, string>>) {
  const file = join(folder, 'settings')
  const lines = Object.entries({ DATABASE_URL: url, ...settings })
  await writeFile(file, lines.map(([name, value]) => `${name}=${value}\n`).join(''))
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const code = await migrateDatabase(['--env-file', file])
  const said = log.mock.calls.flat()
  log.mockRestore()
  return { code, said }
}

const hasQueue = async () =>
  (await onServer(url, `select to_regnamespace('bullmq') is not null as has`))[0]?.['has']

describe('the command that migrates', () => {
  it('tells each step it takes in an empty database, once, and makes the tables of the queue', async () => {
    const steps = filesOf('migrations').flatMap((path) => /\d{4}-[^/.]*/.exec(path)?.[0] ?? [])
    expect(await migrate({})).toEqual({
      code: 0,
      said: [`Migrated: ${steps.toSorted().join(', ')}`],
    })
    expect(await hasQueue()).toBe(true)
    expect(await migrate({})).toEqual({ code: 0, said: ['The database is up to date'] })
  })

  it('leaves the tables of the queue where that is in Redis, until it is here', async () => {
    expect((await migrate({ REDIS_URL: 'redis://127.0.0.1:1' })).code).toBe(0)
    expect(await hasQueue()).toBe(false)
    expect((await migrate({})).code).toBe(0) // it moves here
    expect(await hasQueue()).toBe(true)
  })
})
