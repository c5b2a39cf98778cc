import { Keypair } from '@stellar/stellar-sdk'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { homePageOf } from '../../src/compose/home-page.ts'
import { composeCustomers, customerTypesOf } from '../../src/compose/customers.ts'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { ConfigurationFaulty } from '../../src/config/faults.ts'
import { faultsOfPage } from '../../src/http/sep1/faults-of-page.ts'
import { writeStellarToml } from '../../src/http/sep1/write-stellar-toml.ts'
import { distribution, file, issuer, secret, variables } from '../config/configuration.ts'

const [usdc] = file.assets
const { config } = checkConfig(readEnvironment(variables), {
  assets: [{ ...usdc, receiverTypes: undefined }],
})

describe('the page that a configuration publishes', () => {
  const page = homePageOf(config.site, config, issuer)
  const published = parse(writeStellarToml(page))

  it('has no fault', () => {
    expect(faultsOfPage(page)).toEqual([])
  })

  it('names the login endpoint, its key and its network, one for all services (SEP10-01, SEP10-03, SEP01-27, SEP31-01, SEP31-02)', () => {
    expect(published['WEB_AUTH_ENDPOINT']).toBe('https://anchor.example.com/auth')
    expect(published['DIRECT_PAYMENT_SERVER']).toBe('https://anchor.example.com/sep31')
    expect(published['KYC_SERVER']).toBe('https://anchor.example.com/sep12')
    expect(published['SIGNING_KEY']).toBe(issuer)
    expect(published['NETWORK_PASSPHRASE']).toBe('Test SDF Network ; September 2015')
  })

  it('lists the accounts that are paid into and those that issue (SEP01-25)', () => {
    expect(published['ACCOUNTS']).toEqual([distribution, issuer])
  })

  it('says what an asset stands for and how to redeem it (SEP01-38, SEP01-42, SEP01-44)', () => {
    const [currency] = published['CURRENCIES'] as [Record<string, unknown>]
    expect(currency).toMatchObject({
      code: 'USDC',
      issuer,
      status: 'test',
      is_asset_anchored: true,
      anchor_asset_type: 'fiat',
      anchor_asset: 'USD',
    })
    expect(currency['desc']).toEqual(expect.any(String))
    expect(currency['redemption_instructions']).toEqual(expect.any(String))
  })
})

/** The page of another configuration. */
function pageOf(
  settings: Readonly<Record<string, string>>,
  changes: object = {},
  isSandbox = false,
) {
  const environment = readEnvironment({ ...variables, ...settings })
  const { config: other } = checkConfig(environment, { ...file, ...changes }, isSandbox)
  return homePageOf(other.site, other, issuer)
}

it('says all that the configuration says, of each asset and for each site', () => {
  const other = Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(1)).publicKey()
  const trading = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'
  const [asset] = file.assets
  const { issuer: _, ...native } = { ...asset, code: 'XLM', distributionAccount: other }
  const documentation = { ORG_NAME: 'An anchor', ORG_DBA: 'Anchor' }
  const checked = checkConfig(readEnvironment(variables), {
    ...file,
    assets: [asset, { ...native, payout: { currency: 'BHD', decimals: 3 } }],
    marketMakingAccounts: [trading],
    documentation,
  })
  const site = { url: 'https://second.example.com', homeDomain: 'example.com' }
  expect(homePageOf(site, checked.config, other)).toEqual({
    networkPassphrase: 'Test SDF Network ; September 2015',
    signingKey: other,
    baseUrl: 'https://second.example.com',
    homeDomain: 'example.com',
    services: ['sep10', 'sep12', 'sep31'],
    accounts: [distribution, issuer, other, trading],
    documentation,
    currencies: [
      {
        code: 'USDC',
        issuer,
        status: 'test',
        desc: 'USDC, paid out 1 for 1 in USD less fees',
        is_asset_anchored: true,
        anchor_asset_type: 'fiat',
        anchor_asset: 'USD',
        display_decimals: 2,
        redemption_instructions: 'Send it by SEP-31 to be paid out to a bank account',
      },
      {
        code: 'native',
        status: 'test',
        desc: 'XLM, paid out 1 for 1 in BHD less fees',
        is_asset_anchored: true,
        anchor_asset_type: 'fiat',
        anchor_asset: 'BHD',
        display_decimals: 3,
        redemption_instructions: 'Send it by SEP-31 to be paid out to a bank account',
      },
    ],
    allowHttp: false,
  })
})

