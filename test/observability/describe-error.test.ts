import { Client, DatabaseError } from 'pg'
import { z } from 'zod'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeError } from '../../src/observability/describe-error.ts'
import { PayoutCallRefused } from '../../src/usecases/ports/payout-rail.ts'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'

const canary = 'Zeugma'

/** What is thrown by this, whatever it is. */
async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** The canary is in what was thrown, or the case would show nothing. */
async function expectUntold(work: () => unknown) {
  const error = await thrownBy(work)
  const all = Object.getOwnPropertyNames(error).map((name) =>
    String(Reflect.get(error as object, name)),
  )
  expect(all.join()).toContain(canary)
  const described = describeError(error)
  expect(JSON.stringify(described)).not.toContain(canary)
  return described
}

describe('errors of PostgreSQL', () => {
  let database: TestDatabase
  let client: Client
  beforeAll(async () => {
    database = await freshDatabase()
    client = new Client({ connectionString: database.url })
    await client.connect()
    await client.query('create table person (name text primary key, age integer check (age > 0))')
    await client.query('insert into person values ($1, 1)', [canary])
  })
  afterAll(async () => {
    await client.end()
    await database.drop()
  })

  it('tell which rule was broken, and not the row that broke it', async () => {
    const twice = await expectUntold(() =>
      client.query('insert into person values ($1, 1)', [canary]),
    )
    expect(twice).toMatchObject({
      code: '23505',
      message: 'duplicate key value violates unique constraint "person_pkey"',
      table: 'person',
      constraint: 'person_pkey',
    })
    const unchecked = await expectUntold(() =>
      client.query(`insert into person values ($1, -1)`, [`${canary} the second`]),
    )
    expect(unchecked).toMatchObject({ code: '23514', constraint: 'person_age_check' })
  })

  it('tell that a value has no such form, and not the value', async () => {
    const odd = await expectUntold(() => client.query('select $1::bigint', [canary]))
    expect(odd).toMatchObject({
      code: '22P02',
      message: expect.stringMatching(/bigint: "…"$/) as string,
    })
    await expectUntold(() => client.query('select $1::uuid', [canary]))
    await expectUntold(() => client.query('select $1::timestamptz', [canary]))
    await expectUntold(() => client.query('select $1::jsonb', [`{"name": "${canary}`]))
    await expectUntold(() => client.query(`do $$ begin raise exception '${canary}'; end $$`))
  })

  it('name the statement by no word of it', async () => {
    const error = await thrownBy(() => client.query(`select '${canary}' from nowhere`))
    expect(error).toBeInstanceOf(DatabaseError)
    const message = 'relation "nowhere" does not exist'
    expect(describeError(error)).toMatchObject({ code: '42P01', message })
    expect(JSON.stringify(describeError(error))).not.toContain(canary)
  })
})

describe('errors of parsers', () => {
  it.each([
    ['JSON', () => JSON.parse(`{"first_name": ${canary}`) as unknown],
    ['whole numbers', () => BigInt(canary)],
    ['zod', () => z.strictObject({}).parse({ [canary]: 1 })],
    ['Node itself', () => Buffer.from('x').readUInt8(canary as never)],
  ])('of %s do not repeat what they were given', async (_, work) => {
    expect(await expectUntold(work)).toHaveProperty('name')
  })
})

