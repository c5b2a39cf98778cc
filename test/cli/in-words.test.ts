import { Client } from 'pg'
import { expect, it } from 'vitest'
import { inWords } from '../../src/cli/in-words.ts'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import { NetworkUnavailable } from '../../src/usecases/ports/stellar-network.ts'
import { freshDatabase } from '../database.ts'

const away = Object.assign(new Error(''), { code: 'ECONNREFUSED' })

it('says what to look at when the database or the network is away at start', () => {
  const database = new DatabaseUnavailable('The database cannot be reached', { cause: away })
  expect(inWords(database)).toBe(
    'The database cannot be reached (ECONNREFUSED). Does PostgreSQL run, and is DATABASE_URL right?',
  )
  const network = new NetworkUnavailable('Horizon cannot be reached', { cause: away })
  expect(inWords(network)).toMatch(/^Horizon cannot be reached \(ECONNREFUSED\)\. Does Horizon/)
})

it('says so when PostgreSQL knows no such database, without the address of it', async () => {
  const { url, drop } = await freshDatabase()
  await drop()
  const client = new Client({ connectionString: url })
  const error: unknown = await client.connect().catch((caught: unknown) => caught)
  const said = inWords(error)
  expect(said).toMatch(/3D000.* is DATABASE_URL right\?$/)
  expect(said).not.toContain('postgres://')
})

it('keeps the stack of what is a fault of ours', () => {
  const fault = new TypeError('x is not a function')
  expect(inWords(fault)).toBe(fault)
  expect(inWords('no error at all')).toBe('no error at all')
})
