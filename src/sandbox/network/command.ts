import { parseArgs } from 'node:util'
import { Networks } from '@stellar/stellar-sdk'
import { rootKey } from './friendbot/root-key.ts'
import { isLoopback } from '../local-caller.ts'
import { startSandboxNetwork } from './sandbox-network.ts'
import type { SandboxNetwork, SandboxOptions } from './sandbox-network.ts'

type Print = (line: string) => void

const OPTIONS = {
  port: { type: 'string' },
  'https-port': { type: 'string' },
  'data-dir': { type: 'string' },
  mode: { type: 'string' },
  'interval-ms': { type: 'string' },
  seed: { type: 'string' },
  passphrase: { type: 'string' },
  chaos: { type: 'boolean' },
  host: { type: 'string' },
  'show-root-secret': { type: 'boolean' },
  'allow-non-loopback': { type: 'boolean' },
  replay: { type: 'string' },
  help: { type: 'boolean' },
} as const

type Asked = ReturnType<typeof readArguments>

const HELP = `fairlead sandbox network: a Stellar network on this machine. Not for production.

  --port N               Horizon API and friendbot over HTTP (8000)
  --https-port N         the same over HTTPS (8001), certificate of a local authority
  --data-dir DIR         keep the network there; without it everything is forgotten at the end
  --mode MODE            instant (default), interval or manual
  --interval-ms N        interval: time between ledgers (1000); instant: empty ledger after (5000)
  --seed TEXT            what everything random follows
  --passphrase TEXT      network passphrase (that of the test network)
  --chaos                a seeded mix of faults
  --host ADDRESS         address to listen on (127.0.0.1)
  --allow-non-loopback   let it be reached from elsewhere
  --show-root-secret     print the secret of the account that holds all coins
  --replay FILE          replay recorded answers of a real network and say what differs`

/** The body of \`fairlead sandbox network\`: listens until interrupted, or replays a file. */
export async function runSandboxNetwork(argv: readonly string[], print: Print): Promise<number> {
  let asked: Asked
  try {
    asked = readArguments(argv)
  } catch (error) {
    print(`${messageOf(error)}\n\n${HELP}`)
    return 2
  }
  if (asked.help) {
    print(HELP)
    return 0
  }
  if (asked.replay !== undefined) return replay(asked.replay, print)
  const refusal = refusalOf(asked)
  if (refusal !== undefined) {
    print(refusal)
    return 2
  }
  return serve(asked, print)
}

function readArguments(argv: readonly string[]) {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS, strict: true })
  return values
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Not for production, and not for others by accident (SBX-119). */
function refusalOf(asked: Asked): string | undefined {
  const { host = '127.0.0.1', passphrase, mode = 'instant' } = asked
  if (passphrase === Networks.PUBLIC) {
    return 'refused: the passphrase of the public network. This is a simulation, not a network.'
  }
  if (!isLoopback(host) && !asked['allow-non-loopback']) {
    return `refused: ${host} can be reached from elsewhere. Say --allow-non-loopback if that is meant.`
  }
  if (!['instant', 'interval', 'manual'].includes(mode)) {
    return `refused: there is no mode "${mode}". Say instant, interval or manual.`
  }
  const numbers = [asked.port, asked['https-port'], asked['interval-ms']]
  const wrong = numbers.find((text) => text !== undefined && !/^\d{1,9}$/.test(text))
  return wrong === undefined ? undefined : `refused: "${wrong}" is not a number.`
}

async function replay(file: string, print: Print): Promise<number> {
  const { replayFile } = await import('./replay/replay.ts')
  try {
    const { differing } = await replayFile(file, print)
    return differing === 0 ? 0 : 1
  } catch (error) {
    print(`${file} could not be replayed: ${messageOf(error)}`)
    return 2
  }
}

function optionsOf(asked: Asked): SandboxOptions {
  const mode = (asked.mode ?? 'instant') as NonNullable<SandboxOptions['mode']>
  const interval = asked['interval-ms']
  return {
    port: Number(asked.port ?? 8000),
    httpsPort: Number(asked['https-port'] ?? 8001),
    mode,
    idleMs: Number(interval ?? 5000),
    intervalMs: Number(interval ?? 1000),
    dataDir: asked['data-dir'],
    seed: asked.seed,
    networkPassphrase: asked.passphrase,
    host: asked.host,
    chaos: asked.chaos,
  }
}

async function serve(asked: Asked, print: Print): Promise<number> {
  const told = untilToldToStop()
  let sandbox: SandboxNetwork
  try {
    sandbox = await startSandboxNetwork(optionsOf(asked))
  } catch (error) {
    print(`the network could not start: ${messageOf(error)}`)
    return 1
  }
  for (const line of banner(sandbox, asked)) print(line)
  await told
  await sandbox.stop()
  return 0
}

/** Listens from now on: whoever reads that it is ready may tell it at once, and so may npm and a terminal both. */
const untilToldToStop = (): Promise<void> =>
  new Promise((resolve) => {
    process.on('SIGINT', () => resolve())
    process.on('SIGTERM', () => resolve())
  })

function banner(sandbox: SandboxNetwork, asked: Asked): string[] {
  const { seed } = sandbox.control.state()
  return [
    'Fairlead sandbox network. NOT FOR PRODUCTION: no consensus, and its root key is public.',
    `  horizon     ${sandbox.url}`,
    `  friendbot   ${sandbox.url}/friendbot?addr=G…`,
    `  control     ${sandbox.url}/_sandbox/state`,
    ...(sandbox.httpsUrl === undefined ? [] : [`  https       ${sandbox.httpsUrl}`]),
    ...(sandbox.caFile === undefined
      ? []
      : [`  authority   NODE_EXTRA_CA_CERTS=${sandbox.caFile}`]),
    `  passphrase  ${sandbox.networkPassphrase}`,
    `  seed        ${seed}${asked.chaos ? ' (chaos: start with the same seed to see it again)' : ''}`,
    ...(asked['show-root-secret']
      ? [`  root        ${rootKey(sandbox.networkPassphrase).secret()}`]
      : []),
    `ready ${sandbox.url}`,
  ]
}
