import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsById, sql } from '../../../src/adapters/postgres/database.ts'
import { gathering } from '../../../src/adapters/postgres/gathering.ts'
import { prepared } from '../../../src/adapters/postgres/prepared.ts'
import { freshCommit } from '../../database.ts'

const ids = [1, 2, 3].map((number) => `00000000-0000-4000-8000-00000000000${number}`)
const [one = '', two = '', three = ''] = ids
const rowOf = (id: string) => ({ id })

/** Answers a row for each id but the third, and notes what it was asked. */
function noting() {
  const asked: (readonly unknown[])[] = []
  const byIds = gathering(async (text, values) => {
    asked.push([text, values[0]])
    const wanted = values[0] as readonly string[] // the ids, as it is called
    return wanted.filter((id) => id !== three).map(rowOf)
  })
  return { byIds, asked }
}

describe('look-ups by id', () => {
  it('share one statement when they are asked for in one turn', async () => {
    const { byIds, asked } = noting()
    const answers = await Promise.all([byIds('a', [one]), byIds('a', [two]), byIds('a', [one])])
    expect(answers).toEqual([[rowOf(one)], [rowOf(two)], [rowOf(one)]])
    expect(asked).toEqual([['a', [one, two]]])
  })

  it('share none with another statement, nor with a later turn', async () => {
    const { byIds, asked } = noting()
    await Promise.all([byIds('a', [one]), byIds('b', [one])])
    await byIds('a', [one])
    expect(asked).toEqual([
      ['a', [one]],
      ['b', [one]],
      ['a', [one]],
    ])
  })

  it('get their own rows only: each once, in any spelling, and none for what is not there', async () => {
    const { byIds } = noting()
    const shouted = one.toUpperCase()
    expect(await Promise.all([byIds('a', [two, shouted, two]), byIds('a', [three])])).toEqual([
      [rowOf(two), rowOf(one)],
      [],
    ])
  })

  it('all fail when their statement does', async () => {
    const byIds = gathering(() => Promise.reject(new Error('gone')))
    const ends = await Promise.allSettled([byIds('a', [one]), byIds('a', [two])])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})

describe('look-ups by id on PostgreSQL', () => {
  let db: Awaited<ReturnType<typeof freshCommit>>
  const select = prepared('select id, name from thing where id = any ($1::uuid[])')

  beforeAll(async () => {
    db = await freshCommit()
    await sql(db.database.pooled, 'create table thing (id uuid primary key, name text)')
    await sql(db.database.pooled, 'insert into thing values ($1, $2), ($3, $4)', [
      one,
      'first',
      two,
      'second',
    ])
  })
  afterAll(() => db.close())

  it('see what was committed before they were asked for, although others wait with them', async () => {
    const { pooled } = db.database
    const early = rowsById(pooled, select, [one])
    await sql(pooled, `update thing set name = 'changed' where id = $1`, [two])
    const late = rowsById(pooled, select, [two])
    expect(await early).toEqual([{ id: one, name: 'first' }])
    expect(await late).toEqual([{ id: two, name: 'changed' }])
  })

  it('see what their own commit has changed', async () => {
    const seen = await db.database.commit(async (session) => {
      await sql(session, `update thing set name = 'mine' where id = $1`, [one])
      return rowsById(session, select, [one])
    })
    expect(seen).toEqual([{ id: one, name: 'mine' }])
  })

  it('take what is no id for nobody', async () => {
    expect(await rowsById(db.database.pooled, select, ['1 or true', ''])).toEqual([])
  })
})
