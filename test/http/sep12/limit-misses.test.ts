import { expect, it } from 'vitest'
import { limitMisses } from '../../../src/http/sep12/limit-misses.ts'
import { notFound } from '../../../src/http/server/reply.ts'
import { aRequest } from '../../builders/http-request.ts'

it('remembers a bounded number of clients that guess, the latest ones (SEP12-136)', async () => {
  const route = limitMisses(() => new Date(0))(() => Promise.resolve(notFound('No such customer')))
  const ask = async (account: string) => {
    const principal = { account, subject: account, homeDomain: 'localhost' }
    return (await route(aRequest({ principal }))).status
  }
  for (let misses = 0; misses < 60; misses += 1) await ask('first')
  expect(await ask('first')).toBe(429)
  for (let client = 0; client < 9_999; client += 1) await ask(`client-${client}`)
  expect(await ask('first')).toBe(429)
  await ask('one more')
  expect(await ask('first')).toBe(404)
})
