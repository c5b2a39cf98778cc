import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, Socket } from 'node:net'
import { Client } from 'pg'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createCommit, unavailableOr } from '../../../src/adapters/postgres/commit.ts'
import { openDatabase, sql } from '../../../src/adapters/postgres/database.ts'
import type { Database } from '../../../src/adapters/postgres/database.ts'
import { prepared } from '../../../src/adapters/postgres/prepared.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'
import { freshDatabase, onServer, testSealer } from '../../database.ts'
import type { TestDatabase } from '../../database.ts'
import { until } from '../../until.ts'

const patience = { statementMs: 150, answerMs: 500 }
const lockRow = 'select id from kept where id = 1 for update'

let fresh: TestDatabase
let database: Database

beforeAll(async () => {
  fresh = await freshDatabase()
  database = openDatabase({ url: fresh.url, poolSize: 1, patience })
  await onServer(fresh.url, 'create table kept (id integer primary key)')
  await onServer(fresh.url, 'insert into kept values (1)')
})
afterAll(async () => {
  await database.close()
  await fresh.drop()
})

const committing = (on: Database) =>
  createCommit({ database: on, factories: recordFactories(testSealer) })

it('shows its pool to be measured, which bears the loss of a connection that nobody uses', async () => {
  const pools: Pool[] = []
  const own = openDatabase({ url: fresh.url, poolSize: 1, onPool: (pool) => pools.push(pool) })
  const kept = vi.spyOn(Socket.prototype, 'setKeepAlive')
  expect(await sql(own.pooled, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(kept).toHaveBeenCalledWith(true, expect.anything())
  kept.mockRestore()
  expect(pools.map(({ totalCount }) => totalCount)).toEqual([1])
  expect(pools[0]?.options).toMatchObject({
    connectionTimeoutMillis: 5_000,
    query_timeout: 35_000,
    max: 1,
  })
  const settings = `select name, setting from pg_settings where name in ('application_name', 'DateStyle',
    'default_transaction_isolation', 'idle_in_transaction_session_timeout', 'statement_timeout') order by name`
  expect(await sql(own.pooled, settings)).toEqual([
    { name: 'DateStyle', setting: 'ISO, DMY' },
    { name: 'application_name', setting: 'fairlead' },
    { name: 'default_transaction_isolation', setting: 'read committed' },
    { name: 'idle_in_transaction_session_timeout', setting: '30000' },
    { name: 'statement_timeout', setting: '30000' },
  ])
  for (const pool of pools) pool.emit('error', new Error('lost'), new Client())
  await own.close()
})

it('makes no more connections than it may', async () => {
  const two = openDatabase({ url: fresh.url, poolSize: 2 })
  const ask = () =>
    sql<{ pid: number }>(two.pooled, 'select pg_backend_pid() as pid, pg_sleep(0.01)')
  const answers = await Promise.all(Array.from({ length: 6 }, ask))
  expect(new Set(answers.flat().map(({ pid }) => pid)).size).toBe(2)
  await two.close()
})

it('takes back what a commit did that failed, and gives its connection on as good as new', async () => {
  const failing = (statement: string, after: () => Promise<void>) =>
    database.commit(async (session) => {
      await sql(session, 'insert into kept values (3)')
      await sql(session, statement).catch(() => undefined)
      await after()
    })
  const thrown = failing('select', () => Promise.reject(new Error('no')))
  await expect(thrown).rejects.toThrow('no')
  expect(await sql(database.pooled, 'select id from kept where id = 3')).toEqual([])
  const hidden = failing('select 1 / 0', async () => undefined)
  await expect(hidden).rejects.toThrow('A statement of this commit failed; nothing was kept')
  const both = failing('select 1 / 0', () => Promise.reject(new Error('no')))
  await expect(both).rejects.toThrow('no')
  await sql(database.pooled, 'insert into kept values (4)')
  const kept = 'select id from kept where id in (3, 4)'
  expect(await onServer(fresh.url, kept)).toEqual([{ id: 4 }])
})

it('keeps a connection on which a statement was refused', async () => {
  const pid = () => sql(database.pooled, 'select pg_backend_pid() as pid')
  const before = await pid()
  const failed = 'insert into kept values (1)'
  await expect(sql(database.pooled, failed)).rejects.toThrow('duplicate key')
  await expect(database.commit((session) => sql(session, failed))).rejects.toThrow('duplicate key')
  expect(await pid()).toEqual(before)
})

it('gives up a statement that waits for a lock which nobody gives back, and goes on', async () => {
  const holder = new Client({ connectionString: fresh.url })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(lockRow)
    const { read } = committing(database)
    await expect(read(() => sql(database.pooled, lockRow))).rejects.toThrow(DatabaseUnavailable)
  } finally {
    await holder.end()
  }
  expect(await sql(database.pooled, lockRow)).toEqual([{ id: 1 }])
})

it('takes the locks from a commit that stands still, and tells it that nothing was kept', async () => {
  let [isStanding, goOn] = [false, () => {}]
  const standstill = new Promise<void>((resolve) => (goOn = resolve))
  const stood = database.commit(async (session) => {
    await sql(session, 'insert into kept values (2)')
    isStanding = true
    await standstill
    return sql(session, 'select 1 as one')
  })
  await until(() => isStanding, 'the commit to stand still')
  // waits for the commit above, which would hold it for long
  const inserting = 'set statement_timeout = 5000; insert into kept values (2)'
  await onServer(fresh.url, inserting).finally(goOn)
  await expect(stood).rejects.toThrow(/terminat|not queryable/i)
  expect(await sql(database.pooled, 'select 1 as one')).toEqual([{ one: 1 }])
})

it.each([
  ['usual', 'select 1 as one'],
  ['prepared', prepared('select 1 as one -- prepared')],
])('leaves a connection whose server fell silent, and makes a new one (%s)', async (_, text) => {
  const line = await openLine(fresh.url)
  const far = openDatabase({ url: line.url, poolSize: 1, patience })
  const ask = () => committing(far).read(() => sql(far.pooled, text))
  try {
    expect(await ask()).toEqual([{ one: 1 }])
    line.cut()
    await expect(ask()).rejects.toThrow(DatabaseUnavailable)
    expect(await ask()).toEqual([{ one: 1 }])
  } finally {
    line.close()
    await far.close()
  }
})

/** A way to the database that can fall silent: what is sent on connections made before is lost. */
async function openLine(url: string) {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const farEnd = connect(Number(target.port), target.hostname)
    for (const socket of [near, farEnd]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    near.pipe(farEnd).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = new URL(url)
  own.port = `${(server.address() as AddressInfo).port}` // it listens on a port
  own.hostname = '127.0.0.1'
  return {
    url: own.href,
    cut: () => {
      for (const socket of sockets) socket.unpipe().resume()
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

it.each(['40P01', '40001', '57014', '25P03', '08006', '53300'])(
  'takes %s for a database that is away, and no constraint for one',
  (code) => {
    const failed = (sqlState: string) => Object.assign(new Error('no'), { code: sqlState })
    expect(unavailableOr(failed(code))).toBeInstanceOf(DatabaseUnavailable)
    expect(unavailableOr(failed('23505'))).not.toBeInstanceOf(DatabaseUnavailable)
  },
)
