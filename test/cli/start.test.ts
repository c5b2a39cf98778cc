import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keypair } from '@stellar/stellar-sdk'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { readRoles, start } from '../../src/cli/start.ts'
import { ConfigurationFaulty } from '../../src/config/faults.ts'
import { variables } from '../config/configuration.ts'
import { freshDatabase, onServer } from '../database.ts'
import { filesOf } from '../repository.ts'
import { until } from '../until.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-start-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => void vi.restoreAllMocks())

const yaml = `
assets:
  - code: SRT
    distributionAccount: GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57
    payout: { currency: USD, decimals: 2 }
    fundingMethods: [WIRE]
`

/** Writes the configuration, and answers the options by which it is read. */
async function optionsOf(
  changes: Readonly<Record<string, string>>,
  file: string,
): Promise<readonly string[]> {
  const FAIRLEAD_CONFIG = join(folder, 'fairlead.yaml')
  await writeFile(FAIRLEAD_CONFIG, file)
  const lines = Object.entries({ ...variables, FAIRLEAD_CONFIG, ...changes })
  const environment = join(folder, 'environment')
  await writeFile(environment, lines.map(([name, value]) => `${name}='${value}'\n`).join(''))
  return ['--env-file', environment]
}

async function faultsOfStart(
  changes: Readonly<Record<string, string>> = {},
  file = yaml,
): Promise<readonly string[]> {
  const options = await optionsOf(changes, file)
  const caught: unknown = await start(options).catch((error: unknown) => error)
  if (caught instanceof ConfigurationFaulty) return caught.faults
  throw caught
}

it('is gateway and worker at once, unless one of them is asked for', () => {
  expect([undefined, 'gateway', 'worker'].map(readRoles)).toEqual([
    ['gateway', 'worker'],
    ['gateway'],
    ['worker'],
  ])
})

it('tells of a file that is not there with all other faults', async () => {
  const faults = await faultsOfStart({
    FAIRLEAD_CONFIG: '/nowhere.yaml',
    FAIRLEAD_LOG_LEVEL: 'all',
  })
  expect(faults).toEqual([
    "FAIRLEAD_CONFIG: /nowhere.yaml cannot be read: ENOENT: no such file or directory, open '/nowhere.yaml'",
    expect.stringMatching(/^FAIRLEAD_LOG_LEVEL is one of/),
  ])
})

it('tells of a file that is no YAML in one line', async () => {
  const [fault = '', ...others] = await faultsOfStart({}, 'assets: [\n')
  expect(fault).toMatch(/fairlead\.yaml cannot be read: [^\n]+$/)
  expect(others).toEqual([])
})

it.each(['', '# nothing yet\n', '---\n'])(
  'says of a file in which nothing stands that there is nothing: %j',
  async (file) => {
    expect(await faultsOfStart({}, file)).toEqual([
      'fairlead.yaml: the file: Invalid input: expected object, received null',
    ])
  },
)

it.each(['fairlead.yml', 'fairlead.json', 'settings'])(
  'reads the file whatever its name is: %s',
  async (name) => {
    const path = join(folder, name)
    await writeFile(path, 'assets: 7\n')
    const faults = await faultsOfStart({ FAIRLEAD_CONFIG: path })
    expect(faults).toEqual([expect.stringMatching(/^fairlead\.yaml: assets/)])
  },
)

it('refuses addresses that no driver reads, and repeats no password', async () => {
  const faults = await faultsOfStart({ DATABASE_URL: 'db:hush@host', REDIS_URL: 'hush' })
  expect(faults).toHaveLength(2)
  expect(faults.join()).not.toContain('hush')
})

const plain = ['FAIRLEAD_RAIL_URL has to be https']

