import type { IncomingHttpHeaders } from 'node:http'

/** Who calls: the address of the connection, and what the request says of itself. */
export interface Caller {
  readonly remoteAddress: string
  readonly headers: Pick<IncomingHttpHeaders, 'host' | 'origin'>
}

/** From this machine, and not by a web page from elsewhere in this machine's browser. */
export function isLocal({ remoteAddress, headers: { host = '', origin } }: Caller): boolean {
  const names = [remoteAddress, hostOf(`http://${host}`)]
  if (origin !== undefined) names.push(hostOf(origin))
  return names.every(isLoopback)
}

/** Whether an address stays on this machine. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return plain === '::1' || plain === 'localhost' || /^127(\.\d{1,3}){3}$/.test(plain)
}

const hostOf = (origin: string): string =>
  URL.parse(origin)?.hostname.replaceAll(/[[\]]/g, '') ?? ''
