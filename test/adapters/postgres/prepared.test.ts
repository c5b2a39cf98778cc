import type { Connection } from 'pg'
import { Client, types } from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { openDatabase, sql } from '../../../src/adapters/postgres/database.ts'
import { prepared } from '../../../src/adapters/postgres/prepared.ts'
import { runPrepared } from '../../../src/adapters/postgres/prepared-query.ts'
import { freshCommit } from '../../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>

beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

it('prepares a marked statement once per connection, and no other', async () => {
  const marked = prepared('select $1::int + 1 as sum')
  const statements = await db.database.commit(async (session) => {
    for (const value of [1, 2, 3]) {
      expect(await sql<{ sum: number }>(session, marked, [value])).toEqual([{ sum: value + 1 }])
      expect(await sql<{ sum: number }>(session, 'select $1::int + 2 as sum', [value])).toEqual([
        { sum: value + 2 },
      ])
    }
    return sql(session, 'select statement from pg_prepared_statements')
  })
  expect(statements).toEqual([{ statement: marked }])
})

/** Everything that is bound anywhere, and read back. */
const everything = `select $1::int as number, $2::bigint as units, $3::text as text, $4::bytea as bytes,
  $5::timestamptz as moment, $6::jsonb as json, $7::text as nothing, $8::text[] as texts,
  $9::bytea[] as many, $10::boolean as yes, $11::uuid[] as ids, $12::text[] as grid,
  $13::text as void`
const moment = new Date('2026-11-21T17:30:00.123Z')
const id = '00000000-0000-4000-8000-000000000001'
const values = [
  -7,
  2n ** 62n,
  'a "quoted" \\ Ü',
  Buffer.from([0, 255]),
  moment,
  { a: [1, null] },
  undefined,
  ['x', 'a,b', '"\\"', '', 'NULL', null, undefined],
  [Uint8Array.of(0, 1), Buffer.from([])],
  true,
  [id],
  [
    ['a', 'b, "c"'],
    ['{d}', null],
  ],
  null,
]

it('reads the same from a prepared statement as from any other, at each run', async () => {
  const marked = prepared(`${everything} -- marked`)
  await db.database.commit(async (session) => {
    const [usual] = await sql(session, everything, values)
    expect(usual).toMatchObject({ units: 2n ** 62n, moment, nothing: null, void: null, ids: [id] })
    for (let times = 0; times < 3; times += 1) {
      expect(await sql(session, marked, values)).toEqual([usual])
    }
  })
})

it('asks once per connection what rows look like, also where there are none, each time in one write', async () => {
  const client = new Client({ connectionString: db.url })
  await client.connect()
  const { connection } = client as unknown as { connection: Connection } // the types do not tell it
  const parse = vi.spyOn(connection, 'parse')
  const describing = vi.spyOn(connection, 'describe')
  const cork = vi.spyOn(connection.stream, 'cork')
  for (const text of ['select $1::text as it', `set application_name = 'mute'`]) {
    const values = text.includes('$1') ? ['it'] : []
    for (let times = 0; times < 3; times += 1) {
      const rows = await runPrepared(client, { name: text.slice(0, 6), text, values })
      expect(rows).toEqual(values.map((it) => ({ it })))
    }
  }
  expect([parse, describing, cork].map(({ mock }) => mock.calls.length)).toEqual([2, 2, 6])
  await client.end()
})

it('asks anew on another connection, where a table may have changed meanwhile', async () => {
  const marked = prepared('select it from changing')
  const [earlier, later] = [await openSingle(), await openSingle()]
  try {
    await sql(earlier.pooled, `create table changing as select '7'::text as it`)
    expect(await sql(earlier.pooled, marked)).toEqual([{ it: '7' }])
    await sql(earlier.pooled, 'alter table changing alter it type bigint using it::bigint')
    expect(await sql(later.pooled, marked)).toEqual([{ it: 7n }])
  } finally {
    await Promise.all([earlier.close(), later.close()])
  }
})

it('takes a view of bytes for its own bytes only', async () => {
  const marked = prepared('select $1::bytea as bytes')
  const view = Uint8Array.of(1, 2, 3, 4).subarray(1, 3)
  const [row] = await sql<{ bytes: Buffer }>(db.database.pooled, marked, [view])
  expect([...(row?.bytes ?? [])]).toEqual([2, 3])
})

it('answers no rows where there are none, at each run', async () => {
  const none = prepared('select 1 as one where $1::int = 0')
  const mute = prepared(`select set_config('fairlead.test', $1, false) where false`)
  await db.database.commit(async (session) => {
    for (let times = 0; times < 2; times += 1) {
      expect(await sql(session, none, [1])).toEqual([])
      expect(await sql(session, mute, ['x'])).toEqual([])
    }
    expect(await sql(session, none, [0])).toEqual([{ one: 1 }])
  })
})

it('goes on with a connection on which a prepared statement failed, at its first run or later', async () => {
  const marked = prepared('select 10 / $1::int as part')
  const single = await openSingle()
  try {
    const ask = (divisor: number) => sql(single.pooled, marked, [divisor])
    await expect(ask(0)).rejects.toMatchObject({ code: '22012' })
    expect(await ask(5)).toEqual([{ part: 2 }])
    await expect(ask(0)).rejects.toMatchObject({ code: '22012' })
    expect(await ask(2)).toEqual([{ part: 5 }])
    await expect(sql(single.pooled, marked, ['no number'])).rejects.toMatchObject({ code: '22P02' })
    await expect(sql(single.pooled, prepared('select from nowhere'))).rejects.toMatchObject({
      code: '42P01',
    })
    expect(await sql(single.pooled, marked, [1])).toEqual([{ part: 10 }])
  } finally {
    await single.close()
  }
})

it('tells of the first row that cannot be read, whatever comes after, and goes on with the connection', async () => {
  const { MACADDR } = types.builtins
  const usual = types.getTypeParser(MACADDR)
  types.setTypeParser(MACADDR, (text) => {
    throw new Error(`no such address: ${text}`)
  })
  onTestFinished(() => types.setTypeParser(MACADDR, usual))
  const addresses = prepared(`select ('00:00:00:00:00:0' || place)::macaddr as it
    from generate_series(1, 3) as place order by place`)
  const endsInFailure = prepared(`select ('00:00:00:00:00:0' || place)::macaddr as it,
    1 / (3 - place) as part from generate_series(1, 3) as place`)
  const single = await openSingle()
  try {
    for (const statement of [addresses, endsInFailure]) {
      await expect(sql(single.pooled, statement)).rejects.toThrow('00:00:00:00:00:01')
    }
    expect(await sql(single.pooled, prepared('select 7 as seven'))).toEqual([{ seven: 7 }])
  } finally {
    await single.close()
  }
})

it('tells of a failure with the place that asked', async () => {
  const asking = async () => sql(db.database.pooled, prepared('select 1 / $1::int'), [0])
  const error: unknown = await asking().catch((failure: unknown) => failure)
  expect(error instanceof Error ? error.stack : '').toMatch(/database\.ts/)
})

it('leaves no watch over the time behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const marked = prepared('select $1::int as number')
  await sql(db.database.pooled, marked, [0])
  const before = timers()
  for (let number = 1; number <= 20; number += 1) await sql(db.database.pooled, marked, [number])
  expect(timers() - before).toBeLessThan(5)
})

const openSingle = async () => openDatabase({ url: db.url, poolSize: 1 })
