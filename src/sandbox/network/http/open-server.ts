import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Listener } from './listener.ts'

export interface OpenServer {
  readonly port: number
  stop(): Promise<void>
}

export interface ServerPlace {
  readonly host: string
  readonly port: number
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** Listens until stopped; a port of 0 takes a free one. */
export async function openServer(listener: Listener, place: ServerPlace): Promise<OpenServer> {
  const settings = { keepAliveTimeout: 65_000 }
  const server: Server = place.tls
    ? createSecureServer({ ...settings, ...place.tls }, listener)
    : createServer(settings, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(place.port, place.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
