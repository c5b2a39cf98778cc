import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { homePageOf } from '../../src/compose/home-page.ts'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { faultsOfPage } from '../../src/http/sep1/faults-of-page.ts'
import { writeStellarToml } from '../../src/http/sep1/write-stellar-toml.ts'

const issuer = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const distribution = 'GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57'
const secret = '0123456789abcdef0123456789abcdef'

const { config } = checkConfig(
  readEnvironment({
    DATABASE_URL: 'postgres://localhost/fairlead',
    FAIRLEAD_PUBLIC_URL: 'https://anchor.example.com',
    FAIRLEAD_NETWORK_PASSPHRASE: 'Test SDF Network ; September 2015',
    FAIRLEAD_HORIZON_URL: 'https://horizon-testnet.stellar.org',
    FAIRLEAD_RAIL_URL: 'https://bank.example.com',
    FAIRLEAD_SIGNING_SEED: `S${secret}`,
    FAIRLEAD_TOKEN_SECRET: secret,
    FAIRLEAD_DATA_KEYS: `k1:${secret}${secret}`,
    FAIRLEAD_RAIL_TOKEN: secret,
    FAIRLEAD_RAIL_SECRET: secret,
    FAIRLEAD_BACKOFFICE_TOKEN: secret,
  }),
  {
    assets: [
      {
        code: 'USDC',
        issuer,
        distributionAccount: distribution,
        payout: { currency: 'USD', decimals: 2 },
        fundingMethods: ['SEPA'],
      },
    ],
  },
)

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