it.each<[Readonly<Record<string, string>>, readonly string[]]>([
  [{}, plain],
  [{ FAIRLEAD_SANDBOX: 'yes' }, plain],
  [{ FAIRLEAD_SANDBOX: '1' }, plain],
  [{ FAIRLEAD_SANDBOX: 'TRUE' }, plain],
  [{ FAIRLEAD_SANDBOX: 'true ' }, plain],
  [{ FAIRLEAD_SANDBOX: 'untrue' }, plain],
  [{ FAIRLEAD_SANDBOX: 'true' }, []],
])('takes a plain address of a bank in a sandbox only: %j', async (changes, wanted) => {
  const FAIRLEAD_RAIL_URL = 'http://bank.example.com'
  for (const ofFile of [{}, { FAIRLEAD_CONFIG: '/nowhere.yaml' }]) {
    const told = { FAIRLEAD_RAIL_URL, DATABASE_URL: 'none', ...changes, ...ofFile }
    const faults = await faultsOfStart(told)
    const ofBank = faults.filter((fault) => fault.startsWith('FAIRLEAD_RAIL_URL'))
    expect(ofBank).toEqual(wanted.map((fault) => expect.stringContaining(fault) as unknown))
    expect(faults).not.toEqual([])
  }
})

it('refuses a database that is not migrated, and says how to mend it', async () => {
  const { url, drop } = await freshDatabase()
  try {
    await onServer(url, `delete from migration where name >= '0007'`)
    const steps = filesOf('migrations').flatMap((path) => /\d{4}-[^/.]*/.exec(path)?.[0] ?? [])
    const lacking = steps.toSorted().filter((step) => step >= '0007')
    expect(await faultsOfStart({ DATABASE_URL: url })).toEqual([
      `The database is not at this version, run fairlead migrate first: it lacks ${lacking.join(', ')}`,
    ])
  } finally {
    await drop()
  }
})

it('refuses a seed that is none of Stellar (SEP01-18)', async () => {
  const { url, drop } = await freshDatabase()
  try {
    expect(await faultsOfStart({ DATABASE_URL: url })).toEqual([
      'FAIRLEAD_SIGNING_SEED is no secret seed of Stellar, S…',
    ])
  } finally {
    await drop()
  }
})

it('refuses an account with two start cursors, and one with a wrong checksum', async () => {
  const asset = yaml.slice(yaml.indexOf('  - '))
  const second = asset.replace('SRT', 'USDC').replace('payout', "startCursor: '7'\n    payout")
  expect((await faultsOfStart({}, `${yaml}${second}`))[0]).toMatch(
    /has two start cursors, now and 7/,
  )
  expect((await faultsOfStart({}, yaml.replace('CZA57', 'CZA55')))[0]).toMatch(/checksum/)
})

it('ends in order also when it is told to while it starts', async () => {
  const { url, drop } = await freshDatabase()
  const settings = {
    DATABASE_URL: url,
    FAIRLEAD_SIGNING_SEED: Keypair.random().secret(),
    FAIRLEAD_HORIZON_URL: 'https://127.0.0.1:9',
    FAIRLEAD_WORKER_PORT: '0',
    FAIRLEAD_LOG_LEVEL: 'error',
  }
  const file = yaml.replace('payout', "startCursor: '7'\n    payout")
  const options = await optionsOf(settings, file)
  const said: unknown[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => void said.push(line))
  const signals = new Map<unknown, () => void>()
  const on = process.on.bind(process)
  vi.spyOn(process, 'on').mockImplementation((event, listener) => {
    if (!/^SIG(INT|TERM)$/.test(String(event))) return on(event, listener)
    signals.set(event, listener as () => void)
    return process
  })
  const holder = new Client({ connectionString: url })
  await holder.connect()
  await holder.query('begin; lock table stellar_cursor in access exclusive mode')
  const running = start(['--role', 'worker', ...options])
  const waits = `select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  await until(async () => (await onServer(url, waits)).length > 0, 'the start to wait')
  const heard = [...signals.keys()]
  signals.get('SIGTERM')?.()
  await holder.query('rollback')
  await holder.end()
  expect(heard).toEqual(['SIGINT', 'SIGTERM'])
  expect(await running).toBe(0)
  expect(said).toEqual([expect.stringMatching(/^health /), 'ready https://anchor.example.com'])
  await drop()
})
