import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { networkAcceptReset, networkResume, networkStatus } from '../../src/cli/network.ts'
import { freshCommit, onServer } from '../database.ts'
import { until } from '../until.ts'

let database: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  database = await freshCommit()
})
afterAll(() => database.close())
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** What the command says, and its exit code. */
async function run(command: typeof networkStatus, ...args: readonly string[]) {
  vi.stubEnv('DATABASE_URL', database.url)
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const code = await command(args)
  const lines = said.mock.calls.flat()
  said.mockRestore()
  return { code, said: lines.join('\n') }
}

const stop = (reason: 'reset' | 'gap') =>
  database.commit(async ({ network }) => {
    const { number: epoch } = await network.epoch()
    const seen = { epoch, detail: 'Horizon lost its memory', elder: 9n, stoppedAt: new Date() }
    await network.stop({ ...seen, reason })
  })

it('lets an operator see a stop and decide, as often as the word is said', async () => {
  expect(await run(networkAcceptReset)).toEqual({
    code: 1,
    said: 'Nothing was ever stopped: there is nothing to decide',
  })
  const before = await run(networkStatus)
  expect([before.code, before.said]).toEqual([
    0,
    expect.stringMatching(/\nCollecting is not stopped$/),
  ])
  await stop('reset')
  expect((await run(networkStatus)).said).toMatch(/STOPPED .*\(reset\): Horizon lost its memory/)
  const said = [
    await run(networkAcceptReset, '--by', 'ada'),
    await run(networkAcceptReset, '--by', 'bob'),
  ]
  for (const one of said) {
    expect(one.code).toBe(0)
    expect(one.said).toContain('Run 2 of the network')
    expect(one.said).toContain('new_epoch by ada')
  }
  const otherwise = await run(networkResume)
  expect([otherwise.code, otherwise.said]).toEqual([
    1,
    expect.stringMatching(/^Stop \S+ was decided otherwise before; see fairlead network status$/),
  ])
})

it('leaves no connection behind that would keep the command from ending', async () => {
  const sessions = `select 1 from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  const open = async () => (await onServer(database.url, sessions)).length
  const before = await open()
  await run(networkStatus)
  await until(async () => (await open()) <= before, 'the end of its connection', 3_000)
  expect(await open()).toBeLessThanOrEqual(before)
})

it('goes on after a gap at the oldest ledger that is told', async () => {
  await database.commit(({ stellarPayments }) => stellarPayments.startCursor('GDIST', '0'))
  await stop('gap')
  expect((await run(networkResume, '--by', 'ada')).said).toContain('go_on by ada')
  const place = await database.read(({ stellarPayments }) => stellarPayments.place('GDIST'))
  expect(place).toMatchObject({ cursor: '0', readLedger: 8n })
})
