import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Server, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import {
  createServer as createTcpServer,
  getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily,
} from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GuardedFetchParts } from '../../../src/adapters/guarded-fetch/guarded-fetch.ts'
import { FetchRefused, guardedFetch } from '../../../src/adapters/guarded-fetch/guarded-fetch.ts'
import { homePages } from '../../../src/adapters/guarded-fetch/home-pages.ts'
import { isPublicAddress } from '../../../src/adapters/guarded-fetch/public-address.ts'
import { serverCertificate } from '../../../src/sandbox/network/tls/authority.ts'
import { until } from '../../until.ts'

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const seed = 'SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN'
const name = 'wallet.test'
const directory = mkdtempSync(join(tmpdir(), 'fairlead-fetch-'))

/** What the wallet's server answers; each test sets it. */
const wallet = { answer: (response: ServerResponse) => void response.end(), asked: 0, path: '' }
let server: Server
let host = ''
let authority = ''

beforeAll(async () => {
  const names = [name, 'localhost']
  const { key, cert, caFile } = await serverCertificate({ directory, names, now: new Date() })
  authority = readFileSync(caFile, 'utf8')
  server = createServer({ key, cert }, (request, response) => {
    wallet.asked += 1
    wallet.path = request.url ?? ''
    wallet.answer(response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  host = `${name}:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(directory, { recursive: true })
})

const ofLoopback = (address: string) => ({ address, family: 4 })
const loopback = () => Promise.resolve([ofLoopback('127.0.0.1')])

const opened: { readonly close: () => Promise<void> }[] = []
afterAll(async () => {
  await Promise.all(opened.map((fetcher) => fetcher.close()))
})

function open(parts: GuardedFetchParts = {}) {
  const fetcher = guardedFetch({
    allowPrivateHosts: [host],
    extraCertificates: [authority],
    resolve: loopback,
    ...parts,
  })
  opened.push(fetcher)
  return fetcher
}

const faultOf = async (url: string, parts: GuardedFetchParts = {}) => {
  const failure: unknown = await open(parts)
    .fetch({ url })
    .then(
      (answer) => answer.status,
      (reason: unknown) => reason,
    )
  return failure instanceof FetchRefused ? failure.fault : failure
}

/** Its fault, where it came well before the ten seconds at which any of the other limits ends. */
async function soon(url: string, { timeouts, ...parts }: GuardedFetchParts) {
  const others = { connectMs: 10_000, readMs: 10_000, totalMs: 10_000 }
  const begun = performance.now()
  const fault = await faultOf(url, { ...parts, timeouts: { ...others, ...timeouts } })
  return performance.now() - begun < 5_000 ? fault : 'late'
}

const privateAddresses = [
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '192.0.2.1',
  '198.18.0.1',
  '240.0.0.1',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  'fe80::1',
  'fd00:ec2::254',
  'fc00::1',
  'ff02::1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  '2001::1',
] as const

describe('addresses', () => {
  it.each(privateAddresses)('%s is not public (SEP01-54)', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['1.1.1.1', '93.184.216.34', '2606:4700::1111', '::ffff:1.1.1.1'])(
    '%s is public (SEP01-54)',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )
})

describe('a guarded fetch', () => {
  it.each([
    ['http://wallet.test/', 'not_https'],
    ['ftp://wallet.test/', 'not_https'],
    ['ftp://user@wallet.test/', 'not_https'],
    ['http://user@wallet.test/', 'not_a_host'],
    ['http://127.0.0.1/', 'not_https'],
    ['https://user@127.0.0.1/', 'not_a_host'],
    ['xhttps://wallet.test/', 'not_https'],
    ['httpsx://wallet.test/', 'not_https'],
    ['wallet.test', 'not_a_host'],
    ['https://user@wallet.test/', 'not_a_host'],
    ['https://wallet.test:443/', 'not_a_host'],
    ['https://2130706433/', 'not_a_host'],
    ['https://0x7f000001/', 'not_a_host'],
    ['https://127.1/', 'not_a_host'],
    ['https://wallet.test\\@evil.test/', 'not_a_host'],
    ['https://127.0.0.1/', 'not_public'],
    ['https://[::1]/', 'not_public'],
    ['https://[::ffff:7f00:1]/', 'not_public'],
    ['https://169.254.169.254/', 'not_public'],
    ['https://10.0.0.1/', 'not_public'],
  ])('refuses %s: %s (SEP01-49, SEP01-54, SEP01-55, AP-2.4, AP-2.5)', async (url, fault) => {
    expect(await faultOf(url)).toBe(fault)
  })

  it.each(privateAddresses)(
    'refuses %s where a URL names it (SEP01-54, AP-2.4)',
    async (address) => {
      const written = address.includes(':') ? `[${address}]` : address
      const { host: named } = new URL(`https://${written}/`) // as everybody spells it
      expect(await faultOf(`https://${named}/`)).toBe('not_public')
    },
  )

  it('refuses a name that leads to a private address, even beside public ones (SEP01-54, AP-2.4, POLARIS-8.24)', async () => {
    const before = wallet.asked
    expect(await faultOf(`https://${host}/`, { allowPrivateHosts: [] })).toBe('not_public')
    const mixed = ['93.184.216.34', '127.0.0.1', '1.1.1.1'].map(ofLoopback)
    for (const addresses of [mixed, mixed.slice(0, 2), mixed.slice(1)]) {
      const parts = { allowPrivateHosts: [], resolve: () => Promise.resolve(addresses) }
      expect(await faultOf(`https://${host}/`, parts)).toBe('not_public')
    }
    expect(wallet.asked).toBe(before)
  })

  it.each(['not_https', 'timed_out', 'compressed'] as const)(
    'says in a sentence why: %s',
    (fault) => {
      const cause = new Error('inside')
      const refused = new FetchRefused(fault, cause)
      expect(refused).toMatchObject({ name: 'FetchRefused', fault, cause })
      expect(refused.message).toBe(`The address could not be fetched: ${fault}`)
    },
  )

  it('lets no host be private by itself (SEP01-54)', async () => {
    const plain = guardedFetch()
    opened.push(plain)
    const asked = plain.fetch({ url: 'https://127.0.0.1:1/' })
    await expect(asked).rejects.toMatchObject({ fault: 'not_public' })
  })

  it('goes to an address that is public (SEP01-54)', async () => {
    const fetcher = open({ allowPrivateHosts: [] })
    const asked = fetcher.fetch({ url: 'https://[4000::1]/' }) // nobody has it
    const refusal = asked.catch((reason: unknown) => reason)
    await fetcher.close()
    expect(await refusal).toMatchObject({ fault: 'unreachable' })
  })

  it('goes to a private address that was named itself', async () => {
    const address = `127.0.0.1:${new URL(`https://${host}`).port}`
    const parts = { allowPrivateHosts: [address] }
    expect(await faultOf(`https://${address}/`, parts)).toBe('unreachable') // it proves another name
  })

  it('goes nowhere once it is closed', async () => {
    wallet.answer = (response) => void response.end('hello')
    for (const parts of [{}, { allowPrivateHosts: [] }]) {
      const fetcher = open(parts)
      await fetcher.close()
      const asked = fetcher.fetch({ url: `https://${host}/` })
      await expect(asked).rejects.toMatchObject({ fault: 'unreachable' })
    }
  })

  it('connects to the address that was checked, without a second look (SEP01-54, AP-2.4, POLARIS-8.24)', async () => {
    wallet.answer = (response) => void response.end('hello')
    let looked = 0
    const resolve = () => {
      looked += 1
      return looked === 1 ? loopback() : Promise.resolve([{ address: '192.0.2.1', family: 4 }])
    }
    expect(await faultOf(`https://${host}/`, { resolve })).toBe(200)
    expect(looked).toBe(1)
  })

  it('reaches private addresses of a host that was named, with its port or without, also without TLS', async () => {
    let headers: Readonly<Record<string, unknown>> = {}
    server.once('request', (request: { readonly headers: typeof headers }) => {
      headers = request.headers
    })
    wallet.answer = (response) => void response.end('hello')
    expect(await faultOf(`https://${host}/`, { allowPrivateHosts: [name] })).toBe(200)
    const several = ['a.test', name, 'b.test:1']
    expect(await faultOf(`https://${host}/`, { allowPrivateHosts: several })).toBe(200)
    expect(headers['accept-encoding']).toBe('identity')
    expect(await faultOf(`http://${host}/`)).toBe('unreachable') // it speaks TLS
    expect(await faultOf(`http://${host}/`, { allowPrivateHosts: [`${host}1`] })).toBe('not_https')
  })

  it.each([
    ['no address at all', () => Promise.resolve([])],
    ['an error of the resolver', () => Promise.reject(new Error('ESERVFAIL'))],
  ])('reaches nobody behind a name that has %s', async (_, resolve) => {
    expect(await faultOf(`https://${host}/`, { resolve })).toBe('unreachable')
    const parts = { resolve, allowPrivateHosts: [] }
    expect(await faultOf(`https://${host}/`, parts)).toBe('unreachable')
  })

  it('goes to the first address of a name where Node tries no others', async () => {
    const usual = getDefaultAutoSelectFamily()
    setDefaultAutoSelectFamily(false)
    const two = () => Promise.resolve(['127.0.0.1', '127.0.0.2'].map(ofLoopback))
    const answered = await faultOf(`https://${host}/`, { resolve: two })
    setDefaultAutoSelectFamily(usual)
    expect(answered).toBe(200)
  })

  it('trusts nobody but the authorities (SEP01-49, AP-2.15)', async () => {
    expect(await faultOf(`https://${host}/`, { extraCertificates: [] })).toBe('unreachable')
  })

  it('follows no redirect (SEP01-50, AP-2.4)', async () => {
    wallet.answer = (response) =>
      void response.writeHead(302, { location: `https://${host}/elsewhere` }).end()
    const before = wallet.asked
    expect(await faultOf(`https://${host}/`)).toBe(302)
    expect(wallet.asked).toBe(before + 1)
  })

  it('stops reading after 100 KB, whatever the length that was told (SEP01-52, AP-2.6)', async () => {
    wallet.answer = (response) => void response.end('a'.repeat(102_400))
    expect(await faultOf(`https://${host}/`)).toBe(200)
    wallet.answer = (response) => void response.end('a'.repeat(102_401))
    expect(await faultOf(`https://${host}/`)).toBe('too_large')
    wallet.answer = (response) => {
      response.write('a'.repeat(60_000))
      response.end('a'.repeat(60_000))
    }
    expect(await faultOf(`https://${host}/`)).toBe('too_large')
  })

  it('stops reading earlier where that was asked for (SEP01-52)', async () => {
    wallet.answer = (response) => void response.end('a'.repeat(11))
    const asked = open().fetch({ url: `https://${host}/`, bytesMax: 10 })
    await expect(asked).rejects.toMatchObject({ fault: 'too_large' })
  })

  it('takes a host in capitals for the same host (SEP01-55)', async () => {
    wallet.answer = (response) => void response.end('hello')
    expect(await faultOf(`https://${host.toUpperCase()}/`)).toBe(200)
  })

  it('reads nothing that is compressed, and leaves the connection (SEP01-52)', async () => {
    let hasLeft = false
    wallet.answer = (response) => {
      response.once('close', () => (hasLeft = true))
      response.writeHead(200, { 'content-encoding': 'gzip' }).write(gzipSync('a'.repeat(1e6)))
    }
    expect(await faultOf(`https://${host}/`)).toBe('compressed')
    await until(() => hasLeft, 'the connection to be left', 5_000) // sooner than by any limit of its own
  })

  it('gives up soon when the whole takes too long, though a byte comes now and then (SEP01-53)', async () => {
    wallet.answer = (response) => {
      const drip = setInterval(() => response.write('a'), 20)
      response.on('close', () => clearInterval(drip))
    }
    expect(await faultOf(`https://${host}/`, { timeouts: { totalMs: 200 } })).toBe('timed_out')
  })

  it('gives up soon when no answer comes (SEP01-53)', async () => {
    wallet.answer = () => undefined
    expect(await soon(`https://${host}/`, { timeouts: { readMs: 200 } })).toBe('timed_out')
  })

  it('gives up soon when the body stops half-way (SEP01-53)', async () => {
    wallet.answer = (response) => void response.write('a')
    expect(await soon(`https://${host}/`, { timeouts: { readMs: 200 } })).toBe('timed_out')
  })

  it('gives up soon when the connection is not taken up (SEP01-53)', async () => {
    const silent = createTcpServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const mute = `${name}:${(silent.address() as AddressInfo).port}`
    const parts = { timeouts: { connectMs: 200 }, allowPrivateHosts: [mute] }
    expect(await soon(`https://${mute}/`, parts)).toBe('timed_out')
    silent.close()
  })

  it('posts, for callbacks', async () => {
    const asked: unknown[] = []
    wallet.answer = (response) => {
      const { req } = response
      let body = ''
      req.on('data', (chunk: Buffer) => (body += chunk.toString()))
      req.on('end', () => {
        const { host: to, 'content-type': type, 'x-told': told } = req.headers
        asked.push([req.method, req.url, to, type, told, req.headers['accept-encoding'], body])
        response.writeHead(202).end('thanks')
      })
    }
    const answer = await open().fetch({
      url: `https://${host}/callback?a=b`,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-told': 'so' },
      body: '{"a":1}',
    })
    expect(answer.status).toBe(202)
    expect(Buffer.from(answer.bytes).toString()).toBe('thanks')
    const sent = ['application/json', 'so', 'identity', '{"a":1}']
    expect(asked).toEqual([['POST', '/callback?a=b', host, ...sent]])
  })
})

describe('the stellar.toml of another domain', () => {
  const lookUp = (told: string[] = []) =>
    homePages({
      fetch: open().fetch,
      now: () => new Date(),
      onRefused: ({ fault }) => told.push(fault),
    })
  const publish = (text: string, status = 200) => {
    wallet.answer = (response) => void response.writeHead(status).end(text)
  }

  it('tells its SIGNING_KEY, also behind a byte-order mark (SEP10-45, SEP01-49)', async () => {
    publish(`\uFEFFSIGNING_KEY = "${account}"\n[DOCUMENTATION]\nORG_NAME = "A"`)
    expect(await lookUp().signingKeyOf(host)).toEqual({ ok: true, value: account })
    expect(wallet.path).toBe('/.well-known/stellar.toml')
  })

  it.each([
    ['missing', 'VERSION = "2.7.0"', 'no valid SIGNING_KEY'],
    ['a seed published by mistake', `SIGNING_KEY = "${seed}"`, 'no valid SIGNING_KEY'],
    [
      'a muxed account',
      'SIGNING_KEY = "MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ"',
      'no valid SIGNING_KEY',
    ],
    ['an array', `SIGNING_KEY = ["${account}"]`, 'no valid SIGNING_KEY'],
    ['inside a table', `[DOCUMENTATION]\nSIGNING_KEY = "${account}"`, 'no valid SIGNING_KEY'],
    ['in a file that is no TOML', `<html>${account}</html>`, 'not TOML'],
    ['in an empty file', '', 'no valid SIGNING_KEY'],
  ])(
    'is refused when the key is %s, and its text is not told (SEP01-51, SEP01-56, SEP01-57, SEP10-45)',
    async (...[, text, fault]) => {
      publish(text)
      const told: string[] = []
      const found = await lookUp(told).signingKeyOf(host)
      expect(found).toEqual({ ok: false, refusal: { code: 'no_signing_key' } })
      expect(told).toEqual([fault])
    },
  )

  it('is refused when it is no UTF-8 (SEP01-57)', async () => {
    const told: string[] = []
    const text = Buffer.from(`SIGNING_KEY = "${account}"\nNAME = "?"`)
    text[text.length - 2] = 0xff
    wallet.answer = (response) => void response.end(text)
    const found = await lookUp(told).signingKeyOf(host)
    expect(found).toEqual({ ok: false, refusal: { code: 'no_signing_key' } })
    expect(told).toEqual(['not TOML'])
  })

  it.each([404, 500, 301])(
    'is refused with status %i, which is told (SEP01-51)',
    async (status) => {
      publish(`SIGNING_KEY = "${account}"`, status)
      const told: string[] = []
      const found = await lookUp(told).signingKeyOf(host)
      expect(found).toEqual({ ok: false, refusal: { code: 'unreachable' } })
      expect(told).toEqual([`status ${status}`])
    },
  )

  it.each([
    [199, false],
    [200, true],
    [299, true],
    [300, false],
  ])('is taken from an answer with status %i: %s (SEP01-51)', async (status, isTaken) => {
    const bytes = Buffer.from(`SIGNING_KEY = "${account}"`)
    const fetch = () => Promise.resolve({ status, bytes })
    const found = await homePages({ fetch, now: () => new Date() }).signingKeyOf('a.example')
    expect(found.ok).toBe(isTaken)
  })

  it('is refused when it cannot be fetched, and why is told to the log alone (SEP01-51)', async () => {
    const told: unknown[] = []
    const fetch = () => Promise.reject(new FetchRefused('timed_out'))
    const pages = homePages({ fetch, now: () => new Date(), onRefused: (what) => told.push(what) })
    const refused = { ok: false, refusal: { code: 'unreachable' } }
    expect(await pages.signingKeyOf('a.example')).toEqual(refused)
    expect(told).toEqual([{ domain: 'a.example', fault: 'timed_out' }])
  })

  it('is no excuse for a fault of ours, which is not remembered either', async () => {
    let fault: Error | undefined = new Error('a fault of ours')
    const bytes = Buffer.from(`SIGNING_KEY = "${account}"`)
    const fetch = () => (fault ? Promise.reject(fault) : Promise.resolve({ status: 200, bytes }))
    const pages = homePages({ fetch, now: () => new Date() })
    await expect(pages.signingKeyOf('a.example')).rejects.toThrow('a fault of ours')
    fault = undefined
    expect(await pages.signingKeyOf('a.example')).toEqual({ ok: true, value: account })
  })

  it('is refused for what is no bare host (SEP01-55)', async () => {
    for (const domain of ['a/b', 'a@b', 'a?b', 'a#b', 'a b', '[::1]', '', 'https://a.b']) {
      expect((await lookUp().signingKeyOf(domain)).ok).toBe(false)
    }
  })

  it('is remembered for minutes, and a refusal for seconds (SEP01-58)', async () => {
    let now = new Date(0)
    const pages = homePages({ fetch: open().fetch, now: () => now })
    const before = wallet.asked
    const askAt = async (seconds: number) => {
      now = new Date(seconds * 1_000)
      await pages.signingKeyOf(host)
      return wallet.asked - before
    }
    publish('', 404)
    expect([await askAt(0), await askAt(14), await askAt(15)]).toEqual([1, 1, 2])
    publish(`SIGNING_KEY = "${account}"`)
    expect([await askAt(32), await askAt(331), await askAt(332)]).toEqual([3, 3, 4])
  })

  it('is fetched once for all who ask at the same time (SEP01-58)', async () => {
    publish(`SIGNING_KEY = "${account}"`)
    const before = wallet.asked
    const pages = lookUp()
    const found = await Promise.all([1, 2, 3].map(() => pages.signingKeyOf(host)))
    expect(found).toEqual(found.map(() => ({ ok: true, value: account })))
    expect(wallet.asked - before).toBe(1)
  })

  it('is remembered for a bounded number of domains, the oldest forgotten first (SEP01-58)', async () => {
    const asked: string[] = []
    const pages = homePages({
      fetch: ({ url }) => {
        asked.push(new URL(url).host)
        return Promise.resolve({ status: 404, bytes: new Uint8Array() })
      },
      now: () => new Date(0),
    })
    for (let index = 0; index <= 1_000; index += 1) await pages.signingKeyOf(`a${index}.example`)
    await pages.signingKeyOf('a1000.example')
    expect(asked).toHaveLength(1_001)
    await pages.signingKeyOf('a0.example')
    expect(asked.at(-1)).toBe('a0.example')
    expect(asked).toHaveLength(1_002)
  })
})
