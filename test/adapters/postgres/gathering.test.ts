import { DatabaseError } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rowsById, sql } from '../../../src/adapters/postgres/database.ts'
import { gathering, saving } from '../../../src/adapters/postgres/gathering.ts'
import { prepared } from '../../../src/adapters/postgres/prepared.ts'
import { freshCommit } from '../../database.ts'

const ids = [1, 2, 3].map((number) => `abcdef00-0000-4000-8000-00000000000${number}`)
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

  it('get their own rows, however many lists wait, and whatever is in several of them', async () => {
    const all = Array.from(
      { length: 20 },
      (_, place) => `abcdef00-0000-4000-8000-0000000001${`${place}`.padStart(2, '0')}`,
    )
    const asked: number[] = []
    const byIds = gathering(async (_, [wanted]) => {
      const given = wanted as readonly string[] // the ids, as it is called
      asked.push(given.length)
      return given.toReversed().map(rowOf)
    })
    const lists = all.map((id, place) => [id, ...all.slice(place + 1, place + 3), all[0] ?? ''])
    const answers = await Promise.all(lists.map((list) => byIds('a', list)))
    expect(answers).toEqual(lists.map((list) => [...new Set(list)].map(rowOf)))
    expect(asked).toHaveLength(3)
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

  it('find a row by any spelling of its id', async () => {
    const found = await rowsById(db.database.pooled, select, [one.toUpperCase()])
    expect(found).toMatchObject([{ id: one }])
  })

  it('take what is no id for nobody', async () => {
    expect(await rowsById(db.database.pooled, select, ['1 or true', ''])).toEqual([])
  })
})

describe('things that are saved together', () => {
  let db: Awaited<ReturnType<typeof freshCommit>>
  const insert = prepared(`
    insert into kept (id, name, sum) select id, name, sum
    from jsonb_to_recordset($1) as given (id uuid, name text, sum integer)
    on conflict (name) do nothing returning id, xmin::text as commit`)
  interface Kept {
    readonly id: string
    readonly commit: string
  }

  beforeAll(async () => {
    db = await freshCommit()
    await sql(
      db.database.pooled,
      'create table kept (id uuid primary key, name text unique, sum integer check (sum > 0))',
    )
  })
  afterAll(() => db.close())
  afterEach(() => sql(db.database.pooled, 'delete from kept'))

  const save = (id: string, name: string, sum: unknown) =>
    db.database.pooled.together(insert, { id, name, sum }) as Promise<Kept | undefined> // returned above
  const names = async () =>
    (await sql<{ name: string }>(db.database.pooled, 'select name from kept order by name')).map(
      ({ name }) => name,
    )

  it('share one commit when they come in one turn, and none with a later one', async () => {
    const [first, second] = await Promise.all([save(one, 'a', 1), save(two, 'b', 2)])
    const third = await save(three, 'c', 3)
    expect([first?.id, second?.id, third?.id]).toEqual([one, two, three])
    expect(first?.commit).toBe(second?.commit)
    expect(third?.commit).not.toBe(first?.commit)
  })

  it('keep back one whose place is taken, also by another of them, and no other', async () => {
    const [first, second, third] = await Promise.all([
      save(one, 'a', 1),
      save(two, 'a', 2),
      save(three, 'c', 3),
    ])
    expect([first?.id, second?.id, third?.id]).toEqual([one, undefined, three])
    expect(await names()).toEqual(['a', 'c'])
  })

  it.each([
    ['breaks a constraint', 0, '23514'],
    ['has a value that is none', 'much', '22P02'],
  ])('are kept although one of them %s', async (_, sum, code) => {
    const [first, second, third] = await Promise.allSettled([
      save(one, 'a', 1),
      save(two, 'b', sum),
      save(three, 'c', 3),
    ])
    expect([first.status, third.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(second).toMatchObject({ status: 'rejected', reason: { code } })
    expect(await names()).toEqual(['a', 'c'])
  })

  it('are kept although one of two cannot be', async () => {
    const ends = await Promise.allSettled([save(one, 'a', 0), save(two, 'b', 1)])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(await names()).toEqual(['b'])
  })

  it.each([
    new Error('gone'),
    Object.assign(new DatabaseError('too long', 0, 'error'), { code: '57014' }),
    Object.assign(new DatabaseError('too long a name', 0, 'error'), { code: '42622' }),
    Object.assign(new DatabaseError('too long a value', 0, 'error'), { code: '54023' }),
    Object.assign(new Error('of no server'), { code: '23505' }),
    new DatabaseError('without a code', 0, 'error'),
  ])("fail together, and are not tried again, when it is nobody's fault: %s", async (error) => {
    const statements: string[] = []
    const together = saving((text) => {
      statements.push(text)
      return Promise.reject(error)
    })
    const ends = await Promise.allSettled([together('a', { id: one }), together('a', { id: two })])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(statements).toEqual(['a'])
  })

  it('are not tried again alone, where one came alone', async () => {
    const statements: string[] = []
    const together = saving((text) => {
      statements.push(text)
      return Promise.reject(Object.assign(new DatabaseError('no', 0, 'error'), { code: '23514' }))
    })
    await expect(together('a', { id: one })).rejects.toThrow('no')
    expect(statements).toEqual(['a'])
  })

  it('fail each with its own fault once they are tried alone', async () => {
    const together = saving((_, [list]) => {
      const said = Object.assign(new DatabaseError(String(list), 0, 'error'), { code: '23514' })
      return Promise.reject(said)
    })
    const things = [{ id: one }, { id: two }, { id: three }]
    const ends = await Promise.allSettled(things.map((thing) => together('a', thing)))
    expect(ends).toMatchObject(
      things.map((thing) => ({ reason: { message: JSON.stringify([thing]) } })),
    )
  })

  it.each([
    [20, [8, 8, 4]],
    [16, [8, 8]],
  ])('are eight at most in one statement: of %i %j', async (all, shares) => {
    const counts: number[] = []
    const together = saving(async (__, [list]) => {
      const things = JSON.parse(String(list)) as readonly object[]
      counts.push(things.length)
      return things
    })
    const saved = await Promise.all(
      Array.from({ length: all }, (_, place) => together('a', { id: `${place}` })),
    )
    expect(saved).toEqual(Array.from({ length: all }, (_, place) => ({ id: `${place}` })))
    expect(counts).toEqual(shares)
  })
})
