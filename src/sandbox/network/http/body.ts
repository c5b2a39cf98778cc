import type { IncomingMessage } from 'node:http'
import { badField } from './problem.ts'

const LARGEST_BODY = 200_000

/** The whole body, refused above 200 kB (SBX-118). */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > LARGEST_BODY) {
      request.resume()
      throw badField('body', `body: at most ${LARGEST_BODY} bytes`)
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
