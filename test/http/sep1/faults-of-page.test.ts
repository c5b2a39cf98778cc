import { describe, expect, it } from 'vitest'
import type { Currency, HomePage } from '../../../src/http/sep1/description.ts'
import { faultsOfPage } from '../../../src/http/sep1/faults-of-page.ts'
import { aHomePage, issuer } from '../../builders/home-page.ts'

const anotherAccount = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'
const contract = 'CA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUWDA'
const [currency] = aHomePage().currencies as [Currency]
const withCurrency = (changes: Partial<Currency>) =>
  aHomePage({ currencies: [{ ...currency, ...changes }] })
const documentation = (more: Readonly<Record<string, string>>) =>
  aHomePage({ documentation: { ...aHomePage().documentation, ...more } })
const plainly = (changes: Partial<HomePage>, more: Readonly<Record<string, string>> = {}) =>
  aHomePage({ documentation: { ORG_NAME: 'An anchor', ...more }, ...changes })

const ofCurrency = (fault: string) => `CURRENCIES: USDX: ${fault}`
const { issuer: _, ...native } = currency

/** Each fault in full, and no other beside it. */
const faulty: readonly (readonly [string, HomePage, readonly string[]])[] = [
  ['no passphrase', aHomePage({ networkPassphrase: '' }), ['NETWORK_PASSPHRASE is empty']],
  [
    'a seed for a key (SEP01-17)',
    aHomePage({ signingKey: issuer.replace('G', 'S') }),
    ['SIGNING_KEY is no valid account, G…'],
  ],
  ['no host name', plainly({ homeDomain: 'a b' }), ['a b is no host name']],
  [
    'a home domain of 60 bytes (SEP10-04)',
    plainly({ homeDomain: `${'a'.repeat(56)}.com` }),
    ['the home domain has more than 59 bytes'],
  ],
  [
    'accounts that are none (SEP01-24)',
    aHomePage({ accounts: ['M…', issuer, 'x'] }),
    ['ACCOUNTS: M… is no valid account, G…', 'ACCOUNTS: x is no valid account, G…'],
  ],
  [
    'plain HTTP (SEP01-14)',
    aHomePage({ baseUrl: 'http://anchor.example.com' }),
    ['the base URL has to begin with https://'],
  ],
  [
    'a slash at the end (SEP01-15)',
    aHomePage({ baseUrl: 'https://anchor.example.com/' }),
    ['the base URL must not end with a slash'],
  ],
  [
    'plain HTTP with a slash at the end (SEP01-14)',
    aHomePage({ horizonUrl: 'http://horizon.example.com/' }),
    ['HORIZON_URL has to begin with https://', 'HORIZON_URL must not end with a slash'],
  ],
  [
    'an address that is none (SEP01-14)',
    aHomePage({ horizonUrl: 'horizon' }),
    ['HORIZON_URL is no URL: horizon'],
  ],
  [
    'an address of another kind, in local development too (SEP01-14)',
    aHomePage({ horizonUrl: 'ftp://a.example', allowHttp: true }),
    ['HORIZON_URL has to begin with https://'],
  ],
  [
    'SEP-31 without SEP-12 (SEP01-20)',
    aHomePage({ services: ['sep10', 'sep31'] }),
    ['DIRECT_PAYMENT_SERVER needs KYC_SERVER (SEP-12)'],
  ],
  [
    'services without a login (SEP01-21)',
    aHomePage({ services: ['sep12', 'sep38'] }),
    ['the services need WEB_AUTH_ENDPOINT (SEP-10)'],
  ],
  [
    'quotes, and another service without a login (SEP01-21)',
    aHomePage({ services: ['sep38', 'sep12'] }),
    ['the services need WEB_AUTH_ENDPOINT (SEP-10)'],
  ],
  [
    'neither (SEP01-20, SEP01-21)',
    aHomePage({ services: ['sep31'] }),
    [
      'DIRECT_PAYMENT_SERVER needs KYC_SERVER (SEP-12)',
      'the services need WEB_AUTH_ENDPOINT (SEP-10)',
    ],
  ],
  [
    'a query in the endpoint (SEP01-16)',
    aHomePage({ baseUrl: 'https://a.example/?x=' }),
    ['WEB_AUTH_ENDPOINT has a query'],
  ],
  [
    'a fragment in the endpoint (SEP01-16)',
    aHomePage({ baseUrl: 'https://a.example/#x' }),
    ['WEB_AUTH_ENDPOINT has a query'],
  ],
  ['no name (SEP01-28)', aHomePage({ documentation: {} }), ['DOCUMENTATION needs ORG_NAME']],
  [
    'empty fields (SEP01-26)',
    documentation({ ORG_DBA: '', ORG_TWITTER: 'x', ORG_GITHUB: '' }),
    ['ORG_DBA is empty; leave it out', 'ORG_GITHUB is empty; leave it out'],
  ],
  ...['ORG_LOGO', 'ORG_PHYSICAL_ADDRESS_ATTESTATION', 'ORG_PHONE_NUMBER_ATTESTATION'].map(
    (name) =>
      [
        `${name} without TLS (SEP01-29, SEP01-30)`,
        documentation({ [name]: 'http://anchor.example.com/x' }),
        [`${name} has to begin with https://`],
      ] as const,
  ),
  [
    'a foreign ORG_URL without TLS (SEP01-29)',
    documentation({ ORG_URL: 'http://b.example' }),
    ['ORG_URL has to begin with https://', 'ORG_URL is not on the home domain'],
  ],
  [
    'addresses that are none (SEP01-29, SEP01-30)',
    documentation({ ORG_URL: 'anchor', ORG_PHONE_NUMBER_ATTESTATION: 'phone' }),
    ['ORG_URL is no URL: anchor', 'ORG_PHONE_NUMBER_ATTESTATION is no URL: phone'],
  ],
  [
    'foreign attestations (SEP01-30)',
    documentation({
      ORG_LOGO: 'https://b.example/logo.png',
      ORG_PHYSICAL_ADDRESS_ATTESTATION: 'https://b.example/a.png',
      ORG_PHONE_NUMBER_ATTESTATION: 'https://c.example/a.png',
    }),
    [
      'ORG_PHYSICAL_ADDRESS_ATTESTATION is not on the domain of ORG_URL',
      'ORG_PHONE_NUMBER_ATTESTATION is not on the domain of ORG_URL',
    ],
  ],
  [
    'an attestation at another port (SEP01-30)',
    documentation({ ORG_PHONE_NUMBER_ATTESTATION: 'https://anchor.example.com:8443/a.png' }),
    ['ORG_PHONE_NUMBER_ATTESTATION is not on the domain of ORG_URL'],
  ],
  [
    'an attestation and an address without ORG_URL (SEP01-30, SEP01-32)',
    plainly(
      {},
      {
        ORG_PHONE_NUMBER_ATTESTATION: 'https://anchor.example.com/a.png',
        ORG_OFFICIAL_EMAIL: 'a@anchor.example.com',
      },
    ),
    [
      'ORG_PHONE_NUMBER_ATTESTATION is not on the domain of ORG_URL',
      'ORG_OFFICIAL_EMAIL is not at the domain of ORG_URL',
    ],
  ],
  ...['14155550100', '+04155550100', '+1', '+1234567890123456', '+1415 555', '+14155550100 '].map(
    (ORG_PHONE_NUMBER) =>
      [
        `the phone number ${ORG_PHONE_NUMBER} (SEP01-31)`,
        documentation({ ORG_PHONE_NUMBER }),
        ['ORG_PHONE_NUMBER is not E.164'],
      ] as const,
  ),
  ...['a@b.example', 'a@b.anchor.example.com', 'anchor.example.com'].map(
    (ORG_OFFICIAL_EMAIL) =>
      [
        `the address ${ORG_OFFICIAL_EMAIL} (SEP01-32)`,
        documentation({ ORG_OFFICIAL_EMAIL }),
        ['ORG_OFFICIAL_EMAIL is not at the domain of ORG_URL'],
      ] as const,
  ),
  ...['', 'ABCDEFGHIJKLM', 'A-B', ' AB', 'AB '].map(
    (code) =>
      [
        `the code "${code}" (SEP01-36)`,
        withCurrency({ code }),
        [`CURRENCIES: ${code}: code has 1 to 12 letters and digits`],
      ] as const,
  ),
  [
    'neither issuer nor contract (SEP01-37)',
    aHomePage({ currencies: [native] }),
    [ofCurrency('give issuer or contract')],
  ],
  [
    'both issuer and contract (SEP01-37)',
    withCurrency({ contract }),
    [ofCurrency('give issuer or contract')],
  ],
  [
    'an issuer that is none (SEP01-37)',
    withCurrency({ issuer: 'x' }),
    [ofCurrency('issuer is no valid account, G…')],
  ],
  [
    'an unknown status (SEP01-41)',
    withCurrency({ status: 'alive' as 'live' }),
    [ofCurrency('status alive is none of SEP-1')],
  ],
  [
    'an unknown kind of asset (SEP01-41)',
    withCurrency({ anchor_asset_type: 'nft' as 'other' }),
    [ofCurrency('anchor_asset_type is none of SEP-1')],
  ],
  ['an empty description (SEP01-42)', withCurrency({ desc: '' }), [ofCurrency('desc is empty')]],
  [
    'a long name (SEP01-40)',
    withCurrency({ name: 'a'.repeat(21) }),
    [ofCurrency('name has more than 20 characters')],
  ],
  [
    'a long template (SEP01-40)',
    withCurrency({ code_template: 'A????????????' }),
    [ofCurrency('code_template has more than 12 characters')],
  ],
  ...[8, -1, 1.5, 10].map(
    (decimals) =>
      [
        `${decimals} decimals (SEP01-40)`,
        withCurrency({ display_decimals: decimals }),
        [ofCurrency('display_decimals is a whole number from 0 to 7')],
      ] as const,
  ),
  ...[
    { fixed_number: 1, max_number: 1 },
    { fixed_number: 1, is_unlimited: true },
    { max_number: 1, is_unlimited: true },
    { fixed_number: 0, is_unlimited: false },
  ].map(
    (policies) =>
      [
        `${Object.keys(policies).join(' and ')} (SEP01-39)`,
        withCurrency(policies),
        [ofCurrency('give one of fixed_number, max_number, is_unlimited')],
      ] as const,
  ),
  [
    'a regulated asset without its server (SEP01-48)',
    withCurrency({ regulated: true }),
    [ofCurrency('regulated needs approval_server')],
  ],
  ...['image', 'attestation_of_reserve', 'approval_server'].map(
    (name) =>
      [
        `${name} without TLS (SEP01-14)`,
        withCurrency({ [name]: 'http://anchor.example.com/x' }),
        [ofCurrency(`${name} has to begin with https://`)],
      ] as const,
  ),
  [
    'currencies twice (SEP01-38)',
    aHomePage({
      currencies: [
        currency,
        { ...native, contract },
        { ...native, code: 'native' },
        { ...native, contract },
        currency,
        { ...native, code: 'native' },
      ],
    }),
    [
      `CURRENCIES: USDX:${contract} is listed twice`,
      `CURRENCIES: USDX:${issuer} is listed twice`,
      'CURRENCIES: native: is listed twice',
    ],
  ],
  [
    'faults of every part',
    aHomePage({
      networkPassphrase: '',
      services: ['sep31'],
      documentation: {},
      currencies: [
        { ...currency, desc: '' },
        { ...currency, code: 'A-B', desc: '', image: 'x' },
        { ...currency, desc: 'x'.repeat(100_000) },
      ],
    }),
    [
      'NETWORK_PASSPHRASE is empty',
      'DIRECT_PAYMENT_SERVER needs KYC_SERVER (SEP-12)',
      'the services need WEB_AUTH_ENDPOINT (SEP-10)',
      'DOCUMENTATION needs ORG_NAME',
      'CURRENCIES: USDX: desc is empty',
      'CURRENCIES: A-B: code has 1 to 12 letters and digits',
      'CURRENCIES: A-B: desc is empty',
      'CURRENCIES: A-B: image is no URL: x',
      `CURRENCIES: USDX:${issuer} is listed twice`,
      'the file has more than 100000 bytes',
    ],
  ],
]

