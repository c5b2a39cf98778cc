import { afterAll, beforeAll, expect, it } from 'vitest'
import { sql } from '../../../src/adapters/postgres/database.ts'
import { prepared } from '../../../src/adapters/postgres/prepared.ts'
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
