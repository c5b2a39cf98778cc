import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
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
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { sandboxKeys } from '../../src/cli/sandbox/keys.ts'
import { writeSandboxFiles } from '../../src/cli/sandbox/sandbox-file.ts'
import { openOnFreePorts } from '../../src/cli/sandbox/sandbox.ts'
import { makeStellarAccounts } from '../../src/cli/sandbox/stellar-accounts.ts'
import { startWorld } from '../../src/cli/sandbox/world.ts'
import type { SandboxSettings } from '../../src/cli/sandbox/settings.ts'
import type { SandboxWorld } from '../../src/cli/sandbox/world.ts'
import type { Environment } from '../../src/config/env.ts'

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

async function openWorld(environment: Environment = {}): Promise<Opened> {
  const told = { ...free, dataDir, databaseUrl, ...environment }
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
  const payment = { destination: issuer, asset: new Asset(of, issuer), amount: '1000000' }
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
    await spendAll(first.world, 'SRT')
    await makeStellarAccounts({ ...first.world, homeDomain: 'localhost' }, first.world.keys)
    const [refilled] = (await account(first)).sendingAnchor.balances // of accounts that are there
    expect(refilled).toMatchObject({ asset_code: 'SRT', balance: '1000000.0000000' })
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
    const { settings, world, said } = await openWorld({
      dataDir: join(dataDir, 'its-own'),
      publicUrl,
      loginsPerMinute: '7',
      railUrl: 'http://elsewhere.example',
      publicHttpsUrl: 'https://anchor.example:444',
    })
    const { ports } = settings
    const { seeds, secrets } = world.keys
    expect(world.environment).toMatchObject({
      login: 'open',
      loginsPerMinute: '7',
      publicHost: '127.0.0.1',
      publicUrl,
      homeDomain,
      publicPort: String(ports.public),
      internalPort: String(ports.internal),
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
    expect(world.file.login).toEqual({
      homeDomains: ['anchor.example:444'],
      sendingAnchors: [
        {
          name: 'Sandbox sending anchor',
          accounts: [Keypair.fromSecret(seeds.sendingAnchor).publicKey()],
        },
      ],
    })
  })

  it('is written down for scripts and further processes, for its owner only', async () => {
    const { settings, world } = await openWorld()
    await writeSandboxFiles(settings, world)
    const read = (name: string) => readFile(join(dataDir, name), 'utf8')
    const environment = parseEnv(await read('fairlead.env'))
    expect(environment).toMatchObject({
      FAIRLEAD_SANDBOX: 'true',
      FAIRLEAD_CONFIG: join(dataDir, 'fairlead.yaml'),
      FAIRLEAD_SIGNING_SEED: world.keys.seeds.signing,
    })
    expect(parse(await read('fairlead.yaml'))).toEqual(world.file)
    const { ports } = settings
    expect(JSON.parse(await read('sandbox.json'))).toMatchObject({
      publicUrl: `http://localhost:${ports.public}`,
      publicHttpsUrl: `https://localhost:${ports.https}`,
      internalUrl: `http://localhost:${ports.internal}`,
      horizonUrl: `http://localhost:${ports.network}`,
      friendbotUrl: `http://localhost:${ports.network}/friendbot`,
      bankUrl: `http://127.0.0.1:${ports.bank}`,
      backofficeToken: world.keys.secrets.backoffice,
      signingKey: Keypair.fromSecret(world.keys.seeds.signing).publicKey(),
      databaseUrl,
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
