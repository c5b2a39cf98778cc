import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Asset, Networks } from '@stellar/stellar-sdk'
import { createControl } from './control/control.ts'
import type { Control } from './control/control.ts'
import { controlRoutes } from './control/routes.ts'
import { createInterference } from './faults/interference.ts'
import { namedInSubmission } from './faults/named.ts'
import { createFaultRegistry } from './faults/registry.ts'
import { createFriendbot } from './friendbot/friendbot.ts'
import type { Friendbot } from './friendbot/friendbot.ts'
import { friendbotRoutes } from './friendbot/routes.ts'
import type { Horizon } from './http/horizon.ts'
import { createListener } from './http/listener.ts'
import type { Listener } from './http/listener.ts'
import { openServer } from './http/open-server.ts'
import { createRequestLog } from './http/request-log.ts'
import { horizonRoutes } from './http/routes.ts'
import type { NetworkParameters } from './ledger/closed-ledger.ts'
import { createClock } from './network/clock.ts'
import { lockDirectory } from './network/directory-lock.ts'
import { installFixture } from './network/fixture.ts'
import type { Fixture } from './network/fixture.ts'
import { openJournal } from './network/journal.ts'
import { createNetwork } from './network/network.ts'
import type { Network } from './network/network.ts'
import type { Pace } from './network/pace.ts'
import { seededRandom } from './network/seeded.ts'

export interface SandboxOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number
  /** Absent: no HTTPS listener. */
  readonly httpsPort?: number
  readonly host?: string | undefined
  readonly networkPassphrase?: string | undefined
  readonly seed?: string | undefined
  readonly mode?: Pace['mode']
  readonly intervalMs?: number
  /** In instant mode: an empty ledger when none closed for so long. */
  readonly idleMs?: number
  /** Where the network is kept, with its certificate authority. Absent: in memory only. */
  readonly dataDir?: string | undefined
  /** Further names for the certificate. */
  readonly names?: readonly string[]
  readonly parameters?: Partial<NetworkParameters>
  readonly applyOrder?: 'fifo' | 'shuffled'
  readonly strictCloseTime?: boolean
  readonly allowQueueChaining?: boolean
  readonly startingBalance?: bigint
  readonly friendbotForcesClose?: boolean
  /** A seeded mix of faults (SBX-116). */
  readonly chaos?: boolean | undefined
  /** Accounts, lines and balances from ledger 2 on, of a network that is new (SBX-13). */
  readonly fixture?: Fixture
  readonly horizon?: Partial<Horizon['options']>
}

export interface SandboxNetwork {
  readonly url: string
  readonly httpsUrl: string | undefined
  readonly caFile: string | undefined
  readonly networkPassphrase: string
  readonly control: Control
  readonly friendbot: Friendbot
  stop(): Promise<void>
}

const DEFAULT_PARAMETERS: Omit<NetworkParameters, 'networkPassphrase'> = {
  protocolVersion: 27,
  baseFee: 100n,
  baseReserve: 5_000_000n,
  maxTxSetSize: 1000,
  totalCoins: 1_000_000_000_000_000_000n,
}

const CERTIFIED_NAMES = [
  'localhost',
  '127.0.0.1',
  '::1',
  'horizon-testnet.stellar.org',
  'friendbot.stellar.org',
]

type Stop = () => void | Promise<void>

