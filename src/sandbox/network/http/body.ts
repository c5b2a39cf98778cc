import type { IncomingMessage } from 'node:http'
import { badField } from './problem.ts'

export const LARGEST_BODY = 200_000

/** The whole body, refused above 200 kB where nothing else is said (SBX-118). */
export async function readBody(request: IncomingMessage, most = LARGEST_BODY): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > most) {
      request.resume()
      throw badField('body', `body: at most ${most} bytes`)
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
