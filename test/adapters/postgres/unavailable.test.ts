import { afterEach, describe, expect, it, vi } from 'vitest'
import { createCommit, unavailableOr } from '../../../src/adapters/postgres/commit.ts'
import { sessionOf } from '../../../src/adapters/postgres/database.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import { DatabaseUnavailable } from '../../../src/usecases/ports/commit.ts'
import { testSealer } from '../../database.ts'

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
  ['a name that is not known', 'ENOTFOUND'],
  ['a connection that takes too long', 'ETIMEDOUT'],
  ['a connection that is closed', 'EPIPE'],
  ['a host without a way to it', 'EHOSTUNREACH'],
  ['a network without a way to it', 'ENETUNREACH'],
  ['a crash of another connection', '57P02'],
  ['a database that was dropped', '57P04'],
  ['a session that stood idle', '57P05'],
])('takes %s for a database that is away, and keeps the cause', (_, code) => {
  const error = withCode(code)
  const told = unavailableOr(error)
  expect(told).toBeInstanceOf(DatabaseUnavailable)
  expect(told).toMatchObject({
    message: 'The database cannot be reached, or takes too long',
    cause: error,
  })
  const wrapped = new Error('outside', { cause: error })
  expect(unavailableOr(wrapped)).toBeInstanceOf(DatabaseUnavailable)
  expect(unavailableOr(told)).toBe(told)
})

it.each([
  'Connection terminated unexpectedly',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'timeout expired',
  'Client is not queryable',
  'Client has encountered a connection error',
  'Client has encountered a connection error and is not queryable',
])('takes the driver by its word: %s', (message) => {
  expect(unavailableOr(new Error(message))).toBeInstanceOf(DatabaseUnavailable)
})

it.each(['23505', '22P02', '42601', '42P01'])('takes %s for a fault of ours', (code) => {
  const error = withCode(code)
  expect(unavailableOr(error)).toBe(error)
  expect(unavailableOr('no error')).toBe('no error')
})

/** A database whose statements fail with these codes, one after the other, and then work. */
function failing(...codes: readonly string[]) {
  const steps: string[] = []
  const left = [...codes]
  const session = sessionOf(async () => {
    const code = left.shift()
    steps.push(code ?? 'ran')
    if (code !== undefined) throw withCode(code)
    return []
  })
  const { commit, commitAtOnce } = createCommit({
    database: {
      pooled: session,
      commit: async (work) => {
        const answer = await work(session)
        steps.push('committed')
        return answer
      },
      close: async () => undefined,
    },
    factories: recordFactories(testSealer),
    onOutgoing: () => steps.push('told'),
  })
  const job = { name: 'sweep-due-work', subject: 'all', payload: {} } as const
  return {
    steps,
    commit: () => commit(({ outbox }) => outbox.addJob(job)),
    commitAtOnce: () => commitAtOnce(({ outbox }) => outbox.addJob(job)),
  }
}

describe.each(['commit', 'commitAtOnce'] as const)('%s', (way) => {
  afterEach(() => void vi.restoreAllMocks())

  it.each(['40001', '40P01'])(
    'tries again what a rival kept back (%s), six times in all',
    async (code) => {
      vi.spyOn(Math, 'random').mockReturnValue(0)
      const once = failing(code)
      await once[way]()
      expect(once.steps.slice(0, 2)).toEqual([code, 'ran'])
      const always = failing(...Array.from({ length: 9 }, () => code))
      await expect(always[way]()).rejects.toThrow(DatabaseUnavailable)
      expect(always.steps).toEqual(Array.from({ length: 6 }, () => code))
    },
  )

  it.each(['08006', '57P01', 'ECONNRESET', '57014', '53300', '23505'])(
    'does not run again what may have been kept, or would fail again (%s)',
    async (code) => {
      const { steps, [way]: run } = failing(code)
      await expect(run()).rejects.toThrow(/no|cannot be reached/)
      expect(steps).toEqual([code])
    },
  )
})

it('wakes the relay when the commit has ended, so that it finds what it is woken for', async () => {
  const { steps, commit } = failing()
  await commit()
  expect(steps).toEqual(['ran', 'committed', 'told'])
})