describe('errors of ours', () => {
  it('are told in their own words, with their causes', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    })
    expect(
      describeError(new DatabaseUnavailable('The database cannot be reached', { cause })),
    ).toMatchObject({
      name: 'DatabaseUnavailable',
      message: 'The database cannot be reached',
      cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:5432' },
    })
  })

  it('repeat no word of a bank', async () => {
    const described = await expectUntold(() => {
      throw new PayoutCallRefused(`${canary} Quill`, `We do not know ${canary}`)
    })
    expect(described).toEqual({ name: 'PayoutCallRefused', at: expect.any(Array) as unknown })
  })

  it.each(['UnavailableThing', 'OtherNetworkFault', 'NotPayoutOutcomeUnknown', 'SealBrokenTwice'])(
    'are known by their whole name, which %s is not',
    async (name) => {
      const described = await expectUntold(() => {
        throw Object.assign(new Error(canary), { name })
      })
      expect(described).toEqual({ name, at: expect.any(Array) as unknown })
    },
  )

  it('are told in 300 characters at most', () => {
    const long = 'word '.repeat(100)
    expect(describeError(long).message).toBe(long.slice(0, 300))
    expect(describeError(new DatabaseUnavailable(long)).message).toBe(long.slice(0, 300))
  })

  it('name the field of what was not there, and quote nothing else', async () => {
    const nothing = JSON.parse('{}') as { inner: { field: string } }
    const error = await thrownBy(() => nothing.inner.field)
    expect(describeError(error).message).toBe(
      "Cannot read properties of undefined (reading 'field')",
    )
  })

  it('give away no password of an address', () => {
    const error = new DatabaseUnavailable(`postgres://fairlead:${canary}@db is away`)
    expect(describeError(error).message).toBe('postgres://…@db is away')
  })

  it('say where they happened, and for how many causes they are asked', () => {
    const error = new Error('outer', { cause: new TypeError(`"${canary}" is no function`) })
    const described = describeError(error)
    expect(described.at?.[0]).toContain('describe-error.test.ts')
    const stackOf = (stack: string) => describeError(Object.assign(new Error('here'), { stack })).at
    expect(stackOf('Error: here\n    at work (file.ts:1:2)\n')).toEqual(['work (file.ts:1:2)'])
    expect(stackOf('Error: here')).toBeUndefined()
    expect(stackOf('    at work (file.ts:1:2)\n'.repeat(20))).toHaveLength(12)
    expect(described.cause?.message).toBe('"…" is no function')
    const circle = new Error('round')
    circle.cause = circle
    expect(JSON.stringify(describeError(circle)).match(/round/g)).toHaveLength(5)
  })
})

