import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sandbox } from '../../src/cli/sandbox/sandbox.ts'
import { freshDatabase, onServer } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { until } from '../until.ts'

let dataDir: string
let database: TestDatabase
let said: unknown[]
let signals: Map<unknown, () => void>

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fairlead-sandbox-'))
  database = await freshDatabase()
  await onServer(database.url, 'drop schema bullmq cascade') // not migrated altogether
  for (const name of ['PUBLIC', 'HTTPS', 'INTERNAL', 'SANDBOX', 'SANDBOX_HTTPS', 'BANK']) {
    vi.stubEnv(`FAIRLEAD_${name}_PORT`, '0')
  }
  vi.stubEnv('FAIRLEAD_DATA_DIR', dataDir)
  vi.stubEnv('FAIRLEAD_LOG_LEVEL', 'error')
  vi.stubEnv('DATABASE_URL', database.url)
  said = []
  vi.spyOn(console, 'log').mockImplementation((line) => void said.push(line))
  signals = new Map()
  const on = process.on.bind(process)
  vi.spyOn(process, 'on').mockImplementation((event, listener) => {
    if (!/^SIG(INT|TERM)$/.test(String(event))) return on(event, listener)
    signals.set(event, listener as () => void)
    return process
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await database.drop()
  await rm(dataDir, { recursive: true })
})

/** Of these addresses, those at which somebody answers. */
async function open(urls: Readonly<Record<string, string>>, ca: string) {
  const dispatcher = new Agent({ connect: { ca } })
  const answers = Object.entries(urls).map(async ([name, url]) =>
    request(url, { dispatcher }).then(
      async ({ body }) => [name, (await body.text()).length > 0],
      () => [],
    ),
  )
  const names = (await Promise.all(answers)).flatMap(([name]) => name ?? [])
  await dispatcher.destroy()
  return names
}

async function worldOf() {
  const world = JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')) as Readonly<
    Record<'publicUrl' | 'publicHttpsUrl' | 'internalUrl' | 'horizonUrl' | 'bankUrl', string>
  > & { readonly caFile: string; readonly publicUrl: string }
  const urls = {
    public: `${world.publicUrl}/.well-known/stellar.toml`,
    https: `${world.publicHttpsUrl}/.well-known/stellar.toml`,
    internal: `${world.internalUrl}/health/live`,
    network: world.horizonUrl,
    bank: `${world.bankUrl}/book`,
  }
  return { world, urls, ca: await readFile(world.caFile, 'utf8') }
}

const isReady = () => until(() => String(said.at(-1)).startsWith('ready '), 'the sandbox', 20_000)

describe('the command that runs a sandbox', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], ['public', 'https', 'internal', 'network', 'bank']],
    [['--without-gateway'], ['network', 'bank']],
  ])('opens a world that is told, and ends it when it is told to: %j', async (args, doors) => {
    const ended = sandbox(args)
    await isReady()
    const { world, urls, ca } = await worldOf()
    expect(await open(urls, ca)).toEqual(doors)
    const { publicUrl, internalUrl } = world
    expect(said).toEqual([
      'Fairlead sandbox: for development only, nothing here is worth anything.',
      `Stellar network   ${world.horizonUrl}`,
      `Bank              ${world.bankUrl}`,
      'Database          as told',
      `Partner API       ${publicUrl}/graphql (try it: ${publicUrl}/graphiql)`,
      `Back office       ${internalUrl}/graphiql`,
      `stellar.toml      ${publicUrl}/.well-known/stellar.toml`,
      `Keys, addresses   ${dataDir}/sandbox.json`,
      `ready ${publicUrl}`,
    ])
    const tables = `select to_regclass('bullmq.job') is not null as are_there`
    expect(await onServer(database.url, tables)).toEqual([{ are_there: true }])
    signals.get('SIGTERM')?.()
    expect(await ended).toBe(0)
    expect(await open(urls, ca)).toEqual([])
  })

  it('leaves nothing open when its gateway cannot open a door', async () => {
    const taken = createServer((_, response) => void response.end())
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('FAIRLEAD_INTERNAL_PORT', String((taken.address() as AddressInfo).port))
    await expect(sandbox([])).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const { urls, ca } = await worldOf()
    expect(await open(urls, ca)).toEqual(['internal']) // that is ours
    await new Promise((resolve) => taken.close(resolve))
  })
})
