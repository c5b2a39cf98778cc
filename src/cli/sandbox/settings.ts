import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { readPort } from '../../config/config.ts'
import type { Environment } from '../../config/env.ts'
import { ConfigurationFaulty } from '../../config/faults.ts'

/** Ports and places of a sandbox; see the contract in docs/sandbox.md. */
export interface SandboxSettings {
  readonly dataDir: string
  readonly ports: {
    readonly public: number
    readonly https: number
    readonly internal: number
    readonly network: number
    readonly networkHttps: number
    readonly bank: number
  }
}

/** The settings that choose ports. */
export const portNames = [
  'publicPort',
  'httpsPort',
  'internalPort',
  'sandboxPort',
  'sandboxHttpsPort',
  'bankPort',
] as const

/** Reads the settings; a port of 0 is replaced by a free one, so that addresses are known beforehand. */
export async function readSandboxSettings(environment: Environment): Promise<SandboxSettings> {
  const faults: string[] = []
  const read = (name: keyof Environment, otherwise: number) =>
    readPort(environment, { name, otherwise }, faults)
  const wanted = [
    read('publicPort', 8080),
    read('httpsPort', 8443),
    read('internalPort', 8085),
    read('sandboxPort', 8000),
    read('sandboxHttpsPort', 8001),
    read('bankPort', 8090),
  ]
  if (faults.length > 0) throw new ConfigurationFaulty(faults)
  const [first = 0, https = 0, internal = 0, network = 0, networkHttps = 0, bank = 0] =
    await fillFreePorts(wanted)
  return {
    dataDir: resolve(environment.dataDir ?? '.fairlead'),
    ports: { public: first, https, internal, network, networkHttps, bank },
  }
}

/** Holds all free ports open at once before it lets them go, so that no two are the same. */
async function fillFreePorts(wanted: readonly number[]): Promise<readonly number[]> {
  const held = await Promise.all(wanted.filter((port) => port === 0).map(holdFreePort))
  const free = held.map(({ port }) => port)
  await Promise.all(held.map((one) => one.release()))
  return wanted.map((port) => (port === 0 ? (free.shift() ?? 0) : port))
}

function holdFreePort(): Promise<{ readonly port: number; release(): Promise<void> }> {
  const server = createServer()
  return new Promise((resolvePort, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      resolvePort({ port, release: () => new Promise((done) => server.close(() => done())) })
    })
  })
}
