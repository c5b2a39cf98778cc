import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A machine of somebody else that repeats in its answer whatever it was told. */
export interface Gossip {
  readonly url: string
  /** Bodies it was sent. */
  readonly heard: readonly string[]
  stop(): Promise<void>
}

type Answer = readonly [status: number, body: string]

/** `answer` makes what is said of what was heard. */
export async function startGossip(
  answer: (body: string, count: number, path: string) => Answer,
): Promise<Gossip> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      if (body !== '') heard.push(body)
      const [status, said] = answer(body, heard.length, request.url ?? '')
      response.writeHead(status, { 'content-type': 'application/json' }).end(said)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    heard,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
