import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { networkAcceptReset, networkResume, networkStatus } from '../../src/cli/network.ts'
import { freshCommit, onServer } from '../database.ts'
import { until } from '../until.ts'

let folder: string
let database: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-network-'))
  database = await freshCommit()
})
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** What the command says, and its exit code. */
async function run(command: typeof networkStatus, ...args: readonly string[]) {
  vi.stubEnv('DATABASE_URL', database.url)
  return outcomeOf(command, args)
}

async function outcomeOf(command: typeof networkStatus, args: readonly string[]) {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const code = await command(args)
  const lines = said.mock.calls.flat()
  said.mockRestore()
  return { code, said: lines }
}

const stoppedAt = new Date('2026-03-04T05:06:07Z')
const stop = (reason: 'reset' | 'gap', detail = 'Horizon lost its memory') =>
  database.commit(async ({ network }) => {
    const { number: epoch } = await network.epoch()
    await network.stop({ epoch, detail, elder: 9n, stoppedAt, reason })
  })
const lastStop = async () => (await database.read(({ network }) => network.lastStop()))?.id

/** The commands say this moment for as long as the test goes on. */
const isNow = (moment: string) => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(moment) })
  return new Date(moment).toISOString()
}

const isNotStopped = 'Collecting is not stopped'
const isStopped = (reason: string, detail = 'Horizon lost its memory') => [
  `STOPPED since 2026-03-04T05:06:07.000Z (${reason}): ${detail}`,
  'Decide by fairlead network accept-reset, or fairlead network resume',
]

it('says which run is read and how far each account is, and lets an operator decide about a stop, as often as the word is said', async () => {
  await onServer(database.url, `update network_epoch set began_at = '2026-01-02T03:04:05Z'`)
  await database.commit(async ({ stellarPayments }) => {
    await stellarPayments.startCursor('GREAD', '77')
    await stellarPayments.startCursor('GBEGUN', '12')
    await stellarPayments.wantCursor('GWAITS', new Date())
    const [now, end] = [new Date(), new Date(Date.now() + 60_000)]
    await stellarPayments.takeSeat('GREAD', 'ada', { now, until: end })
    const read = { until: new Date('2026-02-03T04:05:06Z'), ledger: 8n }
    await stellarPayments.leaveSeat('GREAD', 'ada', read)
  })
  const first = [
    'Run 1 of the network, read since 2026-01-02T03:04:05.000Z',
    'GBEGUN  12',
    'GREAD  77  until 2026-02-03T04:05:06.000Z',
    'GWAITS  not begun, the network was away',
  ]
  expect(await run(networkStatus)).toEqual({ code: 0, said: [...first, isNotStopped] })
  const nothing = ['Nothing was ever stopped: there is nothing to decide']
  expect(await run(networkAcceptReset)).toEqual({ code: 1, said: nothing })
  expect(await run(networkResume)).toEqual({ code: 1, said: nothing })

  await stop('reset')
  expect(await run(networkStatus)).toEqual({ code: 0, said: [...first, ...isStopped('reset')] })

  const decidedAt = isNow('2026-04-05T06:07:08Z')
  const id = await lastStop()
  const second = [
    `Run 2 of the network, read since ${decidedAt}`,
    'GBEGUN  0',
    'GREAD  0',
    'GWAITS  0',
  ]
  const decided = [...second, `Stop ${id}: new_epoch by ada, ${decidedAt}`, isNotStopped]
  const accepted = { code: 0, said: decided }
  expect(await run(networkAcceptReset, '--by', 'ada')).toEqual(accepted)
  isNow('2026-05-06T07:08:09Z')
  expect(await run(networkAcceptReset, '--by', 'bob')).toEqual(accepted)
  expect(await run(networkResume)).toEqual({
    code: 1,
    said: [`Stop ${id} was decided otherwise before; see fairlead network status`],
  })

  await stop('gap', 'ledgers 3 to 8 are gone')
  const gap = isStopped('gap', 'ledgers 3 to 8 are gone')
  expect((await run(networkStatus)).said).toEqual([...second, ...gap])
})

it('goes on after a gap at the oldest ledger that is told, by the word of who uses this machine', async () => {
  await stop('gap')
  const decidedAt = isNow('2026-06-07T08:09:10Z')
  expect((await run(networkResume)).said.slice(-2)).toEqual([
    `Stop ${await lastStop()}: go_on by ${userInfo().username}, ${decidedAt}`,
    isNotStopped,
  ])
  const place = await database.read(({ stellarPayments }) => stellarPayments.place('GREAD'))
  expect(place).toMatchObject({ cursor: '0', readLedger: 8n })
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

it.each([
  ['status', networkStatus, 0],
  ['accept-reset', networkAcceptReset, 1],
  ['resume', networkResume, 0],
] as const)(
  'is about the database of the settings, in a file too: network %s',
  async (_, command, code) => {
    await stop('gap')
    await run(networkResume)
    vi.stubEnv('DATABASE_URL', undefined)
    const faults = ['DATABASE_URL is missing']
    await expect(command([])).rejects.toMatchObject({ name: 'ConfigurationFaulty', faults })
    const file = join(folder, 'settings')
    await writeFile(file, `DATABASE_URL=${database.url}\n`)
    expect((await outcomeOf(command, ['--env-file', file])).code).toBe(code)
  },
)
