import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import {
  Asset,
  BASE_FEE,
  Horizon,
  Keypair,
  Networks,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { sandboxAnchor } from '../../src/cli/sandbox/anchor.ts'
import { sandboxKeys } from '../../src/cli/sandbox/keys.ts'
import { writeSandboxFiles } from '../../src/cli/sandbox/sandbox-file.ts'
import { openOnFreePorts } from '../../src/cli/sandbox/sandbox.ts'
import { makeStellarAccounts } from '../../src/cli/sandbox/stellar-accounts.ts'
import { startWorld } from '../../src/cli/sandbox/world.ts'
import type { SandboxSettings } from '../../src/cli/sandbox/settings.ts'
import type { SandboxWorld } from '../../src/cli/sandbox/world.ts'
import type { Environment } from '../../src/config/env.ts'
import { signRequest } from '../../src/sandbox/bank/signature.ts'
import { anOrder } from '../sandbox/bank/bank-client.ts'
import { onServer } from '../database.ts'
import { until } from '../until.ts'
import { certificateNames } from './certificate-names.ts'

let dataDir: string
const toEnd: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'))
})
afterEach(async () => {
  for (const end of toEnd.splice(0).toReversed()) await end()
  await rm(dataDir, { recursive: true })
})

const free = {
  publicPort: '0',
  httpsPort: '0',
  internalPort: '0',
  sandboxPort: '0',
  sandboxHttpsPort: '0',
  bankPort: '0',
}
/** Told, and asked by nobody here. */
const databaseUrl = 'postgres://nowhere/fairlead'

interface Opened {
  readonly settings: SandboxSettings
  readonly world: SandboxWorld
  /** What was said while it started. */
  readonly said: readonly string[]
}

async function openWorld(
  environment: Environment = {},
  others: Environment = { databaseUrl },
): Promise<Opened> {
  const told = { ...free, dataDir, ...others, ...environment }
  return openOnFreePorts(told, async (settings) => {
    const said: string[] = []
    const world = await startWorld(settings, told, (line) => said.push(line))
    toEnd.push(() => world.stop())
    return { settings, world, said }
  })
}

/** The sending anchor gives all it has of an asset back to its issuer. */
async function spendAll({ horizonUrl, networkPassphrase, keys, assets }: SandboxWorld, of: string) {
  const server = new Horizon.Server(horizonUrl, { allowHttp: true })
  const pair = Keypair.fromSecret(keys.seeds.sendingAnchor)
  const issuer = assets[0]?.issuer ?? ''
  const account = await server.loadAccount(pair.publicKey())
  const amount = account.balances.find((line) => 'asset_code' in line && line.asset_code === of)
  const payment = {
    destination: issuer,
    asset: new Asset(of, issuer),
    amount: amount?.balance ?? '0',
  }
  const transaction = new TransactionBuilder(account, { fee: BASE_FEE, networkPassphrase })
    .addOperation(Operation.payment(payment))
    .setTimeout(60)
    .build()
  transaction.sign(pair)
  await server.submitTransaction(transaction)
}

const modeOf = async (name: string) => (await stat(join(dataDir, name))).mode & 0o777

describe('the keys of a sandbox', () => {
  it('are made once, kept with its data, and read by nobody else', async () => {
    const made = await sandboxKeys(dataDir)
    expect(await sandboxKeys(dataDir)).toEqual(made)
    expect(await modeOf('keys.json')).toBe(0o600)
    expect([Object.keys(made.seeds), Object.keys(made.secrets)]).toEqual([
      ['signing', 'issuer', 'distribution', 'sendingAnchor'],
      ['token', 'data', 'railToken', 'rail', 'backoffice'],
    ])
    const all = [...Object.values(made.seeds), ...Object.values(made.secrets)]
    expect(new Set(all).size).toBe(9)
    for (const secret of Object.values(made.secrets)) expect(secret).toMatch(/^[0-9a-f]{64}$/)
  })

  it('are never replaced where they cannot be read', async () => {
    await writeFile(join(dataDir, 'keys.json'), '{"seeds":')
    await expect(sandboxKeys(dataDir)).rejects.toThrow('JSON')
    expect(await readFile(join(dataDir, 'keys.json'), 'utf8')).toBe('{"seeds":')
    await mkdir(join(dataDir, 'other', 'keys.json'), { recursive: true })
    await expect(sandboxKeys(join(dataDir, 'other'))).rejects.toThrow(/^EISDIR: .*, read$/)
    await writeFile(join(dataDir, 'keys.json'), '')
    await expect(sandboxKeys(dataDir)).rejects.toThrow('JSON')
    expect(await readFile(join(dataDir, 'keys.json'), 'utf8')).toBe('')
    await rm(join(dataDir, 'keys.json'))
    await symlink('keys.json', join(dataDir, 'keys.json')) // round and round
    await expect(sandboxKeys(dataDir)).rejects.toThrow(/^ELOOP: /)
  })
})

