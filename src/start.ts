import { startWorker } from '../jobs/worker.ts'
import { compose } from './compose/compose.ts'
import { patienceOf } from './compose/patience.ts'
import type { Config, Site } from './config/config.ts'
import type { Secrets } from './config/secrets.ts'
import { startGateway } from './gateway.ts'
import type { TlsListener } from './gateway.ts'
import { startWorkerListener } from './worker-listener.ts'
import { createLog } from './observability/log.ts'

export type Role = 'gateway' | 'worker'

export interface StartSettings {
  readonly config: Config
  readonly secrets: Secrets
  readonly roles: readonly Role[]
  /** A second public listener that speaks TLS itself; the sandbox has one. */
  readonly tls?: TlsListener
}

export interface Started {
  stop(): Promise<void>
  /** Where a process that is a worker only tells its health and metrics. */
  readonly watchUrl?: string
}

/** Starts one process of Fairlead in its roles; `stop` ends everything within five seconds. */
export async function startFairlead(settings: StartSettings): Promise<Started> {
  const { config, secrets, roles, tls } = settings
  const log = createLog({ level: config.logLevel })
  const sites: readonly Site[] = tls === undefined ? [config.site] : [config.site, tls.site]
  const rooms = await compose({ config, secrets, sites, log })
  const stops: (() => Promise<void>)[] = [() => rooms.close()]
  const stop = async () => {
    rooms.troubles.hush()
    for (const stopOne of stops.toReversed()) await stopOne()
  }
  try {
    await rooms.watchAccounts()
    if (roles.includes('worker')) {
      const worker = await startWorker(
        {
          rooms,
          queue: rooms.queue,
          store: rooms.jobStore,
          log,
          observer: rooms,
          troubles: rooms.troubles,
        },
        { accounts: rooms.accounts, ...patienceOf(config) },
      )
      stops.push(() => worker.close())
    }
    if (roles.includes('gateway')) {
      const gateway = await startGateway({ rooms, config, secrets, log, ...(tls && { tls }) })
      stops.push(() => gateway.stop())
      return { stop }
    }
    const { internalHost: host, workerPort: port } = config.listen
    const listener = await startWorkerListener({ rooms, log, host, port })
    stops.push(() => listener.stop())
    return { stop, watchUrl: listener.url }
  } catch (error) {
    await stop()
    throw error
  }
}
