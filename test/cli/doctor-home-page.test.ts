import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { examineHomePage } from '../../src/cli/doctor/home-page.ts'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { serverCertificate } from '../../src/sandbox/network/tls/authority.ts'
import { distribution, file, issuer, variables } from '../config/configuration.ts'
import { allGood, complaintsOf, listening, serve, untilLetGo } from './doctor-examined.ts'

/** The doctor before pages at the home domain that no sandbox serves. */

const passphrase = variables.FAIRLEAD_NETWORK_PASSPHRASE

describe('the home page', () => {
  const toml = (url: string, changes: Readonly<Record<string, string>> = {}) => {
    const keys = {
      SIGNING_KEY: issuer,
      NETWORK_PASSPHRASE: passphrase,
      WEB_AUTH_ENDPOINT: `${url}/auth`,
      KYC_SERVER: `${url}/sep12`,
      DIRECT_PAYMENT_SERVER: `${url}/sep31`,
      ...changes,
    }
    const lines = Object.entries(keys).map(([name, value]) => `${name}="${value}"`)
    return `${lines.join('\n')}\n[[CURRENCIES]]\ncode="USDC"\nissuer="${issuer}"\n`
  }
  const cors = { 'access-control-allow-origin': '*' }
  const configAt = (settings: Readonly<Record<string, string>>, isSandbox: boolean) =>
    checkConfig(readEnvironment({ ...variables, ...settings }), file, isSandbox).config
  /** What is found at this address of a sandbox, whose page is where it listens. */
  const examined = (url: string, changes: object = {}) => {
    const settings = { FAIRLEAD_PUBLIC_URL: url, FAIRLEAD_HOME_DOMAIN: 'elsewhere.example' }
    const config = { ...configAt(settings, true), ...changes }
    return examineHomePage({ config, signingKey: issuer })
  }
  const look = async (...[url, changes]: Parameters<typeof examined>) =>
    complaintsOf((await examined(url, changes)).findings)
  const allWell = (page: string) => [
    `${page} is there`,
    'browsers may read it',
    'SIGNING_KEY is ours',
    'NETWORK_PASSPHRASE is ours',
    'WEB_AUTH_ENDPOINT is ours',
    'KYC_SERVER is ours',
    'DIRECT_PAYMENT_SERVER is ours',
    'every asset is listed under CURRENCIES',
  ]

  it('that says what the configuration says gives no reason to complain', async () => {
    const url = await serve(200, cors, toml)
    const found = allGood('Home domain', allWell(`${url}/.well-known/stellar.toml`))
    expect(await examined(url)).toEqual(found)
  })

  it('is read over https, by the authorities of this machine and one that is told (SEP01-01)', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fairlead-doctor-'))
    const names = ['localhost']
    const { caFile, ...tls } = await serverCertificate({ directory, names, now: new Date() })
    const server = createHttpsServer(tls, (_, response) => {
      response.writeHead(200, cors).end(toml('https://anchor.example.com')) // not where that is
    })
    await listening(server)
    const homeDomain = `localhost:${(server.address() as AddressInfo).port}`
    const page = `https://${homeDomain}/.well-known/stellar.toml`
    const seen = (changes: Readonly<Record<string, string>> = {}) => {
      const config = configAt({ FAIRLEAD_HOME_DOMAIN: homeDomain, ...changes }, false)
      return examineHomePage({ config, signingKey: undefined })
    }
    const all = allGood('Home domain', allWell(page).toSpliced(2, 1)) // of no key nothing is said
    expect(await seen({ FAIRLEAD_EXTRA_CA_FILE: caFile })).toEqual(all)
    const { findings } = await seen()
    expect(complaintsOf(findings)).toEqual([
      `warning ${page} cannot be read: self-signed certificate in certificate chain → ${isNatural}`,
    ])
    const known = getCACertificates('default')
    setDefaultCACertificates([...known, await readFile(caFile, 'utf8')])
    expect(await seen()).toEqual(all)
    setDefaultCACertificates(known)
    expect(await untilLetGo(server)).toBe(0)
    await rm(directory, { recursive: true })
  })

  const isNatural =
    'Natural before the first start; after it, look at DNS, the certificate and the proxy in front'

  it('may be of 100 KB and no more (SEP01-04)', async () => {
    const ofSize = (size: number) => serve(200, cors, (url) => `${toml(url)}#`.padEnd(size, '-'))
    expect(await look(await ofSize(102_400))).toEqual([])
    expect(await look(await ofSize(102_401))).toEqual([
      expect.stringMatching(/^warning .* cannot be read: .*exceeded/i),
    ])
  })

  it('has to be there, for browsers too (SEP01-08)', async () => {
    const absent = await serve(404, cors, toml)
    expect(await look(absent)).toEqual([
      `fault ${absent}/.well-known/stellar.toml answers 404 → Serve it there, from this gateway or by forwarding to it`,
    ])
    for (const headers of [{}, { 'access-control-allow-origin': 'https://wallet.example' }]) {
      expect(await look(await serve(200, headers, toml))).toEqual([
        'fault browsers may not read it → Send Access-Control-Allow-Origin: * with it (SEP-1)',
      ])
    }
  })

  const mend = 'Publish what this configuration says, or mend the configuration'
  it.each<[string, (url: string) => string, string]>([
    [
      'SIGNING_KEY',
      () => issuer,
      'Publish the key of FAIRLEAD_SIGNING_SEED, or every login is refused by careful wallets',
    ],
    ['NETWORK_PASSPHRASE', () => passphrase, mend],
    ['WEB_AUTH_ENDPOINT', (url) => `${url}/auth`, mend],
    ['KYC_SERVER', (url) => `${url}/sep12`, mend],
    ['DIRECT_PAYMENT_SERVER', (url) => `${url}/sep31`, mend],
  ])('must not say another %s, nor leave it out (SEP01-17)', async (name, wanted, doNext) => {
    const fault = (url: string, says: string) =>
      `fault ${name} is ${says}, this configuration has ${wanted(url)} → ${doNext}`
    const wrong = await serve(200, cors, (of) => toml(of, { [name]: 'another' }))
    expect(await look(wrong)).toEqual([fault(wrong, 'another')])
    const silent = await serve(200, cors, (of) =>
      toml(of, { [name]: '' }).replace(`${name}=""`, ''),
    )
    expect(await look(silent)).toEqual([fault(silent, 'missing')])
  })

  it('must list each asset by code and issuer, and the native one by its name', async () => {
    const [usdc] = configAt({}, true).assets
    if (usdc === undefined) throw new Error('The configuration has an asset')
    const { issuer: _, ...native } = { ...usdc, code: 'XLM' }
    const assets = [{ ...usdc, code: 'EURC' }, usdc, native, { ...usdc, issuer: distribution }]
    const url = await serve(200, cors, toml)
    const doNext = 'Publish each asset with code and issuer'
    expect(await look(url, { assets })).toEqual([
      `fault CURRENCIES lacks EURC, XLM, USDC → ${doNext}`,
    ])
    const withNative = await serve(200, cors, (of) => `${toml(of)}[[CURRENCIES]]\ncode="native"\n`)
    expect(await look(withNative, { assets: [usdc, native] })).toEqual([])
    const listless = await serve(200, cors, (of) => toml(of).replace(/\[\[[^]*/, ''))
    expect(await look(listless)).toEqual([`fault CURRENCIES lacks USDC → ${doNext}`])
  })
})
