import { randomBytes } from 'node:crypto'
import type { Writable } from 'node:stream'
import { afterEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { migrateJobTables } from '../../src/adapters/bullmq/migrate.ts'
import { migrate, pendingMigrations } from '../../src/adapters/postgres/migrate.ts'
import { migrationsList } from '../../migrations/list.ts'
import { onServer } from '../database.ts'
import { until } from '../until.ts'

const names = migrationsList.map(({ name }) => name)
let drop: (() => Promise<unknown>) | undefined
afterEach(async () => {
  await drop?.()
})

async function emptyDatabase(): Promise<string> {
  const server = inject('postgres').url
  const name = `fairlead_empty_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name}`)
  drop = () => onServer(server, `drop database ${name} with (force)`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

describe('migrating', () => {
  it('brings an empty database to this version, once, whoever starts at the same time', async () => {
    const url = await emptyDatabase()
    expect(await pendingMigrations(url)).toEqual(names)
    const runs = await Promise.all([
      migrate(url),
      migrate(url),
      migrate(url),
      migrateJobTables(url),
      migrateJobTables(url),
    ])
    expect(runs.flatMap((run) => run ?? [])).toEqual(names)
    expect(await pendingMigrations(url)).toEqual([])
    expect(await migrate(url)).toEqual([])
    for (const lacking of [names[0], names[2]]) {
      await onServer(url, 'delete from migration where name = $1', [lacking])
      expect((await pendingMigrations(url))[0]).toBe(lacking)
      await onServer(url, 'insert into migration (name) values ($1)', [lacking])
    }
  })

  it('leaves the database as it was when a migration fails', async () => {
    const url = await emptyDatabase()
    await onServer(url, 'create table outbox (something_else int)')
    await expect(migrate(url)).rejects.toThrow('outbox')
    expect(await pendingMigrations(url)).toEqual(names)
    expect(await onServer(url, `select to_regclass('"transaction"') as found`)).toEqual([
      { found: null },
    ])
  })

  it('needs no right but to own the database, says nothing, and leaves no connection behind', async () => {
    const own = new URL(await emptyDatabase())
    const [server, name] = [inject('postgres').url, own.pathname.slice(1)]
    const role = `owner_${name}`
    await onServer(server, `create role ${role} login password 'own'`)
    onTestFinished(async () => {
      await onServer(server, `drop role ${role}`) // what it owned is dropped before
    })
    await onServer(server, `alter database ${name} owner to ${role}`)
    own.username = role
    own.password = 'own'
    // what a library bound before now ends there as well
    const { _stdout: out } = console as unknown as { readonly _stdout: Writable }
    const said = vi.spyOn(out, 'write')
    onTestFinished(() => said.mockRestore())
    expect(await migrate(own.href)).toEqual(names)
    expect(await pendingMigrations(own.href)).toEqual([])
    expect(said).not.toHaveBeenCalled()
    const connected = 'select pid from pg_stat_activity where datname = $1'
    const isAlone = async () => (await onServer(server, connected, [name])).length === 0
    await until(isAlone, 'the connections to end', 3_000)
  })
})
