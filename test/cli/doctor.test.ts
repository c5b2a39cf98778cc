import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Memo,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { ConfigFileInput } from '../../src/config/config-file.ts'
import { visits } from '../../src/cli/doctor/doctor.ts'
import type { Examined, Finding } from '../../src/cli/doctor/finding.ts'
import { printPart, printVerdict } from '../../src/cli/doctor/print.ts'
import { freshDatabase, onServer } from '../database.ts'
import { startFairlead } from '../flows/fairlead.ts'
import type { Fairlead } from '../flows/fairlead.ts'
import { fairlead as command, run } from '../flows/running.ts'
import { hasRedis, startRedis } from '../redis.ts'

/** A whole world, looked at with one thing wrong at a time. */
let fairlead: Fairlead
let settings: Readonly<Record<string, string>>
let file: ConfigFileInput
beforeAll(async () => {
  fairlead = await startFairlead()
  settings = parseEnv(await readFile(fairlead.world().envFile, 'utf8')) as typeof settings
  file = parse(await readFile(settings['FAIRLEAD_CONFIG'] ?? '', 'utf8')) as ConfigFileInput
})
afterAll(() => fairlead.stop())

type Changes = Readonly<Record<string, string | undefined>>

async function findings(changes: Changes = {}): Promise<readonly Finding[]> {
  const parts = await Promise.all(await visits({ ...settings, ...changes }))
  return parts.flatMap((part) => part.findings)
}

/** What the doctor has to say, in one text: `fault it says → what to do`. */
async function complaints(changes: Changes): Promise<string> {
  const found = await findings(changes)
  return found
    .filter(({ verdict }) => verdict !== 'good')
    .map(({ verdict, says, doNext }) => `${verdict} ${says} → ${doNext}`)
    .join('\n')
}

async function withFile(change: (asset: ConfigFileInput['assets'][number]) => object) {
  const path = join(fairlead.dataDir, 'changed.yaml')
  const [first, ...others] = file.assets
  if (first === undefined) throw new Error('the sandbox has assets')
  await writeFile(path, stringify({ ...file, assets: [{ ...first, ...change(first) }, ...others] }))
  return { FAIRLEAD_CONFIG: path }
}

/** The sending anchor does something on the network, with a memo as is asked of it. */
async function submit(operation: xdr.Operation): Promise<void> {
  const { horizonUrl, networkPassphrase, sendingAnchor } = fairlead.world()
  const horizon = new Horizon.Server(horizonUrl, { allowHttp: true })
  const pair = Keypair.fromSecret(sendingAnchor.secretKey)
  const account = await horizon.loadAccount(pair.publicKey())
  const transaction = new TransactionBuilder(account, { fee: BASE_FEE, networkPassphrase })
    .addOperation(operation)
    .addMemo(Memo.id('1'))
    .setTimeout(60)
    .build()
  transaction.sign(pair)
  await horizon.submitTransaction(transaction)
}

const secret = 'correct horse battery staple 0123456789'.replaceAll(' ', '-')

describe('a world in which everything is right', () => {
  it('has nothing to complain about', async () => {
    const found = await findings()
    expect(found.filter(({ verdict }) => verdict !== 'good')).toEqual([])
    expect(found.length).toBeGreaterThan(20)
    expect(printVerdict(found)).toBe('All is well. Ready to start.')
  })

  it('is said by the command, whose exit code tells a fault', async () => {
    const args = [command, 'doctor', '--env-file', fairlead.world().envFile]
    const well = run('doctor', args)
    expect(await well.ended()).toBe(0)
    expect(well.said()).toMatch(/^Settings\n {2}✓ [^]*\n\nAll is well\. Ready to start\.\n$/)
    const ill = run('doctor', args, { FAIRLEAD_RAIL_URL: 'http://localhost:1' })
    expect(await ill.ended()).toBe(1)
    expect(ill.said()).toMatch(/\n {2}✗ .*\n {6}→ .*\n\n1 fault\. Mend the faults/)
    const asJson = run('doctor', [...args, '--json'])
    await asJson.ended()
    const said = JSON.parse(asJson.said()) as readonly Examined[]
    expect(said.map(({ part }) => part)).toEqual([
      'Settings',
      'Database',
      'Queue',
      'Stellar network',
      'Accounts',
      'Home domain',
      'Bank',
    ])
    const words = said.map((part) => `${printPart(part, false)}\n`).join('\n')
    expect(well.said().replaceAll(/\b\d+\b/g, '0')).toBe(
      `${words}\nAll is well. Ready to start.\n`.replaceAll(/\b\d+\b/g, '0'), // ledgers go on
    )
  })

  it('prints no secret', async () => {
    const parts = await Promise.all(await visits({ ...settings, FAIRLEAD_RAIL_TOKEN: secret }))
    const printed = parts.map((part) => printPart(part, true)).join('\n')
    const secrets = Object.entries(settings).filter(([name]) => /SEED|SECRET|KEYS|TOKEN/.test(name))
    expect(secrets.length).toBeGreaterThan(4)
    const password = new URL(settings['DATABASE_URL'] ?? '').password
    const words = [...secrets.flatMap(([, value]) => value.split(/[,:]/)), secret, password]
    const long = words.filter((word) => word.length > 8)
    expect(long.length).toBeGreaterThan(5)
    expect(long.filter((word) => printed.includes(word))).toEqual([])
  })
})

