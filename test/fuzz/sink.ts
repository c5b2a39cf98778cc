import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Takes every callback. */
export async function openSink(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, answer) => {
    request.resume()
    answer.writeHead(200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}