describe('what may be told', () => {
  /** An error of this name with these properties, and no stack. */
  const describedAs = (name: string, message: string, more: object = {}) =>
    describeError(Object.assign(new Error(message), { name, stack: '', ...more }))
  const quoted = 'the "name" is odd'

  it.each([
    'DatabaseUnavailable',
    'NetworkStopped',
    'PayoutOutcomeUnknown',
    'PaymentsUndecided',
    'TransactionChangedMeanwhile',
    'SealBroken',
    'FetchRefused',
    'ConfigurationFaulty',
  ])('is every word of a %s, which is ours', (name) => {
    expect(describedAs(name, quoted)).toEqual({ name, message: quoted })
    for (const other of [`${name}s`, `My ${name}`].filter(
      (each) => !/Unavailable$|^Network/.test(each),
    )) {
      expect(describedAs(other, quoted)).toEqual({ name: other })
    }
  })

  it.each(['Error', 'TypeError', 'ReferenceError', 'RangeError', 'AggregateError'])(
    'is of a plain %s what stands in no quotes',
    (name) => {
      expect(describedAs(name, quoted)).toEqual({ name, message: 'the "…" is odd' })
    },
  )

  it.each([
    ['"a" and "b" are', '"…" and "…" are'],
    ['`a` and `b` are', '"…" and "…" are'],
    ["'a' and 'b' are", '"…" and "…" are'],
    ["it doesn't say 'a'", `it doesn't say "…"`],
    ['open "a b', 'open "…"'],
    ['open `a b', 'open "…"'],
    ["open 'a b", 'open "…"'],
  ])('of %s is %s', (message, told) => {
    expect(describedAs('Error', message)).toEqual({ name: 'Error', message: told })
    expect(describeError(message)).toEqual({ name: 'string', message: told })
  })

  it('is no user and no password of an address, of each and wherever the text ends', () => {
    const message = '//u:p@one and //u:p@two'
    expect(describedAs('Error', message).message).toBe('//…@one and //…@two')
    expect(describeError(message).message).toBe('//…@one and //…@two')
    const long = `${'x'.repeat(290)}//user:${canary}@host`
    const told = `${'x'.repeat(290)}//…@host`.slice(0, 300)
    expect(describedAs('DatabaseUnavailable', long).message).toBe(told)
    expect(describeError(long).message).toBe(told)
  })

  it.each(['"', '`', "'"])('is no user of an address whose password has a %s in it', (quote) => {
    const message = `//user:7${quote}p@one is away`
    const told = '//…@one is away'
    const ofValue = { code: '22P02', severity: 'ERROR' }
    expect(describeError(message).message).toBe(told)
    expect(describedAs('Error', message).message).toBe(told)
    expect(describedAs('Other', message, ofValue).message).toBe(told)
  })

  it.each([
    [{ syscall: 'open' }, {}],
    [{ code: 'ENOENT' }, { code: 'ENOENT' }],
    [{ code: 'EDOM' }, { code: 'EDOM' }],
    [{ code: 'UND_ERR_SOCKET' }, { code: 'UND_ERR_SOCKET' }],
    [{ code: 'CERT_HAS_EXPIRED' }, { code: 'CERT_HAS_EXPIRED' }],
    [{ code: '42P01', severity: 'ERROR' }, { code: '42P01' }],
  ])('is all that the system or the database says of what is away or wrong: %j', (more, told) => {
    expect(describedAs('Other', quoted, more)).toEqual({ name: 'Other', message: quoted, ...told })
  })

  it.each([
    { code: 'ENO' },
    { code: 'XENOENT' },
    { code: 'ENOENT-of-theirs' },
    { code: 'UND_ERR_SOCKET-of-theirs' },
    { code: 'CERT_HAS_EXPIRED-of-theirs' },
    { code: '42P01' },
    { code: '42P01x', severity: 'ERROR' },
    ...['P0000', 'P0001', 'P0002', 'P0004'].map((code) => ({ code, severity: 'ERROR' })),
  ])('is no word of what others say: %j', (more) => {
    const { code } = more
    expect(describedAs('Other', quoted, more)).toEqual({ name: 'Other', code })
  })

  it('is of a value that did not fit what stands in no quotes', () => {
    const more = { code: '22P02', severity: 'ERROR' }
    const told = { name: 'Other', message: 'the "…" is odd', code: '22P02' }
    expect(describedAs('Other', quoted, more)).toEqual(told)
  })

  it.each(['undefined', 'null'])('is which field of %s was read, and nothing around it', (what) => {
    const message = `Cannot read properties of ${what} (reading 'field')`
    expect(describedAs('TypeError', message).message).toBe(message)
    expect(describedAs('TypeError', `${message} x`).message).not.toContain('field')
    expect(describedAs('TypeError', `x ${message}`).message).not.toContain('field')
  })

  it('is a code, a table or a constraint that is a short word', () => {
    const long = 'x'.repeat(64)
    const words = { code: 'a.b:c-d_1', table: long, constraint: 'person_pkey' }
    expect(describedAs('Other', quoted, words)).toEqual({ name: 'Other', ...words })
    const others = { code: 'a b', table: `${long}x`, constraint: '' }
    expect(describedAs('Other', quoted, others)).toEqual({ name: 'Other' })
    expect(describedAs('Other', quoted, { code: 5, table: {} })).toEqual({ name: 'Other' })
  })

  it('is of what is no error its kind alone', () => {
    expect([5, null, undefined, { message: 'x' }].map((each) => describeError(each))).toEqual([
      { name: 'number' },
      { name: 'object' },
      { name: 'undefined' },
      { name: 'object' },
    ])
  })

  it('is the innermost twelve places of many', () => {
    const places = Array.from({ length: 20 }, (_, depth) => `file.ts:${depth}:1`)
    const error = new Error('deep')
    error.stack = `Error: deep\n${places.map((place) => `    at ${place}`).join('\n')}`
    expect(describeError(error).at).toEqual(places.slice(0, 12))
  })

  it('is each place in the code, and no line that is none', () => {
    const stack = [
      'Error: here',
      '    at work (file.ts:1:2)',
      '    at file.ts:3:4',
      '    at <anonymous>',
      'at once (file.ts:5:6)',
      '    it broke at 7:8',
    ].join('\n')
    expect(describedAs('Other', quoted, { stack })).toEqual({
      name: 'Other',
      at: ['work (file.ts:1:2)', 'file.ts:3:4'],
    })
  })
})
