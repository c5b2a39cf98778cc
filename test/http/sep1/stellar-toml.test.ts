import { createRequire } from 'node:module'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import type { Currency, HomePage } from '../../../src/http/sep1/description.ts'
import { faultsOfPage } from '../../../src/http/sep1/faults-of-page.ts'
import { sep1Routes } from '../../../src/http/sep1/routes.ts'
import { writeStellarToml } from '../../../src/http/sep1/write-stellar-toml.ts'
import { aHomePage, issuer } from '../../builders/home-page.ts'
import { aRequest } from '../../builders/http-request.ts'

// The TOML 0.4 parser of the SDF test suite and of SDKs up to 15; it has no types.
const toml = createRequire(import.meta.url)('toml') as { parse(text: string): unknown }

const anotherAccount = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'
const [currency] = aHomePage().currencies as [Currency]
const withCurrency = (changes: Partial<Currency>) =>
  aHomePage({ currencies: [{ ...currency, ...changes }] })
const withDocumentation = (documentation: Readonly<Record<string, string>>) =>
  aHomePage({ documentation: { ...aHomePage().documentation, ...documentation } })

describe('stellar.toml', () => {
  it('says what the clients of every service look for (SEP01-12, SEP01-14, SEP01-15, SEP01-20, SEP01-21)', () => {
    expect(parse(writeStellarToml(aHomePage()))).toEqual({
      VERSION: '2.7.0',
      NETWORK_PASSPHRASE: 'Test SDF Network ; September 2015',
      KYC_SERVER: 'https://anchor.example.com/sep12',
      WEB_AUTH_ENDPOINT: 'https://anchor.example.com/auth',
      DIRECT_PAYMENT_SERVER: 'https://anchor.example.com/sep31',
      SIGNING_KEY: issuer,
      ACCOUNTS: [issuer],
      DOCUMENTATION: { ORG_NAME: 'An anchor', ORG_URL: 'https://anchor.example.com' },
      CURRENCIES: [currency],
    })
  })

  it('names each service that is on by its own key and path, before everything that is no service (SEP01-14, SEP01-26)', () => {
    const services = ['sep38', 'sep31', 'sep24', 'sep12', 'sep10', 'sep6'] as const
    const read = parse(writeStellarToml(aHomePage({ services, horizonUrl: 'https://h.example' })))
    expect(Object.entries(read).slice(0, 11)).toEqual([
      ['VERSION', '2.7.0'],
      ['NETWORK_PASSPHRASE', 'Test SDF Network ; September 2015'],
      ['TRANSFER_SERVER', 'https://anchor.example.com/sep6'],
      ['TRANSFER_SERVER_SEP0024', 'https://anchor.example.com/sep24'],
      ['KYC_SERVER', 'https://anchor.example.com/sep12'],
      ['WEB_AUTH_ENDPOINT', 'https://anchor.example.com/auth'],
      ['DIRECT_PAYMENT_SERVER', 'https://anchor.example.com/sep31'],
      ['ANCHOR_QUOTE_SERVER', 'https://anchor.example.com/sep38'],
      ['SIGNING_KEY', issuer],
      ['HORIZON_URL', 'https://h.example'],
      ['ACCOUNTS', [issuer]],
    ])
  })

  it('lists every account and currency, in the order they are given (SEP01-24)', () => {
    const other = { ...currency, code: 'EURX', issuer: anotherAccount }
    const accounts = [anotherAccount, issuer]
    const page = aHomePage({ accounts, currencies: [other, currency] })
    expect(parse(writeStellarToml(page))).toMatchObject({
      ACCOUNTS: accounts,
      CURRENCIES: [other, currency],
    })
  })

  it('is read alike by parsers of TOML 0.4 and 1.0, whatever stands in it (SEP01-06)', () => {
    const page = withDocumentation({
      ORG_DESCRIPTION: 'quotes " and \\ and\nlines, ümlauts, [brackets] # hash \u0007',
      'ORG.DOTTED': 'dotted keys are quoted',
    })
    const text = writeStellarToml({ ...page, principals: [{ name: 'A' }, { name: 'B' }] })
    expect(JSON.parse(JSON.stringify(toml.parse(text)))).toEqual(
      JSON.parse(JSON.stringify(parse(text))),
    )
    expect(text.charCodeAt(0)).not.toBe(0xfeff)
  })

  it('has every global key before the first table (SEP01-05)', () => {
    const text = writeStellarToml(aHomePage({ horizonUrl: 'https://horizon.example.com' }))
    const firstTable = text.search(/^\[/m)
    const globals = [...text.matchAll(/^[A-Z_0-9]+ = /gm)]
    expect(globals.map((match) => match[0])).toContain('HORIZON_URL = ')
    const documented = Object.keys(aHomePage().documentation)
    const late = globals.filter(
      (match) => match.index > firstTable && !documented.some((key) => match[0].startsWith(key)),
    )
    expect(late).toEqual([])
  })

  it('has no key for a service that is off (SEP01-26)', () => {
    const text = writeStellarToml(aHomePage({ services: ['sep10'] }))
    expect(text).not.toContain('KYC_SERVER')
    expect(text).not.toContain('DIRECT_PAYMENT_SERVER')
    expect(text).not.toContain('= ""')
  })

  it('names principals and Horizon where they are given, and has no key without (SEP01-26)', () => {
    const principals = [{ name: 'Ada', email: 'ada@anchor.example.com' }, { name: 'Bob' }]
    const horizonUrl = 'https://horizon.example.com'
    expect(parse(writeStellarToml(aHomePage({ principals, horizonUrl })))).toMatchObject({
      PRINCIPALS: principals,
      HORIZON_URL: horizonUrl,
    })
    const [one] = principals
    const alone = parse(writeStellarToml(aHomePage({ principals: one === undefined ? [] : [one] })))
    expect(alone).toMatchObject({ PRINCIPALS: [one] })
    const keys = Object.keys(parse(writeStellarToml(aHomePage({ principals: [] }))))
    expect(keys).not.toContain('PRINCIPALS')
    expect(keys).not.toContain('HORIZON_URL')
  })

  it('always has a DOCUMENTATION table (SEP01-28)', () => {
    const text = writeStellarToml(aHomePage({ documentation: { ORG_NAME: 'An anchor' } }))
    expect(text).toContain('[DOCUMENTATION]')
  })
})

describe('the start of the gateway', () => {
  it.each<[string, HomePage]>([
    ['of a sending anchor', aHomePage()],
    ['with a login alone', aHomePage({ services: ['sep10'] })],
    ['with quotes alone, which need no login', aHomePage({ services: ['sep38'] })],
    [
      'with a home domain of 59 bytes (SEP10-04)',
      aHomePage({
        homeDomain: `${'a'.repeat(55)}.com`,
        documentation: { ORG_NAME: 'An anchor' },
      }),
    ],
    [
      'with attestations, a phone number and an address of its own (SEP01-29 to SEP01-32)',
      withDocumentation({
        ORG_LOGO: 'https://pictures.example/logo.png',
        ORG_PHYSICAL_ADDRESS_ATTESTATION: 'https://anchor.example.com/address.png',
        ORG_PHONE_NUMBER: '+14155550100',
        ORG_PHONE_NUMBER_ATTESTATION: 'https://anchor.example.com/phone.png',
        ORG_OFFICIAL_EMAIL: 'help@anchor.example.com',
      }),
    ],
    [
      'with the longest names there may be (SEP01-36, SEP01-40)',
      withCurrency({ code: 'A'.repeat(12), name: 'a'.repeat(20), code_template: 'A???????????' }),
    ],
    [
      'with one policy, and as many decimals as there are (SEP01-39, SEP01-40)',
      withCurrency({ fixed_number: 1, display_decimals: 7 }),
    ],
    ['with no decimals (SEP01-40)', withCurrency({ display_decimals: 0, is_unlimited: true })],
  ])('finds no fault with a good page, %s', (_, page) => {
    expect(faultsOfPage(page)).toEqual([])
  })

  it('takes a file of 100,000 bytes, and not one more (SEP01-04)', () => {
    const bytesWith = (length: number) => {
      const page = withDocumentation({ ORG_DESCRIPTION: 'ü'.repeat(length) })
      return { page, bytes: Buffer.byteLength(writeStellarToml(page)) }
    }
    const length = (100_000 - bytesWith(1).bytes) / 2 + 1
    const odd = length % 1 === 0 ? '' : 'u'
    const filled = (more: string) =>
      withDocumentation({ ORG_DESCRIPTION: `${'ü'.repeat(Math.floor(length))}${odd}${more}` })
    expect(Buffer.byteLength(writeStellarToml(filled('')))).toBe(100_000)
    expect(faultsOfPage(filled(''))).toEqual([])
    expect(faultsOfPage(filled('u'))).toEqual(['stellar.toml: the file has more than 100000 bytes'])
  })

  it.each<[string, HomePage, string]>([
    ['plain HTTP (SEP01-14)', aHomePage({ baseUrl: 'http://anchor.example.com' }), 'https://'],
    [
      'a slash at the end (SEP01-15)',
      aHomePage({ baseUrl: 'https://anchor.example.com/' }),
      'slash',
    ],
    [
      'a query in the endpoint (SEP01-16)',
      aHomePage({ baseUrl: 'https://a.example/?x=' }),
      'query',
    ],
    [
      'a seed for a key (SEP01-17)',
      aHomePage({ signingKey: issuer.replace('G', 'S') }),
      'SIGNING_KEY',
    ],
    ['SEP-31 without SEP-12 (SEP01-20)', aHomePage({ services: ['sep10', 'sep31'] }), 'KYC_SERVER'],
    [
      'one of its services without a login (SEP01-21)',
      aHomePage({ services: ['sep12', 'sep38'] }),
      'the services need WEB_AUTH_ENDPOINT',
    ],
    [
      'an address that is none (SEP01-14)',
      aHomePage({ horizonUrl: 'horizon' }),
      'HORIZON_URL is no URL: horizon',
    ],
    [
      'an address of another kind, in local development too (SEP01-14)',
      aHomePage({ horizonUrl: 'ftp://a.example', allowHttp: true }),
      'HORIZON_URL has to begin',
    ],
    [
      'an ORG_URL that is none (SEP01-29)',
      withDocumentation({ ORG_URL: 'anchor' }),
      'ORG_URL is no URL: anchor',
    ],
    [
      'an attestation that is none (SEP01-30)',
      withDocumentation({ ORG_PHONE_NUMBER_ATTESTATION: 'phone' }),
      'ORG_PHONE_NUMBER_ATTESTATION is no URL: phone',
    ],
    [
      'services without a login (SEP01-21)',
      aHomePage({ services: ['sep12'] }),
      'WEB_AUTH_ENDPOINT',
    ],
    ['an account that is none (SEP01-24)', aHomePage({ accounts: ['M…'] }), 'ACCOUNTS'],
    ['no name (SEP01-28)', aHomePage({ documentation: {} }), 'ORG_NAME'],
    ['an empty field (SEP01-26)', withDocumentation({ ORG_DBA: '' }), 'ORG_DBA'],
    [
      'a foreign ORG_URL (SEP01-29)',
      withDocumentation({ ORG_URL: 'https://b.example' }),
      'ORG_URL',
    ],
    [
      'an ORG_URL without TLS (SEP01-29)',
      withDocumentation({ ORG_URL: 'http://example.com' }),
      'ORG_URL has to begin with https://',
    ],
    [
      'a foreign attestation of the address (SEP01-30)',
      withDocumentation({ ORG_PHYSICAL_ADDRESS_ATTESTATION: 'https://b.example/a.png' }),
      'ORG_PHYSICAL_ADDRESS_ATTESTATION',
    ],
    [
      'a foreign attestation of the phone number (SEP01-30)',
      withDocumentation({ ORG_PHONE_NUMBER_ATTESTATION: 'https://b.example/a.png' }),
      'ATTESTATION',
    ],
    [
      'a phone number with blanks (SEP01-31)',
      withDocumentation({ ORG_PHONE_NUMBER: '+1 23' }),
      'E.164',
    ],
    [
      'a foreign address (SEP01-32)',
      withDocumentation({ ORG_OFFICIAL_EMAIL: 'a@b.example' }),
      'ORG_OFFICIAL_EMAIL',
    ],
    ['a code of 13 characters (SEP01-36)', withCurrency({ code: 'ABCDEFGHIJKLM' }), 'code'],
    ['a currency twice (SEP01-38)', aHomePage({ currencies: [currency, currency] }), 'twice'],
    ['two policies (SEP01-39)', withCurrency({ fixed_number: 1, is_unlimited: true }), 'one of'],
    ['eight decimals (SEP01-40)', withCurrency({ display_decimals: 8 }), 'display_decimals'],
    ['a long template (SEP01-40)', withCurrency({ code_template: 'A????????????' }), 'template'],
    ['a long name (SEP01-40)', withCurrency({ name: 'a'.repeat(21) }), 'name'],
    ['an unknown status (SEP01-41)', withCurrency({ status: 'alive' as 'live' }), 'status'],
    [
      'an unknown kind of asset (SEP01-41)',
      withCurrency({ anchor_asset_type: 'nft' as 'other' }),
      'anchor_asset_type',
    ],
    ['an empty description (SEP01-42)', withCurrency({ desc: '' }), 'desc'],
    [
      'a regulated asset without its server (SEP01-48)',
      withCurrency({ regulated: true }),
      'approval',
    ],
    [
      'a home domain of 60 bytes (SEP10-04)',
      aHomePage({ homeDomain: `${'a'.repeat(56)}.com` }),
      '59',
    ],
    [
      'more than 100 KB (SEP01-04)',
      withDocumentation({ ORG_DESCRIPTION: 'a'.repeat(100_000) }),
      'bytes',
    ],
  ])('refuses %s', (...[, page, word]) => {
    expect(faultsOfPage(page).join('\n')).toContain(word)
  })

  it('refuses a currency without an issuer, unless it is the native one (SEP01-37, SEP01-46)', () => {
    const { issuer: _, ...native } = currency
    expect(faultsOfPage(aHomePage({ currencies: [native] })).join()).toContain('issuer or contract')
    expect(faultsOfPage(aHomePage({ currencies: [{ ...native, code: 'native' }] }))).toEqual([])
    const twice = aHomePage({
      currencies: [native, native].map((one) => ({ ...one, code: 'native' })),
    })
    expect(faultsOfPage(twice)).toEqual(['stellar.toml: CURRENCIES: native: is listed twice'])
    const contract = 'CA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUWDA'
    expect(faultsOfPage(aHomePage({ currencies: [{ ...native, contract }] }))).toEqual([])
    const both = faultsOfPage(aHomePage({ currencies: [{ ...currency, contract }] }))
    expect(both.join()).toContain('issuer or contract')
  })

  it('takes plain HTTP in local development (SEP01-14)', () => {
    const page = aHomePage({
      baseUrl: 'http://localhost:8080',
      homeDomain: 'localhost:8080',
      documentation: { ORG_NAME: 'An anchor' },
      allowHttp: true,
    })
    expect(faultsOfPage(page)).toEqual([])
  })
})

describe('GET /.well-known/stellar.toml', () => {
  const table = sep1Routes(aHomePage())
  const [entry] = table.routes

  it('answers 200 with text, for browsers too, to be kept for minutes (SEP01-01, SEP01-02, SEP01-03, SEP01-09, SEP01-10)', async () => {
    expect(table.cors).toBe(true)
    expect(entry?.path).toBe('/.well-known/stellar.toml')
    const reply = await entry?.route(aRequest({ headers: { accept: 'application/json' } }))
    expect(reply?.status).toBe(200)
    expect(reply?.text).toBe(writeStellarToml(aHomePage()))
    expect(reply?.headers?.['content-type']).toBe('text/plain; charset=utf-8')
    expect(reply?.headers?.['cache-control']).toBe('public, max-age=300')
  })

  it('answers 304 to those who have it (SEP01-10)', async () => {
    const etag = (await entry?.route(aRequest()))?.headers?.['etag'] ?? ''
    const reply = await entry?.route(aRequest({ headers: { 'if-none-match': etag } }))
    expect(reply).toEqual({
      status: 304,
      headers: { etag, 'cache-control': 'public, max-age=300' },
    })
  })

  it('answers the file to those who have another one, under a name of its own (SEP01-10)', async () => {
    const etagOf = async (page: HomePage, headers: Record<string, string> = {}) => {
      const [route] = sep1Routes(page).routes
      const { status, headers: told } = (await route?.route(aRequest({ headers }))) ?? {}
      return [status, told?.['etag']]
    }
    const [, one] = await etagOf(aHomePage())
    const others = await Promise.all(
      [
        aHomePage({ signingKey: anotherAccount }),
        aHomePage({ baseUrl: 'https://other.example.com' }),
        withDocumentation({ ORG_NAME: 'Another anchor' }),
        withCurrency({ desc: 'Another description' }),
      ].map((page) => etagOf(page)),
    )
    const [other] = others.map(([, etag]) => etag)
    expect(one).toMatch(/^"[\w-]{22}"$/)
    expect(new Set([one, ...others.map(([, etag]) => etag)]).size).toBe(5)
    expect(await etagOf(aHomePage())).toEqual([200, one])
    expect(await etagOf(aHomePage(), { 'if-none-match': String(other) })).toEqual([200, one])
  })
})
