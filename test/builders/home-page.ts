import type { HomePage } from '../../src/http/sep1/description.ts'

export const issuer = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'

/** A page without a fault, changed at will. */
export const aHomePage = (changes: Partial<HomePage> = {}): HomePage => ({
  networkPassphrase: 'Test SDF Network ; September 2015',
  signingKey: issuer,
  baseUrl: 'https://anchor.example.com',
  homeDomain: 'anchor.example.com',
  services: ['sep10', 'sep12', 'sep31'],
  accounts: [issuer],
  documentation: { ORG_NAME: 'An anchor', ORG_URL: 'https://anchor.example.com' },
  currencies: [
    {
      code: 'USDX',
      issuer,
      status: 'test',
      desc: 'A dollar for tests',
      is_asset_anchored: true,
      anchor_asset_type: 'fiat',
      anchor_asset: 'USD',
    },
  ],
  ...changes,
})