describe('settings', () => {
  it('names each fault of the settings and looks at the rest all the same', async () => {
    const said = await complaints({ FAIRLEAD_TOKEN_SECRET: 'short', FAIRLEAD_HORIZON_URL: 'x' })
    expect(said).toMatch(/fault FAIRLEAD_TOKEN_SECRET is too weak/)
    expect(said).toMatch(/fault FAIRLEAD_HORIZON_URL is not a URL/)
    const parts = await Promise.all(await visits({ ...settings, FAIRLEAD_TOKEN_SECRET: 'short' }))
    expect(parts.map(({ part }) => part)).toEqual(['Settings', 'Database', 'Queue'])
  })

  it('refuses plain http outside of a sandbox', async () => {
    const said = await complaints({
      FAIRLEAD_SANDBOX: 'false',
      FAIRLEAD_RAIL_URL: 'http://bank.example.com',
    })
    expect(said).toContain('FAIRLEAD_RAIL_URL has to be https')
  })

  it('finds a seed that is none, and one secret in two places', async () => {
    const said = await complaints({
      FAIRLEAD_SIGNING_SEED: `S${'ABCDEFGH'.repeat(7)}`.slice(0, 56),
      FAIRLEAD_RAIL_TOKEN: secret,
      FAIRLEAD_RAIL_SECRET: secret,
    })
    expect(said).toContain('fault FAIRLEAD_SIGNING_SEED is no seed')
    expect(said).toContain('fault one secret is used for two purposes')
  })
})

describe('database and queue', () => {
  it('tells a database that is away from one that is not migrated', async () => {
    expect(await complaints({ DATABASE_URL: 'postgres://localhost:1/nothing' })).toMatch(
      /fault PostgreSQL cannot be reached: .*ECONNREFUSED/,
    )
    const { url, drop } = await freshDatabase()
    await onServer(url, 'delete from migration')
    await onServer(url, 'drop schema bullmq cascade')
    const said = await complaints({ DATABASE_URL: url })
    expect(said).toMatch(/fault it lacks .*0001.* → Run fairlead migrate/)
    expect(said).toContain('fault the tables of the queue are missing')
    await drop()
  })

  it('calls a database that forgets its commits a fault', async () => {
    const { url, drop } = await freshDatabase()
    const name = new URL(url).pathname.slice(1)
    await onServer(url, `alter database ${name} set synchronous_commit = off`)
    expect(await complaints({ DATABASE_URL: url })).toMatch(
      /^fault a loss of power loses commits: fsync \w+, synchronous_commit off → Set both to on/,
    )
    await drop()
  })

  it.skipIf(!hasRedis)('wants a Redis that drops no jobs', async () => {
    const redis = await startRedis()
    try {
      const client = new Redis(redis.url)
      expect(await complaints({ REDIS_URL: redis.url })).toBe('')
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
      expect(await complaints({ REDIS_URL: redis.url })).toMatch(
        /^warning maxmemory-policy is allkeys-lru → Set maxmemory-policy noeviction/,
      )
      await client.config('SET', 'maxmemory', '100mb')
      expect(await complaints({ REDIS_URL: redis.url })).toMatch(/^fault maxmemory-policy/)
      client.disconnect()
    } finally {
      await redis.stop()
    }
    expect(await complaints({ REDIS_URL: redis.url })).toMatch(
      /^fault Redis cannot be reached: .*ECONNREFUSED/,
    )
  })
})

