import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import tls from 'node:tls'

/**
 * For clients with the hosts of the test network built in (SBX-09, first way):
 *
 *     node --import 'file:///…/preload.js?to=localhost:8001&ca=/…/ca.pem' client.js
 *
 * Connections of `http`, `https` and `fetch` to those hosts go to the sandbox's HTTPS listener, which
 * has a certificate for their names. `hosts=` (comma-separated) names others.
 */
const asked = new URL(import.meta.url).searchParams
const [toHost = 'localhost', toPort = '8001'] = (asked.get('to') ?? '').split(':').filter(Boolean)
const DEFAULT_HOSTS = 'horizon-testnet.stellar.org,friendbot.stellar.org'
const mapped = new Set((asked.get('hosts') ?? DEFAULT_HOSTS).split(','))

interface Place {
  readonly host?: unknown
  readonly port?: unknown
}

function redirected<T>(place: T): T {
  const { host } = place as Place
  if (typeof host !== 'string' || !mapped.has(host)) return place
  return { ...place, host: toHost, port: Number(toPort) }
}

type Connect = (this: Socket, ...given: unknown[]) => Socket

// Every client of Node ends here, whatever it is built on.
const connect = Reflect.get(Socket.prototype, 'connect') as Connect

Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...given: unknown[]) {
  const [first, ...rest] = given
  if (Array.isArray(first)) {
    // Already put in order by `net.connect`, which marks the list: the list itself has to stay.
    const [place] = first as unknown[]
    first[0] = redirected(place)
    return connect.call(this, first, ...rest)
  }
  return connect.call(this, typeof first === 'object' ? redirected(first) : first, ...rest)
})

const caFile = asked.get('ca')
if (caFile !== null) {
  const own = readFileSync(caFile, 'utf8')
  // Older versions of Node know `NODE_EXTRA_CA_CERTS` only.
  tls.setDefaultCACertificates?.([...tls.getCACertificates('default'), own])
}
