import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import tls, { rootCertificates } from 'node:tls'
import { expect, it, vi } from 'vitest'
import { guardedFetch } from '../../../src/adapters/guarded-fetch/guarded-fetch.ts'

it('trusts its own authorities beside the usual ones, speaks HTTP/1.1, and lasts seconds (SEP01-49, SEP01-53)', async () => {
  const connect = vi.spyOn(tls, 'connect')
  const limit = vi.spyOn(AbortSignal, 'timeout')
  const extraCertificates = rootCertificates.slice(0, 2)
  const fetcher = guardedFetch({
    allowPrivateHosts: ['wallet.test'],
    extraCertificates,
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  })
  const asked = fetcher.fetch({ url: 'https://wallet.test:1/' }) // nobody listens there
  const cause: unknown = expect.objectContaining({ code: 'ECONNREFUSED' })
  await expect(asked).rejects.toMatchObject({ fault: 'unreachable', cause })
  await fetcher.close()
  const [options] = connect.mock.calls.map(([given]) => given as unknown)
  expect(options).toMatchObject({
    ca: [...rootCertificates, ...extraCertificates],
    ALPNProtocols: ['http/1.1'],
  })
  expect(limit.mock.calls).toEqual([[15_000]])
  connect.mockRestore()
  limit.mockRestore()
})

it('goes on to the next address of a name where nobody listens at the first', async () => {
  const server = createServer((_, response) => void response.end('hello'))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const host = `wallet.test:${(server.address() as AddressInfo).port}`
  const fetcher = guardedFetch({
    allowPrivateHosts: [host],
    resolve: async () => ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 })),
  })
  const answer = await fetcher.fetch({ url: `http://${host}/` })
  await fetcher.close()
  server.close()
  expect([answer.status, Buffer.from(answer.bytes).toString()]).toEqual([200, 'hello'])
})
