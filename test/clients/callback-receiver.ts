import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Keypair } from '@stellar/stellar-sdk'

/** What a receiver of callbacks is set up with. */
export interface ReceiverSettings {
  /** Its own name, with the port where that is not the usual one. */
  readonly host: string
  /** Of the anchor, as its stellar.toml says. */
  readonly signingKey: Keypair
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly at: Date
}

/**
 * Whether the reference wallet of the Anchor Platform takes a callback: it reads only `Signature`, wants
 * exactly two parts at the comma, `t` and `s`, and nothing that is older than two minutes (SEP31-C25).
 */
export function takes({ headers, body, at }: Received, settings: ReceiverSettings): boolean {
  const parts = String(headers['signature'] ?? '').split(',')
  const [time = '', signature = ''] = parts.map((part) => part.trim())
  if (parts.length !== 2 || !time.startsWith('t=') || !signature.startsWith('s=')) return false
  const seconds = time.slice(2)
  if (!/^\d+$/.test(seconds) || at.getTime() / 1000 - Number(seconds) > 120) return false
  const signed = Buffer.from(`${seconds}.${settings.host}.${body}`)
  return settings.signingKey.verify(signed, Buffer.from(signature.slice(2), 'base64'))
}

/** That receiver at work: 403 for what it does not take. */
export async function startReceiver(signingKey: Keypair) {
  const taken: string[] = []
  const refused: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const settings = { host: receiver.host, signingKey }
      const isTaken = takes({ headers: request.headers, body, at: new Date() }, settings)
      ;(isTaken ? taken : refused).push(body)
      response.writeHead(isTaken ? 200 : 403).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `localhost:${(server.address() as AddressInfo).port}`
  const receiver = {
    /** The name it believes to have, which may be a mistake. */
    host,
    url: `http://${host}/callbacks/sep31`,
    taken: taken as readonly string[],
    refused: refused as readonly string[],
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return receiver
}
