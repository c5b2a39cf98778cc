import { Client } from 'pg'
import { expect, it } from 'vitest'
import { inWords } from '../../src/cli/in-words.ts'
import { OptionRefused } from '../../src/cli/options.ts'
import { ConfigurationFaulty } from '../../src/config/faults.ts'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import { JobQueueUnavailable } from '../../src/usecases/ports/job-queue.ts'
import { NetworkUnavailable } from '../../src/usecases/ports/stellar-network.ts'
import { freshDatabase } from '../database.ts'

const away = Object.assign(new Error(''), { code: 'ECONNREFUSED' })

it('says what to look at when the database or the network is away at start', () => {
  const database = new DatabaseUnavailable('The database cannot be reached', { cause: away })
  expect(inWords(database)).toBe(
    'The database cannot be reached (ECONNREFUSED). Does PostgreSQL run, and is DATABASE_URL right?',
  )
  const network = new NetworkUnavailable('Horizon cannot be reached', { cause: away })
  expect(inWords(network)).toBe(
    'Horizon cannot be reached (ECONNREFUSED). Does Horizon answer, and is FAIRLEAD_HORIZON_URL right?',
  )
})

it.each([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  '28000',
  '28P01',
  '3D000',
  '57P03',
])('takes %s of the driver for a database that is away', (code) => {
  const refused = Object.assign(new Error('no'), { code })
  expect(inWords(refused)).toBe(`no (${code}). Does PostgreSQL run, and is DATABASE_URL right?`)
  for (const other of [`${code}0`, `0${code}`]) {
    const fault = Object.assign(new Error('no'), { code: other })
    expect(inWords(fault)).toBe(fault)
  }
})

it('says so when PostgreSQL knows no such database, without the address of it', async () => {
  const { url, drop } = await freshDatabase()
  await drop()
  const client = new Client({ connectionString: url })
  const error: unknown = await client.connect().catch((caught: unknown) => caught)
  const name = new URL(url).pathname.slice(1)
  expect(inWords(error)).toBe(
    `database "${name}" does not exist (3D000). Does PostgreSQL run, and is DATABASE_URL right?`,
  )
})

it.each<[string, Error, string]>([
  [
    'settings',
    new ConfigurationFaulty(['A is missing', 'B too']),
    'The configuration has 2 fault(s):\n  - A is missing\n  - B too',
  ],
  ['an option', new OptionRefused('--role is gateway or worker'), '--role is gateway or worker'],
  [
    'a port',
    Object.assign(new Error('listen'), { code: 'EADDRINUSE', port: 8080 }),
    'Port 8080 is taken: end what uses it, or choose others (FAIRLEAD_…_PORT; 0 takes a free one)',
  ],
  [
    'the queue, of which no code is known',
    new JobQueueUnavailable('The job queue cannot be reached', { cause: new Error('gone') }),
    'The job queue cannot be reached. Does Redis run, and is REDIS_URL right?',
  ],
])('says in one sentence what is wrong with %s', (_, error, said) => {
  expect(inWords(error)).toBe(said)
})

/** Causes one below the other, the last one with this code. */
const deep = (depth: number, code: string): Error =>
  depth === 0
    ? Object.assign(new Error(`by ${code}`), { code })
    : Object.assign(new Error(`level ${depth}`, { cause: deep(depth - 1, code) }), {
        code: 'OUTER',
      })

it('tells the cause of all causes, five deep and no deeper, nor round and round', () => {
  const of = (cause: Error) => inWords(new NetworkUnavailable('Away', { cause }))
  expect(of(deep(4, 'EINNER'))).toMatch(/^Away \(EINNER: by EINNER\)\. Does Horizon/)
  expect(of(deep(5, 'EINNER'))).toMatch(/^Away \(OUTER: level 1\)\. /)
  const round = Object.assign(new Error('round'), { code: 'EROUND' })
  round.cause = round
  expect(of(round)).toMatch(/^Away \(EROUND: round\)\. /)
})

it('keeps the stack of what is a fault of ours', () => {
  const fault = new TypeError('x is not a function')
  expect(inWords(fault)).toBe(fault)
  expect(inWords('no error at all')).toBe('no error at all')
  const denied = Object.assign(new Error('permission denied'), { code: 'EACCES' })
  expect(inWords(denied)).toBe(denied)
})

it('hints at what is away by the code of the innermost cause, whoever wraps it', () => {
  const wrapped = new Error('No look', { cause: new Error('outer', { cause: away }) })
  expect(inWords(wrapped)).toBe(
    'No look (ECONNREFUSED). Does PostgreSQL run, and is DATABASE_URL right?',
  )
  const other = Object.assign(new Error('No look', { cause: new Error('full') }), {
    code: 'ECONNREFUSED',
  })
  expect(inWords(other)).toBe(other)
})

it.each<[string, unknown, string]>([
  ['nothing', null, ''],
  ['a word', 'gone', ''],
  ['no error', { code: 'EINNER', message: 'by hand' }, ''],
  ['an error with a number', Object.assign(new Error('seven'), { code: 7 }), ''],
  [
    'a port that somebody else wanted',
    Object.assign(new Error('in use'), { code: 'EADDRINUSE', port: 1 }),
    ' (EADDRINUSE: in use)',
  ],
])('gives as the reason only a code that an error has: %s', (_, cause, reason) => {
  expect(inWords(new NetworkUnavailable('Away', { cause }))).toBe(
    `Away${reason}. Does Horizon answer, and is FAIRLEAD_HORIZON_URL right?`,
  )
})

it.each(['constructor', 'toString', '__proto__', 'OptionRefused', 'ConfigurationFaulty'])(
  'has nothing to add to an error that is called %s',
  (name) => {
    const error = Object.assign(new Error('no'), { name })
    expect(inWords(error)).toBe(error)
  },
)
