import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Keypair } from '@stellar/stellar-sdk'
import { startEmbeddedPostgres } from '../../adapters/embedded-postgres/embedded-postgres.ts'
import type { ConfigFileInput } from '../../config/config-file.ts'
import type { Environment } from '../../config/env.ts'
import { startSandboxBank } from '../../sandbox/bank/sandbox-bank.ts'
import { startSandboxNetwork } from '../../sandbox/network/sandbox-network.ts'
import type { AnchorAsset } from './anchor.ts'
import { sandboxAnchor } from './anchor.ts'
import type { SandboxKeys } from './keys.ts'
import { sandboxKeys } from './keys.ts'
import type { SandboxSettings } from './settings.ts'
import { makeStellarAccounts } from './stellar-accounts.ts'

/** A complete world around a gateway: a Stellar network, a bank, a database, and how to reach them. */
export interface SandboxWorld {
  readonly keys: SandboxKeys
  readonly assets: readonly AnchorAsset[]
  readonly networkPassphrase: string
  readonly horizonUrl: string
  readonly horizonHttpsUrl: string
  readonly bankUrl: string
  readonly caFile: string
  /** What a gateway in this world is started with. */
  readonly environment: Environment
  readonly file: ConfigFileInput
  stop(): Promise<void>
}

type Say = (line: string) => void

/** An empty ledger at least this often, so that the network's time moves. */
const idleMs = 5_000

/** Starts the world and tells each part; what is there from an earlier start is continued. */
export async function startWorld(
  settings: SandboxSettings,
  environment: Environment,
  say: Say,
): Promise<SandboxWorld> {
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 })
  const stops: Stop[] = []
  const stop = async () => {
    for (const stopOne of stops.toReversed()) await stopOne()
  }
  try {
    const plan = { settings, environment, keys: await sandboxKeys(settings.dataDir) }
    const parts = await startParts(plan, stops)
    say(`Stellar network   ${parts.network.url}`)
    say(`Bank              ${parts.bank.url}`)
    say(
      `Database          ${environment.databaseUrl === undefined ? 'embedded PostgreSQL' : 'as told'}`,
    )
    return { ...(await settle(plan, parts)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Stop = () => Promise<void>

interface Plan {
  readonly settings: SandboxSettings
  readonly environment: Environment
  readonly keys: SandboxKeys
}

/** Each part's own end is added to `stops`, so that a failure half-way leaves nothing behind. */
async function startParts(plan: Plan, stops: Stop[]) {
  const starting = [
    startDatabase(plan, stops),
    startNetwork(plan, stops),
    startBank(plan, stops),
  ] as const
  await Promise.allSettled(starting) // what is still starting when another fails has to be ended too
  const [databaseUrl, network, bank] = await Promise.all(starting)
  return { network, bank, databaseUrl }
}

async function startNetwork({ settings, environment }: Plan, stops: Stop[]) {
  const { dataDir, ports } = settings
  const network = await startSandboxNetwork({
    port: ports.network,
    httpsPort: ports.networkHttps,
    dataDir: join(dataDir, 'network'),
    mode: 'instant',
    idleMs,
    names: httpsNames(environment),
  })
  stops.push(() => network.stop())
  return network
}

async function startBank({ settings, keys }: Plan, stops: Stop[]) {
  const { dataDir, ports } = settings
  const bank = await startSandboxBank({
    port: ports.bank,
    token: keys.secrets.railToken,
    secret: keys.secrets.rail,
    dataFile: join(dataDir, 'bank.jsonl'),
    webhookUrl: `http://localhost:${ports.internal}/rail/notices`,
  })
  stops.push(() => bank.stop())
  return bank
}

/** Makes the accounts, and says how a gateway in this world is configured. */
async function settle(
  { settings, environment, keys }: Plan,
  { network, bank, databaseUrl }: Awaited<ReturnType<typeof startParts>>,
): Promise<Omit<SandboxWorld, 'stop'>> {
  const site = publicSite(settings, environment)
  const { networkPassphrase, url: horizonUrl, httpsUrl = '', caFile = '' } = network
  const assets = await makeStellarAccounts(
    { horizonUrl, networkPassphrase, homeDomain: site.homeDomain },
    keys,
  )
  const loginDomains = [new URL(publicHttpsUrl(settings, environment)).host]
  return {
    keys,
    assets,
    networkPassphrase,
    horizonUrl,
    horizonHttpsUrl: httpsUrl,
    bankUrl: bank.url,
    caFile,
    environment: {
      login: 'open',
      logLevel: 'warn',
      loginsPerMinute: '0',
      publicHost: '127.0.0.1',
      ...environment,
      ...site,
      publicPort: String(settings.ports.public),
      internalPort: String(settings.ports.internal),
      networkPassphrase,
      horizonUrl,
      databaseUrl,
      railUrl: bank.url,
      extraCaFile: caFile,
      ...secretsOf(keys),
    },
    file: sandboxAnchor(assets, {
      homeDomains: loginDomains,
      sendingAnchors: [{ name: 'Sandbox sending anchor', accounts: [accountOf(keys)] }],
    }),
  }
}

const accountOf = ({ seeds }: SandboxKeys) => Keypair.fromSecret(seeds.sendingAnchor).publicKey()

const secretsOf = ({ seeds, secrets }: SandboxKeys) => ({
  signingSeed: seeds.signing,
  tokenSecret: secrets.token,
  dataKeys: `sandbox:${secrets.data}`,
  railToken: secrets.railToken,
  railSecret: secrets.rail,
  backofficeToken: secrets.backoffice,
})

async function startDatabase({ settings, environment }: Plan, stops: Stop[]): Promise<string> {
  if (environment.databaseUrl !== undefined) return environment.databaseUrl
  const postgres = await startEmbeddedPostgres({
    dataDir: join(settings.dataDir, 'postgres'),
    durable: true,
  })
  stops.push(() => postgres.stop())
  return postgres.url
}

/** The address of the HTTP listener and its home domain. */
function publicSite(settings: SandboxSettings, environment: Environment) {
  const publicUrl = environment.publicUrl ?? `http://localhost:${settings.ports.public}`
  return { publicUrl, homeDomain: environment.homeDomain ?? new URL(publicUrl).host }
}

/** The address of the HTTPS listener, as clients see it. */
export const publicHttpsUrl = (settings: SandboxSettings, environment: Environment): string =>
  environment.publicHttpsUrl ?? `https://localhost:${settings.ports.https}`

const httpsNames = ({ publicHttpsUrl: url }: Environment): readonly string[] =>
  url === undefined ? [] : [new URL(url).hostname]
