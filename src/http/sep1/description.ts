/** What stellar.toml says about us, from the configuration. Source: SEP-1 2.7.0. */
export interface HomePage {
  readonly networkPassphrase: string
  /** `SIGNING_KEY`; has to be the public half of the seed that signs challenges and callbacks. */
  readonly signingKey: string
  /** Where the services answer: scheme and host, no slash at the end. */
  readonly baseUrl: string
  /** The host, with its port unless it is the default one, that serves the file. */
  readonly homeDomain: string
  readonly services: readonly Service[]
  readonly horizonUrl?: string
  /** Every account `G…` that the anchor pays from or receives into, issuers included. */
  readonly accounts: readonly string[]
  /** `ORG_…` fields; `ORG_NAME` at least. */
  readonly documentation: Readonly<Record<string, string>>
  readonly principals?: readonly Readonly<Record<string, string>>[]
  readonly currencies: readonly Currency[]
  /** Plain HTTP addresses may be published: local development only, never the public network. */
  readonly allowHttp?: boolean
}

/** The protocols that are switched on, by SEP. */
export type Service = 'sep6' | 'sep10' | 'sep12' | 'sep24' | 'sep31' | 'sep38'

/** One entry of `[[CURRENCIES]]`. All that the SDF test suite asks for is required (SEP01-42). */
export interface Currency {
  readonly code: string
  /** Absent for the native asset and for contract tokens. */
  readonly issuer?: string
  readonly contract?: string
  readonly status: 'live' | 'dead' | 'test' | 'private'
  readonly desc: string
  readonly is_asset_anchored: boolean
  readonly anchor_asset_type:
    'fiat' | 'crypto' | 'stock' | 'bond' | 'commodity' | 'realestate' | 'other'
  readonly anchor_asset?: string
  readonly redemption_instructions?: string
  readonly name?: string
  readonly code_template?: string
  readonly conditions?: string
  readonly image?: string
  readonly display_decimals?: number
  readonly fixed_number?: number
  readonly max_number?: number
  readonly is_unlimited?: boolean
  readonly attestation_of_reserve?: string
  readonly regulated?: boolean
  readonly approval_server?: string
  readonly approval_criteria?: string
}

export const serviceKeys: Readonly<
  Record<Service, { readonly key: string; readonly path: string }>
> = {
  sep6: { key: 'TRANSFER_SERVER', path: '/sep6' },
  sep24: { key: 'TRANSFER_SERVER_SEP0024', path: '/sep24' },
  sep12: { key: 'KYC_SERVER', path: '/sep12' },
  sep10: { key: 'WEB_AUTH_ENDPOINT', path: '/auth' },
  sep31: { key: 'DIRECT_PAYMENT_SERVER', path: '/sep31' },
  sep38: { key: 'ANCHOR_QUOTE_SERVER', path: '/sep38' },
}
