import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLocal } from '../local-caller.ts'

export const bodyBytesMax = 262_144

/** A request with its body read. `path` is path and query as sent; `url` the same, taken apart. */
export interface BankRequest {
  readonly method: string
  readonly path: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: Uint8Array
  readonly isLocal: boolean
}

export interface BankReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** `drop` closes the connection without an answer, `hang` leaves it open until the caller gives up. */
export type BankAnswer = BankReply | 'drop' | 'hang'

export const refusal = (status: number, code: string, message: string): BankReply => ({
  status,
  body: { error: { code, message } },
})

/** Reads the request, or gives the refusal of one that is too big or not addressed properly. */
export async function readRequest(incoming: IncomingMessage): Promise<BankRequest | BankReply> {
  const { url: path = '/', headers } = incoming
  if (!URL.canParse(path, 'http://bank'))
    return refusal(400, 'malformed_path', 'The path is not one.')
  const chunks: Buffer[] = []
  let bytes = 0
  // The default iterator would destroy the connection, and with it the refusal.
  const arriving: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false })
  for await (const chunk of arriving) {
    bytes += chunk.byteLength
    if (bytes > bodyBytesMax) {
      return refusal(413, 'body_too_large', `The body has more than ${bodyBytesMax} bytes.`)
    }
    chunks.push(chunk)
  }
  return {
    method: incoming.method ?? 'GET',
    path,
    url: new URL(path, 'http://bank'),
    headers,
    body: Buffer.concat(chunks),
    isLocal: isLocal({ remoteAddress: incoming.socket.remoteAddress ?? '', headers }),
  }
}

export function writeAnswer(response: ServerResponse, answer: BankAnswer): void {
  if (answer === 'drop') {
    response.socket?.destroy()
    return
  }
  if (answer === 'hang') return
  const body = JSON.stringify(answer.body)
  // A body that was not read to its end would be taken for the next request.
  const close = response.req.complete ? {} : { connection: 'close' }
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...close,
    ...answer.headers,
  })
  response.end(body)
}