describe('the Stellar network', () => {
  it('tells another network, and a Horizon that is away', async () => {
    expect(
      await complaints({ FAIRLEAD_NETWORK_PASSPHRASE: 'Another Network ; January 2020' }),
    ).toMatch(/fault Horizon is of another network, “Test SDF Network ; September 2015”/)
    const away = await complaints({ FAIRLEAD_HORIZON_URL: 'http://localhost:1' })
    expect(away).toMatch(/fault Horizon cannot be asked: .*ECONNREFUSED/)
    expect(away).toContain('fault they cannot be looked up')
  })

  it('finds a distribution account that is not there', async () => {
    const stranger = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
    const said = await complaints(await withFile(() => ({ distributionAccount: stranger })))
    expect(said).toContain('fault distribution account GA7QYN…UJVSGZ does not exist')
  })

  it('finds a trust line that is missing, and one without room', async () => {
    expect(await complaints(await withFile(() => ({ code: 'EURC' })))).toMatch(
      /fault EURC: the distribution account has no trust line, .* → Add a trust line to EURC:G/,
    )
    const largest = await withFile(() => ({ maxAmount: '922337203685.4775807' }))
    expect(await complaints(largest)).toBe('')
    const { code = '', issuer = '', distributionAccount = '' } = fairlead.world().assets[0] ?? {}
    const asset = new Asset(code, issuer)
    await submit(
      Operation.payment({ destination: distributionAccount, asset, amount: '0.0000001' }),
    )
    expect(await complaints(largest)).toMatch(
      /^warning USDC: the trust line has less room left than maxAmount/,
    )
  })

  it('wants an account that asks for a memo, outside of a sandbox', async () => {
    const { sendingAnchor } = fairlead.world()
    const asks = await withFile(() => ({ distributionAccount: sendingAnchor.publicKey }))
    const outside = { ...asks, FAIRLEAD_SANDBOX: 'false' }
    const memoWarnings = async () =>
      (await complaints(outside)).match(/^warning it does not ask wallets for a memo \(SEP-29\)/gm)
    expect(await memoWarnings()).toHaveLength(2)
    await submit(Operation.manageData({ name: 'config.memo_required', value: '1' }))
    expect(await memoWarnings()).toHaveLength(1)
  })

  it('wants one account for one purpose (SEP10-08)', async () => {
    const { sendingAnchor, assets } = fairlead.world()
    const signing = await withFile(() => ({ distributionAccount: sendingAnchor.publicKey }))
    const said = await complaints({ ...signing, FAIRLEAD_SIGNING_SEED: sendingAnchor.secretKey })
    expect(said).toMatch(/fault G\w{5}…\w{6} is SIGNING_KEY and distribution account at once/)
    expect(said).toContain('fault SIGNING_KEY is a signer of it')
    const path = join(fairlead.dataDir, 'trading.yaml')
    const trading = [assets[0]?.distributionAccount]
    await writeFile(path, stringify({ ...file, marketMakingAccounts: trading }))
    expect(await complaints({ FAIRLEAD_CONFIG: path })).toContain(
      'the market-making account must be neither the issuer nor the distribution account',
    )
  })
})

describe('home domain and bank', () => {
  it('compares the published key and addresses with the configuration (SEP01-17, SEP01-18)', async () => {
    const other = fairlead.world().sendingAnchor.secretKey
    expect(await complaints({ FAIRLEAD_SIGNING_SEED: other })).toMatch(
      /fault SIGNING_KEY is G\w{55}, this configuration has G\w{55} → Publish the key of/,
    )
    expect(await complaints(await withFile(() => ({ code: 'EURC' })))).toContain(
      'fault CURRENCIES lacks EURC',
    )
    expect(await complaints({ FAIRLEAD_PUBLIC_URL: 'http://localhost:1' })).toMatch(
      /warning http:\/\/localhost:1\/\.well-known\/stellar\.toml cannot be read: .*ECONNREFUSED/,
    )
  })

  it('tells a bank that is away from one that refuses us', async () => {
    expect(await complaints({ FAIRLEAD_RAIL_URL: 'http://localhost:1' })).toMatch(
      /^fault the payout rail cannot be asked: .*ECONNREFUSED/,
    )
    expect(await complaints({ FAIRLEAD_RAIL_TOKEN: secret })).toMatch(
      /^fault it refuses our calls: unauthorized/,
    )
    expect(await complaints({ FAIRLEAD_RAIL_SECRET: secret })).toMatch(
      /^fault it refuses our calls: /,
    )
  })
})
