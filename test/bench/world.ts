import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keypair } from '@stellar/stellar-sdk/base'
import { Client } from 'pg'
import { stringify } from 'yaml'
import { migrateJobTables } from '../../src/adapters/bullmq/migrate.ts'
import { startEmbeddedPostgres } from '../../src/adapters/embedded-postgres/embedded-postgres.ts'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { environmentNames } from '../../src/config/env.ts'
import type { Environment } from '../../src/config/env.ts'
import type { ConfigFileInput } from '../../src/config/config-file.ts'
import { freePort } from '../redis.ts'
import { roleArgs, startProcess } from './processes.ts'
import type { BenchProcess } from './processes.ts'

export interface Gateway extends BenchProcess {
  readonly url: string
}

export interface Accounts {
  readonly distribution: string
  readonly issuer: string
  readonly sender: string
}

/** PostgreSQL, network and bank, and the processes of Fairlead that a row asks for. */
export interface BenchWorld {
  readonly accounts: Accounts
  readonly dataKey: Uint8Array
  readonly outsideUrl: string
  readonly postmaster: number
  /** A migrated database of this name; the same one when it is there already. */
  database(name: string): Promise<string>
  gateway(databaseUrl: string): Promise<Gateway>
  worker(databaseUrl: string): Promise<BenchProcess>
  /** Environment and file of a process on this database. */
  environment(databaseUrl: string): Promise<Readonly<Record<string, string>>>
  stop(): Promise<void>
}

export const passphrase = 'Fairlead bench ; November 2026'

export interface BenchWorldOptions {
  /** Where gateways and workers leave CPU profiles when they stop. */
  readonly profileDirectory?: string | undefined
}

export async function startBenchWorld(options: BenchWorldOptions = {}): Promise<BenchWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'fairlead-bench-'))
  await chmod(directory, 0o711) // as root, PostgreSQL runs as nobody and has to enter
  const postgres = await startEmbeddedPostgres({
    dataDir: join(directory, 'postgres'),
    durable: true,
  })
  const postmasterFile = join(directory, 'postgres', 'cluster', 'postmaster.pid')
  const outside = await startProcess({
    name: 'outside',
    args: [new URL('outside.child.ts', import.meta.url).pathname],
    env: {},
    directory,
  })
  const settings = await writeSettings(directory, outside.told)
  const processes = new Set<BenchProcess>()
  const databases = new Map<string, Promise<string>>()
  const environment = async (databaseUrl: string) => {
    const [publicPort, internalPort] = [String(await freePort()), String(await freePort())]
    return variablesOf({ ...settings.environment, databaseUrl, publicPort, internalPort })
  }
  const add = async (role: 'gateway' | 'worker', databaseUrl: string) => {
    const env = await environment(databaseUrl)
    const args = [...profiling(options), ...roleArgs(role)]
    const started = await startProcess({ name: role, args, env, directory })
    const tracked = {
      ...started,
      url: `http://127.0.0.1:${env[environmentNames.publicPort]}`,
      stop: async () => {
        if (processes.delete(tracked)) await started.stop()
      },
    }
    processes.add(tracked)
    return tracked
  }
  return {
    accounts: settings.accounts,
    dataKey: settings.dataKey,
    outsideUrl: outside.told,
    postmaster: Number(readFileSync(postmasterFile, 'utf8').split('\n')[0]),
    environment,
    database(name) {
      const known = databases.get(name) ?? makeDatabase(postgres.url, name)
      databases.set(name, known)
      return known
    },
    gateway: (databaseUrl) => add('gateway', databaseUrl),
    worker: (databaseUrl) => add('worker', databaseUrl),
    async stop() {
      for (const process_ of processes) await process_.stop()
      await outside.stop()
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const profiling = ({ profileDirectory }: BenchWorldOptions): readonly string[] =>
  profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`]

async function makeDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await migrate(url.href)
  await migrateJobTables(url.href)
  return url.href
}

const secret = () => randomBytes(32).toString('hex')

async function writeSettings(directory: string, outsideUrl: string) {
  const account = () => Keypair.random().publicKey()
  const accounts = { distribution: account(), issuer: account(), sender: account() }
  const dataKey = randomBytes(32)
  const configFile = join(directory, 'fairlead.yaml')
  await writeFile(configFile, stringify(configOf(accounts)))
  const environment: Environment = {
    configFile,
    publicHost: '127.0.0.1',
    publicUrl: 'https://bench.example.test', // nobody asks for it: the load knows the port
    networkPassphrase: passphrase,
    horizonUrl: outsideUrl,
    railUrl: outsideUrl,
    login: 'open',
    loginsPerMinute: '0',
    signingSeed: Keypair.random().secret(),
    tokenSecret: secret(),
    dataKeys: `bench:${dataKey.toString('hex')}`,
    railToken: secret(),
    railSecret: secret(),
    backofficeToken: secret(),
  }
  return { accounts, dataKey: Uint8Array.from(dataKey), environment }
}

const person = [
  { field: 'first_name', description: 'First or given name' },
  { field: 'last_name', description: 'Last or family name' },
  { field: 'email_address', description: 'E-mail address' },
]

/** One asset as an anchor would have it; customers are needed on both sides. */
const configOf = ({ distribution, issuer }: Accounts): ConfigFileInput => ({
  assets: [
    {
      code: 'USDC',
      issuer,
      distributionAccount: distribution,
      startCursor: (1_989_999_999n << 32n).toString(), // the payments are in the ledgers after it
      payout: { currency: 'USD', decimals: 2 },
      minAmount: '1',
      maxAmount: '10000',
      fee: { fixed: '1', percent: '0.5' },
      fundingMethods: ['SEPA', 'WIRE'],
      senderTypes: [{ type: 'sep31-sender' }],
      receiverTypes: [{ type: 'sep31-receiver' }],
    },
  ],
  customerTypes: {
    'sep31-sender': { description: 'Who sends the money', requirements: person },
    'sep31-receiver': {
      description: 'Who gets the money on a bank account',
      requirements: [
        ...person,
        { field: 'bank_account_number', description: 'Number of the bank account' },
        { field: 'bank_number', description: 'Routing number or BIC of the bank' },
      ],
    },
  },
})

function variablesOf(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [
      environmentNames[key as keyof Environment], // the names are keyed like the environment
      String(value),
    ]),
  )
}