describe('a page that would be published', () => {
  it.each(faulty)('is refused with %s, and for nothing else', (...[, page, faults]) => {
    expect(faultsOfPage(page)).toEqual(faults.map((fault) => `stellar.toml: ${fault}`))
  })

  it.each<[string, HomePage]>([
    ...(['live', 'dead', 'test', 'private'] as const).map((status): [string, HomePage] => [
      `the status ${status}`,
      withCurrency({ status }),
    ]),
    ...(['fiat', 'crypto', 'stock', 'bond', 'commodity', 'realestate', 'other'] as const).map(
      (kind): [string, HomePage] => [kind, withCurrency({ anchor_asset_type: kind })],
    ),
    ...['+12', '+123456789012345'].map((ORG_PHONE_NUMBER): [string, HomePage] => [
      `the phone number ${ORG_PHONE_NUMBER}`,
      documentation({ ORG_PHONE_NUMBER }),
    ]),
    ['a code of one letter', withCurrency({ code: 'a' })],
    ['a code of digits', withCurrency({ code: '019' })],
    [
      'one code of two issuers (SEP01-38)',
      aHomePage({ currencies: [currency, { ...currency, issuer: anotherAccount }] }),
    ],
    ['two codes of one issuer', aHomePage({ currencies: [currency, { ...currency, code: 'A' }] })],
    [
      'a regulated asset with its server (SEP01-48)',
      withCurrency({ regulated: true, approval_server: 'https://anchor.example.com/approve' }),
    ],
    ['an asset that is not regulated (SEP01-48)', withCurrency({ regulated: false })],
    ['a currency of which nothing is said to be unlimited', withCurrency({ is_unlimited: false })],
    [
      'attestations at a home domain with a port (SEP01-30)',
      plainly(
        { homeDomain: 'anchor.example.com:8443' },
        {
          ORG_URL: 'https://anchor.example.com:8443',
          ORG_PHYSICAL_ADDRESS_ATTESTATION: 'https://anchor.example.com:8443/a.png',
          ORG_PHONE_NUMBER_ATTESTATION: 'https://anchor.example.com:8443/b.png',
        },
      ),
    ],
    [
      'an address at a home domain with a port (SEP01-32)',
      plainly(
        { homeDomain: 'anchor.example.com:8443' },
        { ORG_URL: 'https://anchor.example.com:8443', ORG_OFFICIAL_EMAIL: 'a@anchor.example.com' },
      ),
    ],
  ])('is taken with %s', (_, page) => {
    expect(faultsOfPage(page)).toEqual([])
  })
})
