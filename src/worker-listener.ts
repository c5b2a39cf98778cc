import type { AddressInfo } from 'node:net'
import type { HealthParts } from './http/health/routes.ts'
import { healthRoutes } from './http/health/routes.ts'
import { createHttpServer } from './http/server/http-server.ts'
import type { Log } from './observability/log.ts'
import type { Metrics } from './observability/metrics.ts'

interface WorkerListenerParts {
  readonly rooms: HealthParts & { readonly metrics: Metrics }
  readonly log: Log
  readonly host: string
  /** 0: any that is free, so that several workers run on one machine; the log tells which. */
  readonly port: number
}

/** Health and metrics of a process that is a worker only; a gateway has them on its internal listener. */
export async function startWorkerListener({
  rooms,
  log,
  host,
  port,
}: WorkerListenerParts): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const app = createHttpServer({
    tables: [healthRoutes(rooms)],
    authenticate: () => Promise.resolve({ error: 'Clients log in at the public address' }),
    log,
    listener: 'worker',
    meter: rooms.metrics,
  })
  await app.listen({ host, port })
  const own = app.server.address() as AddressInfo // it listens on a port, not on a pipe
  log.info({ listener: 'worker', port: own.port }, 'listening')
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `http://${name}:${own.port}`, stop: () => app.close() }
}