describe('the world of a sandbox', () => {
  it('has accounts that can be paid from, made once, and goes on where it stopped', async () => {
    const first = await openWorld()
    const account = async ({ world }: Opened) => {
      const { seeds } = world.keys
      const server = new Horizon.Server(world.horizonUrl, { allowHttp: true })
      const load = (seed: string) => server.loadAccount(Keypair.fromSecret(seed).publicKey())
      return {
        issuer: await load(seeds.issuer),
        distribution: await load(seeds.distribution),
        sendingAnchor: await load(seeds.sendingAnchor),
      }
    }
    const made = await account(first)
    expect(made.issuer.home_domain).toBe(`localhost:${first.settings.ports.public}`)
    const lines = (balance: string) => [
      { asset_code: 'SRT', balance },
      { asset_code: 'USDC', balance },
      { asset_type: 'native' },
    ]
    expect(made.sendingAnchor.balances).toMatchObject(lines('1000000.0000000'))
    expect(made.distribution.balances).toMatchObject(lines('0.0000000'))
    expect(first.world.assets).toEqual(
      ['USDC', 'SRT'].map((code) => ({
        code,
        issuer: made.issuer.accountId(),
        distributionAccount: made.distribution.accountId(),
      })),
    )
    for (const [times, code] of ['SRT', 'USDC'].entries()) {
      await spendAll(first.world, code)
      await makeStellarAccounts({ ...first.world, homeDomain: 'localhost' }, first.world.keys)
      const { balances } = (await account(first)).sendingAnchor // of accounts that are there
      const refilled = { asset_code: code, balance: '1000000.0000000' }
      expect(balances[times]).toMatchObject(refilled)
    }
    const { sequence } = (await account(first)).issuer
    await first.world.stop()
    for (const url of [first.world.horizonUrl, first.world.bankUrl]) {
      await expect(fetch(url)).rejects.toThrow('fetch failed')
    }
    const second = await openWorld()
    expect(second.world.keys).toEqual(first.world.keys)
    expect((await account(second)).issuer.sequence).toBe(sequence)
  })

  it('makes no account where it cannot be seen which there are', async () => {
    const asked: (string | undefined)[] = []
    const horizon = createHttpServer(({ url }, response) => {
      asked.push(url)
      response.writeHead(503, { connection: 'close' }).end('{}')
    })
    await new Promise<void>((resolve) => horizon.listen(0, '127.0.0.1', resolve))
    toEnd.push(() => new Promise((resolve) => horizon.close(resolve)))
    const { port } = horizon.address() as { port: number } // of a server that listens
    const world = {
      horizonUrl: `http://127.0.0.1:${port}`,
      networkPassphrase: 'X',
      homeDomain: 'x',
    }
    const keys = await sandboxKeys(dataDir)
    await expect(makeStellarAccounts(world, keys)).rejects.toThrow('Service Unavailable')
    const sendingAnchor = Keypair.fromSecret(keys.seeds.sendingAnchor).publicKey()
    expect(asked).toEqual([`/accounts/${sendingAnchor}`])
  })

  it('tells a gateway where all is, and lets the environment choose but not where the parts are', async () => {
    const homeDomain = 'an-anchor-of-quite-a-long-name.example:81'
    const publicUrl = `http://${homeDomain}`
    const chosen = {
      dataDir: join(dataDir, 'its-own'),
      login: 'listed',
      logLevel: 'error',
      loginsPerMinute: '7',
      publicHost: '127.0.0.2',
      redisUrl: 'redis://nowhere',
      publicUrl,
      publicHttpsUrl: 'https://anchor.example:444',
    }
    const elsewhere = 'http://elsewhere.example'
    const { settings, world, said } = await openWorld({
      ...chosen,
      networkPassphrase: 'Another Network ; January 2020',
      horizonUrl: elsewhere,
      railUrl: elsewhere,
      extraCaFile: '/nowhere.pem',
      signingSeed: 'S',
      tokenSecret: 'token',
      dataKeys: 'other:data',
      railToken: 'token of the rail',
      railSecret: 'secret of the rail',
      backofficeToken: 'token of the back office',
    })
    const { ports } = settings
    const { seeds, secrets } = world.keys
    expect(world.environment).toEqual({
      ...free,
      ...chosen,
      homeDomain,
      publicPort: String(ports.public),
      internalPort: String(ports.internal),
      networkPassphrase: Networks.TESTNET,
      horizonUrl: world.horizonUrl,
      databaseUrl,
      railUrl: world.bankUrl,
      extraCaFile: world.caFile,
      signingSeed: seeds.signing,
      tokenSecret: secrets.token,
      dataKeys: `sandbox:${secrets.data}`,
      railToken: secrets.railToken,
      railSecret: secrets.rail,
      backofficeToken: secrets.backoffice,
    })
    expect(said).toEqual([
      `Stellar network   ${world.horizonUrl}`,
      `Bank              ${world.bankUrl}`,
      'Database          as told',
    ])
    expect(await modeOf('its-own')).toBe(0o700)
    const horizon = new Horizon.Server(world.horizonUrl, { allowHttp: true })
    const issuer = await horizon.loadAccount(Keypair.fromSecret(seeds.issuer).publicKey())
    expect(issuer.home_domain).toBe(homeDomain.slice(0, 32)) // as much as an account can name
    expect(await certificateNames(ports.networkHttps)).toContain('DNS:anchor.example')
    const state = await (await fetch(`${world.horizonUrl}/_sandbox/state`)).json()
    expect(state).toMatchObject({ pace: { mode: 'instant', idleMs: 5_000 } })
    expect(world.file).toEqual(
      sandboxAnchor(world.assets, {
        homeDomains: ['anchor.example:444'],
        sendingAnchors: [
          {
            name: 'Sandbox sending anchor',
            accounts: [Keypair.fromSecret(seeds.sendingAnchor).publicKey()],
          },
        ],
      }),
    )
  })

  it('speaks for the home domain that is told, under names that are told', async () => {
    const told = {
      homeDomain: 'home.example',
      publicUrl: 'http://public.example:81',
      publicHttpsUrl: 'https://secure.example:444',
    }
    const { settings, world } = await openWorld(told)
    expect(world.environment).toMatchObject(told)
    expect(world.file.login?.homeDomains).toEqual(['secure.example:444'])
    const horizon = new Horizon.Server(world.horizonUrl, { allowHttp: true })
    const issuer = await horizon.loadAccount(world.assets[0]?.issuer ?? '')
    expect(issuer.home_domain).toBe('home.example')
    const names = (await certificateNames(settings.ports.networkHttps))?.split(', ')
    const own = ['localhost', 'horizon-testnet.stellar.org', 'friendbot.stellar.org']
    expect(names?.filter((name) => name.startsWith('DNS:'))).toEqual(
      [...own, 'secure.example'].map((name) => `DNS:${name}`),
    )
  })

  it('has a bank that takes the orders of its gateway, keeps them, and tells it what became of them', async () => {
    const { settings, world } = await openWorld()
    const told: string[] = []
    const gateway = createHttpServer(({ method, url }, response) => {
      told.push(`${method} ${url}`)
      response.writeHead(204, { connection: 'close' }).end()
    })
    const { internal } = settings.ports
    await new Promise<void>((resolve) => gateway.listen(internal, 'localhost', resolve))
    toEnd.push(() => new Promise((resolve) => gateway.close(resolve)))
    const { railToken, railSecret = '' } = world.environment
    const [body, timestamp] = [anOrder('1000123456'), String(Math.floor(Date.now() / 1000))]
    const order = { method: 'POST', path: '/payouts', timestamp, idempotencyKey: 'k-1' }
    const { status } = await fetch(`${world.bankUrl}/payouts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${railToken}`,
        'payout-timestamp': timestamp,
        'payout-signature': signRequest(railSecret, { ...order, body: Buffer.from(body) }),
        'idempotency-key': 'k-1',
        'content-type': 'application/json',
      },
      body,
    })
    expect(status).toBe(201)
    await until(() => told.length > 0, 'the word of the bank')
    expect(told).toEqual(['POST /rail/notices'])
    expect(await readFile(join(dataDir, 'bank.jsonl'), 'utf8')).toContain('"k-1"')
  })

  it('has a database of its own where none is told, which loses nothing that it took', async () => {
    const { world, said } = await openWorld({}, {})
    expect(said.at(-1)).toBe('Database          embedded PostgreSQL')
    const { databaseUrl: url = '' } = world.environment
    const settings = await onServer(
      url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as waits,
              current_setting('data_directory') as folder`,
    )
    const folder = join(dataDir, 'postgres')
    expect(settings).toEqual([
      { fsync: 'on', waits: 'on', folder: expect.stringMatching(new RegExp(`^${folder}\\b`)) },
    ])
    await world.stop()
    await expect(onServer(url, 'select 1')).rejects.toThrow('ECONNREFUSED')
  })

  it('is written down for scripts and further processes, for its owner only', async () => {
    const { settings, world } = await openWorld()
    await writeSandboxFiles(settings, world)
    const read = (name: string) => readFile(join(dataDir, name), 'utf8')
    const { ports } = settings
    const { seeds, secrets } = world.keys
    const homeDomain = `localhost:${ports.public}`
    const caFile = join(dataDir, 'network', 'tls', 'ca.pem')
    expect({ ...parseEnv(await read('fairlead.env')) }).toEqual({
      FAIRLEAD_SANDBOX: 'true',
      FAIRLEAD_PUBLIC_HOST: '127.0.0.1',
      FAIRLEAD_PUBLIC_PORT: String(ports.public),
      FAIRLEAD_HTTPS_PORT: '0',
      FAIRLEAD_INTERNAL_PORT: String(ports.internal),
      FAIRLEAD_SANDBOX_PORT: '0',
      FAIRLEAD_SANDBOX_HTTPS_PORT: '0',
      FAIRLEAD_BANK_PORT: '0',
      FAIRLEAD_DATA_DIR: dataDir,
      FAIRLEAD_CONFIG: join(dataDir, 'fairlead.yaml'),
      DATABASE_URL: databaseUrl,
      FAIRLEAD_PUBLIC_URL: `http://${homeDomain}`,
      FAIRLEAD_HOME_DOMAIN: homeDomain,
      FAIRLEAD_NETWORK_PASSPHRASE: Networks.TESTNET,
      FAIRLEAD_HORIZON_URL: `http://localhost:${ports.network}`,
      FAIRLEAD_LOGIN: 'open',
      FAIRLEAD_LOGINS_PER_MINUTE: '0',
      FAIRLEAD_RAIL_URL: `http://127.0.0.1:${ports.bank}`,
      FAIRLEAD_LOG_LEVEL: 'warn',
      FAIRLEAD_SIGNING_SEED: seeds.signing,
      FAIRLEAD_TOKEN_SECRET: secrets.token,
      FAIRLEAD_DATA_KEYS: `sandbox:${secrets.data}`,
      FAIRLEAD_RAIL_TOKEN: secrets.railToken,
      FAIRLEAD_RAIL_SECRET: secrets.rail,
      FAIRLEAD_BACKOFFICE_TOKEN: secrets.backoffice,
      FAIRLEAD_EXTRA_CA_FILE: caFile,
    })
    expect(parse(await read('fairlead.yaml'))).toEqual(world.file)
    expect(JSON.parse(await read('sandbox.json'))).toEqual({
      publicUrl: `http://${homeDomain}`,
      publicHttpsUrl: `https://localhost:${ports.https}`,
      internalUrl: `http://localhost:${ports.internal}`,
      horizonUrl: `http://localhost:${ports.network}`,
      horizonHttpsUrl: `https://localhost:${ports.networkHttps}`,
      friendbotUrl: `http://localhost:${ports.network}/friendbot`,
      bankUrl: `http://127.0.0.1:${ports.bank}`,
      caFile,
      networkPassphrase: Networks.TESTNET,
      homeDomain,
      assets: world.assets,
      sendingAnchor: {
        publicKey: Keypair.fromSecret(seeds.sendingAnchor).publicKey(),
        secretKey: seeds.sendingAnchor,
      },
      signingKey: Keypair.fromSecret(seeds.signing).publicKey(),
      backofficeToken: secrets.backoffice,
      databaseUrl,
      envFile: join(dataDir, 'fairlead.env'),
      pid: process.pid,
    })
    for (const name of ['fairlead.env', 'fairlead.yaml', 'sandbox.json']) {
      expect(await modeOf(name)).toBe(0o600)
    }
  })

  it('leaves nothing running when a part of it cannot start', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', () => resolve())
    })
    const { port } = taken.address() as { port: number } // of a server that listens
    await expect(openWorld({ bankPort: String(port) })).rejects.toThrow('EADDRINUSE')
    await new Promise((resolve) => taken.close(resolve))
    await openWorld({ bankPort: String(port) }) // the network's directory is free again
  })
})
