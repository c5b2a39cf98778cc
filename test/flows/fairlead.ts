import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { freePort } from '../redis.ts'
import { build, fairlead as command, run } from './running.ts'
import type { Running } from './running.ts'

const text = z.string()
const sandboxFile = z.object({
  publicUrl: text,
  publicHttpsUrl: text,
  internalUrl: text,
  horizonUrl: text,
  horizonHttpsUrl: text,
  bankUrl: text,
  caFile: text,
  networkPassphrase: text,
  homeDomain: text,
  assets: z.array(z.object({ code: text, issuer: text, distributionAccount: text })),
  sendingAnchor: z.object({ publicKey: text, secretKey: text }),
  signingKey: text,
  backofficeToken: text,
  databaseUrl: text,
  envFile: text,
})

/** What `sandbox.json` says. */
export type SandboxFile = z.infer<typeof sandboxFile>

export type Settings = Readonly<Record<string, string>>

/** A sandbox in a directory of its own, on free ports, and further processes of it. */
export interface Fairlead {
  readonly dataDir: string
  readonly world: () => SandboxFile
  /** Starts it again where it was, after its end. */
  start(): Promise<void>
  /** Ends the process of the sandbox; answers how it ended. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
  addGateway(settings?: Settings): Promise<Running & { readonly url: string }>
  addWorker(settings?: Settings): Promise<Running>
  /** What all processes said, for a test that failed. */
  said(): string
  /** Ends everything and takes the directory away. */
  stop(): Promise<void>
}

export interface FairleadOptions {
  /** Leaves gateways and workers to `addGateway` and `addWorker`. */
  readonly withoutGateway?: boolean
  readonly settings?: Settings
}

/** Any ports that are free. */
export const freePorts = {
  FAIRLEAD_PUBLIC_PORT: '0',
  FAIRLEAD_HTTPS_PORT: '0',
  FAIRLEAD_INTERNAL_PORT: '0',
  FAIRLEAD_SANDBOX_PORT: '0',
  FAIRLEAD_SANDBOX_HTTPS_PORT: '0',
  FAIRLEAD_BANK_PORT: '0',
} as const

const portsOf = (world: SandboxFile): Settings => ({
  FAIRLEAD_PUBLIC_PORT: portOf(world.publicUrl),
  FAIRLEAD_INTERNAL_PORT: portOf(world.internalUrl),
  FAIRLEAD_SANDBOX_PORT: portOf(world.horizonUrl),
  FAIRLEAD_SANDBOX_HTTPS_PORT: portOf(world.horizonHttpsUrl),
  FAIRLEAD_BANK_PORT: portOf(world.bankUrl),
  FAIRLEAD_HTTPS_PORT: '0',
})

const portOf = (url: string): string => new URL(url).port

/** Starts a sandbox from the built command, as a process of its own. */
export async function startFairlead(options: FairleadOptions = {}): Promise<Fairlead> {
  await build()
  const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-flow-'))
  await chmod(dataDir, 0o711) // as root, PostgreSQL runs as nobody and has to enter
  const processes: Running[] = []
  const add = async (process_: Running) => {
    processes.push(process_)
    await process_.untilReady()
  }
  let sandbox: Running
  let world: SandboxFile
  let ports: Settings = freePorts
  const flags = options.withoutGateway === true ? ['--without-gateway'] : []
  const start = async () => {
    sandbox = run('sandbox', [command, 'sandbox', ...flags], {
      ...ports,
      ...options.settings,
      FAIRLEAD_DATA_DIR: dataDir,
    })
    await add(sandbox)
    world = sandboxFile.parse(JSON.parse(await readFile(join(dataDir, 'sandbox.json'), 'utf8')))
    ports = portsOf(world)
  }
  const addRole = async (role: 'gateway' | 'worker', settings: Settings) => {
    const args = [command, 'start', '--role', role, '--env-file', world.envFile]
    const process_ = run(`${role} ${processes.length}`, args, settings)
    await add(process_)
    return process_
  }
  await start()
  return {
    dataDir,
    world: () => world,
    start,
    end: (signal) => sandbox.end(signal),
    addWorker: (settings = {}) => addRole('worker', settings),
    async addGateway(settings = {}) {
      const [own, internal] = [String(await freePort()), String(await freePort())]
      const ports = { FAIRLEAD_PUBLIC_PORT: own, FAIRLEAD_INTERNAL_PORT: internal, ...settings }
      const process_ = await addRole('gateway', ports)
      return { ...process_, url: `http://localhost:${ports.FAIRLEAD_PUBLIC_PORT}` }
    },
    said: () => processes.map(({ name, said }) => `--- ${name}\n${said()}`).join('\n'),
    async stop() {
      for (const process_ of processes.toReversed()) await process_.end('SIGTERM')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
