import { createPrivateKey, sign } from 'node:crypto'
import { expect, it } from 'vitest'
import { callbackSender } from '../../../src/adapters/callbacks/callback-sender.ts'

const seed = Buffer.alloc(32, 7)
const key = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  format: 'der',
  type: 'pkcs8',
})
const signWithKey = (message: Uint8Array) => sign(null, message, key)
const at = new Date('2023-11-14T22:13:20.700Z')
const body = '{"transaction":{"id":"82fhs729f63dh0v4","status":"completed"}}'

it('signs time, host and body as the test vector of section 2.6 says (SEP31-85, SEP31-86, POLARIS-8.24)', async () => {
  const sent: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = []
  const sender = callbackSender({
    sign: signWithKey,
    fetch: (request) => {
      sent.push(request)
      return Promise.resolve({ status: 204 })
    },
  })
  const answer = await sender.send({ url: 'https://wallet.example.com/callback', body }, at)
  expect(answer).toEqual({ kind: 'answered', status: 204 })
  const signature =
    't=1700000000, s=LaPOP1zcIaLvzTFJT+sjNaqQzlLIj7YrzCSMBJeND4t9c13/IomTK/5pBzvHMFb37Zg7G4vXMirtGg7LAAL1Cg=='
  expect(sent).toEqual([
    {
      url: 'https://wallet.example.com/callback',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        signature,
        'x-stellar-signature': signature,
      },
      body,
    },
  ])
})

it('covers the time, and the port that the address has, also the usual one (SEP31-86, SEP31-W28)', async () => {
  const signed: string[] = []
  const called: string[] = []
  const sender = callbackSender({
    sign: (message) => {
      signed.push(Buffer.from(message).toString('utf8'))
      return new Uint8Array(64)
    },
    fetch: ({ url }) => {
      called.push(url)
      return Promise.resolve({ status: 200 })
    },
  })
  await sender.send({ url: 'https://wallet.example.com:8443/x', body: '{}' }, at)
  const later = new Date(at.getTime() + 60_000)
  await sender.send({ url: 'https://wallet.example.com:443/x', body: '{}' }, later)
  expect(signed).toEqual([
    '1700000000.wallet.example.com:8443.{}',
    '1700000060.wallet.example.com:443.{}',
  ])
  expect(called).toEqual(['https://wallet.example.com:8443/x', 'https://wallet.example.com/x'])
})

it('answers, and does not throw, when the address cannot be reached', async () => {
  const sender = callbackSender({
    sign: signWithKey,
    fetch: () => Promise.reject(new Error('The address could not be fetched: not_public')),
  })
  expect(await sender.send({ url: 'https://wallet.example.com', body }, at)).toEqual({
    kind: 'unreachable',
    reason: 'The address could not be fetched: not_public',
  })
  const odd = callbackSender({
    sign: signWithKey,
    fetch: () => new Promise((_, reject) => (reject as (reason: unknown) => void)('no error')),
  })
  expect(await odd.send({ url: 'https://wallet.example.com', body }, at)).toEqual({
    kind: 'unreachable',
    reason: 'unknown',
  })
})