/** Starts a Stellar network in this process (SBX-01); everything it opened is closed by `stop`. */
export async function startSandboxNetwork(options: SandboxOptions = {}): Promise<SandboxNetwork> {
  const stops: Stop[] = []
  const stop = async () => {
    for (const end of stops.splice(0).toReversed()) await end()
  }
  try {
    return { ...(await openNetwork(options, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Each part's own end is added to `stops`, so that a failure half-way leaves nothing behind. */
async function openNetwork(
  options: SandboxOptions,
  stops: Stop[],
): Promise<Omit<SandboxNetwork, 'stop'>> {
  const { host = '127.0.0.1', dataDir, port = 0 } = options
  if (dataDir) stops.push(await lockDirectory(dataDir))
  const network = buildNetwork(options)
  stops.push(() => network.stop())
  fillNew(network, options.fixture)
  const friendbot = createFriendbot(network, {
    startingBalance: options.startingBalance ?? 100_000_000_000n,
    forcesClose: options.friendbotForcesClose ?? true,
    native: Asset.native(),
  })
  const application = buildApplication(options, network, friendbot)
  const http = await openServer(createListener(application, 'http'), { host, port })
  stops.push(() => http.stop())
  const secure = await openSecure(options, createListener(application, 'https'), stops)
  if (secure) stops.push(() => secure.server.stop())
  return {
    url: `http://${urlHost(host)}:${http.port}`,
    httpsUrl: secure && `https://${urlHost(host)}:${secure.server.port}`,
    caFile: secure?.caFile,
    networkPassphrase: network.ledger.parameters.networkPassphrase,
    control: application.control,
    friendbot,
  }
}

/** A fixture is there again after a reset (SBX-107). */
function fillNew(network: Network, fixture: Fixture | undefined): void {
  if (!fixture) return
  const fill = () => {
    if (network.ledger.head.sequence === network.ledger.genesis.sequence) {
      installFixture(network, fixture)
    }
  }
  fill()
  network.onRewound(fill)
}

function urlHost(host: string): string {
  if (host === '127.0.0.1' || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function buildNetwork(options: SandboxOptions): Network {
  const parameters: NetworkParameters = {
    ...DEFAULT_PARAMETERS,
    networkPassphrase: options.networkPassphrase ?? Networks.TESTNET,
    ...options.parameters,
  }
  const clock = createClock()
  const { dataDir, seed = 'fairlead' } = options
  const journal = dataDir
    ? {
        journal: openJournal({
          file: join(dataDir, 'ledgers.jsonl'),
          network: { networkPassphrase: parameters.networkPassphrase },
          now: () => clock.seconds(),
        }),
      }
    : {}
  return createNetwork({
    parameters,
    seed,
    clock,
    pace: paceOf(options),
    applyOrder: options.applyOrder ?? 'shuffled',
    strictCloseTime: options.strictCloseTime ?? false,
    allowQueueChaining: options.allowQueueChaining ?? false,
    ...journal,
  })
}

function paceOf({ mode = 'instant', intervalMs = 1000, idleMs }: SandboxOptions): Pace {
  switch (mode) {
    case 'instant':
      return { mode, ...(idleMs === undefined ? {} : { idleMs }) }
    case 'interval':
      return { mode, intervalMs }
    case 'manual':
      return { mode }
  }
}

function buildApplication(options: SandboxOptions, network: Network, friendbot: Friendbot) {
  const horizon: Horizon = {
    network,
    options: {
      submissionTimeoutMs: 30_000,
      streamTimeoutMs: 55_000,
      withMeta: true,
      accountStreamUpdates: false,
      staleThreshold: 10,
      ...options.horizon,
    },
  }
  const { parameters, seed } = network.options
  const faults = createFaultRegistry({
    random: seededRandom(`faults ${seed}`),
    named: (asked) => namedInSubmission(asked, parameters.networkPassphrase),
  })
  const log = createRequestLog()
  const control = createControl({ network, faults, log })
  if (options.chaos) control.chaos()
  return {
    control,
    horizon,
    routes: [...horizonRoutes(horizon), ...friendbotRoutes(friendbot), ...controlRoutes(control)],
    interference: createInterference(faults, network),
    log,
    friendbotHosts: new Set(['friendbot.stellar.org']),
  }
}

function temporaryDirectory(stops: Stop[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'fairlead-network-'))
  stops.push(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function openSecure(options: SandboxOptions, listener: Listener, stops: Stop[]) {
  const { httpsPort, host = '127.0.0.1', names = [] } = options
  if (httpsPort === undefined) return undefined
  // Loaded only where it is needed: most tests do without.
  const { serverCertificate } = await import('./tls/authority.ts')
  const directory = options.dataDir ?? temporaryDirectory(stops)
  const { key, cert, caFile } = await serverCertificate({
    directory: join(directory, 'tls'),
    names: [...CERTIFIED_NAMES, ...names],
    now: new Date(),
  })
  const server = await openServer(listener, { host, port: httpsPort, tls: { key, cert } })
  return { server, caFile }
}
