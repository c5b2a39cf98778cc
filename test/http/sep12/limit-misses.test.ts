import { expect, it } from 'vitest'
import { limitMisses } from '../../../src/http/sep12/limit-misses.ts'
import { badRequest, notFound } from '../../../src/http/server/reply.ts'
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

it('bounds the guesses of each minute anew (SEP12-136)', async () => {
  let at = 0
  const route = limitMisses(() => new Date(at))(() => Promise.resolve(notFound('No such customer')))
  const ask = async () => {
    const principal = { account: 'guesser', subject: 'guesser', homeDomain: 'localhost' }
    return (await route(aRequest({ principal }))).status
  }
  for (const minute of [0, 1, 2]) {
    at = minute * 60_000
    for (let misses = 0; misses < 60; misses += 1) expect(await ask()).toBe(404)
    expect(await ask()).toBe(429)
    at += 59_999
    expect(await ask()).toBe(429)
  }
})

it('says how many seconds are left of the minute, begun ones too (SEP12-136)', async () => {
  let at = 0
  const route = limitMisses(() => new Date(at))(() => Promise.resolve(notFound('No such customer')))
  for (let misses = 0; misses < 60; misses += 1) await route(aRequest())
  for (const [moment, seconds] of [
    [0, '60'],
    [58_999, '2'],
    [59_000, '1'],
    [59_999, '1'],
  ] as const) {
    at = moment
    expect((await route(aRequest())).headers).toEqual({ 'retry-after': seconds })
  }
})

it('counts a client that guesses again among the latest ones (SEP12-136)', async () => {
  let at = 0
  const route = limitMisses(() => new Date(at))(() => Promise.resolve(notFound('No such customer')))
  const ask = async (account: string) => {
    const principal = { account, subject: account, homeDomain: 'localhost' }
    return (await route(aRequest({ principal }))).status
  }
  await ask('guesser')
  await ask('other')
  at = 60_000
  for (let misses = 0; misses < 60; misses += 1) await ask('guesser')
  for (let client = 0; client < 9_999; client += 1) await ask(`client-${client}`)
  expect(await ask('guesser')).toBe(429)
})

it('counts a miss from when it was asked for, however long the answer takes (SEP12-136)', async () => {
  let at = 0
  const route = limitMisses(() => new Date(at))(() => {
    at += 500
    return Promise.resolve(notFound('No such customer'))
  })
  for (let misses = 0; misses < 60; misses += 1) await route(aRequest())
  expect(at).toBe(30_000)
  expect(await route(aRequest())).toMatchObject({ status: 429, headers: { 'retry-after': '30' } })
  at = 59_999
  expect((await route(aRequest())).status).toBe(429)
  at = 60_000
  expect((await route(aRequest())).status).toBe(404)
})

it('counts nothing but what is not there (SEP12-136)', async () => {
  const answers = [badRequest('No'), { status: 200 }, { status: 403 }, { status: 413 }]
  const limited = limitMisses(() => new Date(0))
  for (const answer of answers) {
    const route = limited(() => Promise.resolve(answer))
    for (let asked = 0; asked <= 60; asked += 1) expect(await route(aRequest())).toBe(answer)
  }
  expect((await limited(() => Promise.resolve(notFound('No')))(aRequest())).status).toBe(404)
})
