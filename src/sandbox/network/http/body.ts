import type { IncomingMessage } from 'node:http'
import { badField } from './problem.ts'

export const LARGEST_BODY = 200_000

/** Read to its end but not kept, so that the sender hears the refusal; beyond this it is cut off. */
const PATIENCE = 50

/** The whole body, refused above 200 kB where nothing else is said (SBX-118). */
export function readBody(request: IncomingMessage, most = LARGEST_BODY): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let pieces: Buffer[] = []
    let size = 0
    request.on('data', (piece: Buffer) => {
      size += piece.length
      if (size <= most) pieces.push(piece)
      else pieces = []
      if (size > most * PATIENCE) request.destroy()
    })
    request.on('end', () => {
      if (size > most) reject(badField('body', `body: at most ${most} bytes`))
      else resolve(Buffer.concat(pieces))
    })
    request.on('error', reject)
    request.on('close', () => reject(badField('body', 'body: it ended too early')))
  })
}