describe('the page of another configuration', () => {
  it('calls an asset live on the public network only (SEP01-41)', () => {
    const onPublic = {
      FAIRLEAD_NETWORK_PASSPHRASE: 'Public Global Stellar Network ; September 2015',
    }
    expect(pageOf(onPublic).currencies[0]?.status).toBe('live')
    expect(pageOf({}).currencies[0]?.status).toBe('test')
  })

  it('lists lumens as native, and accounts that trade as ours (SEP01-25)', () => {
    const { issuer: _, ...native } = { ...file.assets[0], code: 'XLM' }
    const trading = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'
    const lumens = pageOf({}, { assets: [native], marketMakingAccounts: [trading] })
    expect(lumens.currencies[0]).toMatchObject({ code: 'native' })
    expect(lumens.currencies[0]).not.toHaveProperty('issuer')
    expect(lumens.accounts).toEqual([distribution, trading])
    expect(faultsOfPage(lumens)).toEqual([])
  })

  it('lists an account once, however many assets it has (SEP01-25)', () => {
    const assets = ['USDC', 'SRT', 'EURC'].map((code) => ({ ...file.assets[0], code }))
    expect(pageOf({}, { assets }).accounts).toEqual([distribution, issuer])
  })

  it('names Horizon in a sandbox only, and no plain address on a page that is https (SEP01-14)', () => {
    const plain = { FAIRLEAD_HORIZON_URL: 'http://localhost:8000' }
    const told = (...asked: Parameters<typeof pageOf>) => pageOf(...asked).horizonUrl
    expect(told({})).toBeUndefined()
    expect(told({}, {}, true)).toBe('https://horizon-testnet.stellar.org')
    expect(told(plain, {}, true)).toBeUndefined()
    const local = { ...plain, FAIRLEAD_PUBLIC_URL: 'http://localhost:8080' }
    expect(told(local, {}, true)).toBe('http://localhost:8000')
    expect(told(local)).toBeUndefined()
  })
})

describe('customer types', () => {
  it('ask for what the file says, in its words and with its choices, and all of it unless it is optional', () => {
    const requirements = [
      { field: 'sex', description: 'Sex', choices: ['male', 'female'], optional: true },
      { field: 'city', description: 'City', optional: false },
      { field: 'postal_code', description: 'Code of the post' },
    ]
    const customerTypes = {
      ...file.customerTypes,
      'sep31-receiver': { description: 'Receiver', requirements },
    }
    const checked = checkConfig(readEnvironment(variables), { ...file, customerTypes })
    const { byName } = customerTypesOf(checked.config)
    expect(byName.get('sep31-receiver')).toMatchObject([
      { name: 'sex', choices: ['male', 'female'], optional: true },
      { name: 'city', description: 'City', optional: false },
      { name: 'postal_code', optional: false, description: 'Code of the post' },
    ])
  })
})

describe('customer types whose fields need codes', () => {
  const person = {
    description: 'Person',
    requirements: [
      { field: 'first_name', description: 'First name' },
      { field: 'email_address', description: 'E-mail' },
      { field: 'last_name', description: 'Last name' },
    ],
  }
  const furnish = (verify: readonly string[], isSandbox: boolean, validation = 'full') => {
    // the last type of the file, and the last field of the type
    const { 'sep31-receiver': _, ...others } = file.customerTypes
    const customerTypes = { ...others, 'sep31-receiver': { ...person, verify } }
    const environment = { ...variables, FAIRLEAD_KYC_VALIDATION: validation }
    const checked = checkConfig(readEnvironment(environment), { ...file, customerTypes })
    const types = customerTypesOf(checked.config)
    const parts = { types, isSandbox, codeSecret: Buffer.from(secret) }
    // what is refused is refused before anything else of them is used
    const foundation = {} as Parameters<typeof composeCustomers>[0]
    return composeCustomers(foundation, parts as unknown as Parameters<typeof composeCustomers>[1])
  }

  it('are refused where nothing carries codes to people: outside of the sandbox', () => {
    expect(() => furnish(['email_address'], false)).toThrow(
      new ConfigurationFaulty([
        'fairlead.yaml: customerTypes: verify asks for codes, and there is no way to send them yet',
      ]),
    )
    expect(() => furnish(['email_address'], true)).not.toThrow()
    expect(() => furnish(['email_address'], false, 'formats')).not.toThrow()
    expect(() => furnish([], false)).not.toThrow()
  })
})
