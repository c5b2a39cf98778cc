import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect, it } from 'vitest'
import { openConnections } from './connections.ts'

it('reaches a gateway anew that closed an idle connection', async () => {
  const sockets: Socket[] = []
  const server = createServer((request, response) => {
    sockets.push(request.socket)
    response.setHeader('content-length', '2').end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  const [connection] = await openConnections(`http://127.0.0.1:${port}`, 1)
  const ask = () => connection?.call({ method: 'GET', path: '/' })
  expect(await ask()).toEqual({ status: 200, body: '{}' })
  expect(await ask()).toEqual({ status: 200, body: '{}' })
  expect(new Set(sockets).size).toBe(1)
  server.closeIdleConnections()
  await expect.poll(ask).toEqual({ status: 200, body: '{}' })
  expect(new Set(sockets).size).toBe(2)
  connection?.close()
  server.close()
})
