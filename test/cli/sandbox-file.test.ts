import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { Keypair } from '@stellar/stellar-sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sandboxKeys, writePrivately } from '../../src/cli/sandbox/keys.ts'
import { writeSandboxFiles } from '../../src/cli/sandbox/sandbox-file.ts'
import type { SandboxSettings } from '../../src/cli/sandbox/settings.ts'
import type { SandboxWorld } from '../../src/cli/sandbox/world.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-file-'))
})
afterEach(() => rm(folder, { recursive: true }))

const modeOf = async (file: string) => (await stat(file)).mode & 0o777

/** A world in which everything has an address of its own. */
async function aWorld() {
  const keys = await sandboxKeys(folder)
  const settings: SandboxSettings = {
    dataDir: folder,
    ports: { public: 1, https: 2, internal: 3, network: 4, networkHttps: 5, bank: 6 },
  }
  const assets: SandboxWorld['assets'] = [
    { code: 'SRT', issuer: 'GISSUER', distributionAccount: 'GDISTRIBUTION' },
  ]
  const world: SandboxWorld = {
    keys,
    assets,
    networkPassphrase: 'Network of the world',
    horizonUrl: 'http://horizon.example:7',
    horizonHttpsUrl: 'https://horizon.example:8',
    bankUrl: 'http://bank.example:9',
    caFile: '/of-the-world/ca.pem',
    environment: {
      publicUrl: 'http://public.example:10',
      publicHttpsUrl: 'https://secure.example:11',
      homeDomain: 'home.example',
      networkPassphrase: 'Network of the gateway',
      horizonUrl: 'http://horizon.gateway.example',
      railUrl: 'http://rail.gateway.example',
      extraCaFile: '/of-the-gateway/ca.pem',
      internalPort: '13',
      databaseUrl: 'postgres://database.example/fairlead',
      configFile: '/elsewhere.yaml',
    },
    file: { login: { homeDomains: ['login.example'] }, assets: [] },
    stop: () => Promise.resolve(),
  }
  return { keys, settings, assets, world }
}

describe('the files of a sandbox', () => {
  it('name the addresses under which others see it, where these were told', async () => {
    const { keys, settings, assets, world } = await aWorld()
    await writeSandboxFiles(settings, world)
    const pairOf = (name: keyof typeof keys.seeds) => Keypair.fromSecret(keys.seeds[name])
    expect(JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8'))).toEqual({
      publicUrl: 'http://public.example:10',
      publicHttpsUrl: 'https://secure.example:11',
      internalUrl: 'http://localhost:3',
      horizonUrl: 'http://horizon.example:7',
      horizonHttpsUrl: 'https://horizon.example:8',
      friendbotUrl: 'http://horizon.example:7/friendbot',
      bankUrl: 'http://bank.example:9',
      caFile: '/of-the-world/ca.pem',
      networkPassphrase: 'Network of the world',
      homeDomain: 'home.example',
      assets,
      sendingAnchor: {
        publicKey: pairOf('sendingAnchor').publicKey(),
        secretKey: keys.seeds.sendingAnchor,
      },
      signingKey: pairOf('signing').publicKey(),
      backofficeToken: keys.secrets.backoffice,
      databaseUrl: 'postgres://database.example/fairlead',
      envFile: join(folder, 'fairlead.env'),
      pid: process.pid,
    })
    expect({ ...parseEnv(await readFile(join(folder, 'fairlead.env'), 'utf8')) }).toEqual({
      FAIRLEAD_SANDBOX: 'true',
      FAIRLEAD_PUBLIC_URL: 'http://public.example:10',
      FAIRLEAD_PUBLIC_HTTPS_URL: 'https://secure.example:11',
      FAIRLEAD_HOME_DOMAIN: 'home.example',
      FAIRLEAD_NETWORK_PASSPHRASE: 'Network of the gateway',
      FAIRLEAD_HORIZON_URL: 'http://horizon.gateway.example',
      FAIRLEAD_RAIL_URL: 'http://rail.gateway.example',
      FAIRLEAD_EXTRA_CA_FILE: '/of-the-gateway/ca.pem',
      FAIRLEAD_INTERNAL_PORT: '13',
      DATABASE_URL: 'postgres://database.example/fairlead',
      FAIRLEAD_CONFIG: join(folder, 'fairlead.yaml'),
    })
  })
})

describe('what tells scripts of a sandbox', () => {
  it.each(['fairlead.yaml', 'fairlead.env'])('is not there before %s is', async (name) => {
    const { settings, world } = await aWorld()
    await mkdir(join(folder, `${name}.new`)) // so that it cannot be written
    await expect(writeSandboxFiles(settings, world)).rejects.toThrow('EISDIR')
    expect(await readdir(folder)).not.toContain('sandbox.json')
  })
})

describe('a file for its owner only', () => {
  it('takes the place of one that others may read', async () => {
    const file = join(folder, 'secrets')
    await writeFile(file, 'open to all', { mode: 0o644 })
    await writePrivately(file, 'hushed')
    expect(await readFile(file, 'utf8')).toBe('hushed')
    expect(await modeOf(file)).toBe(0o600)
    expect(await readdir(folder)).toEqual(['secrets'])
  })

  it('is what it was where the new one cannot be written', async () => {
    const file = join(folder, 'secrets')
    await writePrivately(file, 'the old')
    await mkdir(`${file}.new`)
    await expect(writePrivately(file, 'the new')).rejects.toThrow('EISDIR')
    expect(await readFile(file, 'utf8')).toBe('the old')
  })
})
