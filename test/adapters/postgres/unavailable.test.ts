import { expect, it } from 'vitest'
import { unavailableOr } from '../../../src/adapters/postgres/commit.ts'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'

const withCode = (code: string) => Object.assign(new Error('no'), { code })

it.each([
  ['a lost connection', '08006'],
  ['too many connections', '53300'],
  ['a full disk', '53100'],
  ['a shutdown', '57P01'],
  ['a start', '57P03'],
  ['a statement that took too long', '57014'],
  ['a commit that stood still', '25P03'],
  ['a rival at each try', '40001'],
  ['a deadlock at each try', '40P01'],
  ['a refused connection', 'ECONNREFUSED'],
  ['a cut connection', 'ECONNRESET'],
  ['a name that is not known just now', 'EAI_AGAIN'],
])('takes %s for a database that is away, and keeps the cause', (_, code) => {
  const error = withCode(code)
  const told = unavailableOr(error)
  expect(told).toBeInstanceOf(DatabaseUnavailable)
  expect(told).toMatchObject({ cause: error })
  const wrapped = new Error('outside', { cause: error })
  expect(unavailableOr(wrapped)).toBeInstanceOf(DatabaseUnavailable)
  expect(unavailableOr(told)).toBe(told)
})

it.each([
  'Connection terminated unexpectedly',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
])('takes the driver by its word: %s', (message) => {
  expect(unavailableOr(new Error(message))).toBeInstanceOf(DatabaseUnavailable)
})

it.each(['23505', '22P02', '42601', '42P01'])('takes %s for a fault of ours', (code) => {
  const error = withCode(code)
  expect(unavailableOr(error)).toBe(error)
  expect(unavailableOr('no error')).toBe('no error')
})
