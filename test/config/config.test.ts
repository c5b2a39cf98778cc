import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { ConfigurationFaulty } from '../../src/config/faults.ts'
import { faultsOf, file, issuer, variables } from './configuration.ts'

describe('configuration', () => {
  it('is read into policies with whole units and types in order of their amounts', () => {
    const { config } = checkConfig(readEnvironment(variables), file)
    expect(config.site).toEqual({
      url: 'https://anchor.example.com',
      homeDomain: 'anchor.example.com',
    })
    expect(config.assets[0]?.receiverTypes.map((type) => [type.name, type.fromUnits])).toEqual([
      ['sep31-receiver', 0n],
      ['sep31-large-receiver', 10_000_000_000n],
    ])
    expect(config.login.mode).toBe('agreed')
  })

  it('names every missing secret at once and has no default for any (AP-2.15)', () => {
    const missing = faultsOf({ FAIRLEAD_TOKEN_SECRET: undefined, FAIRLEAD_RAIL_SECRET: undefined })
    expect(missing).toEqual(['FAIRLEAD_TOKEN_SECRET is missing', 'FAIRLEAD_RAIL_SECRET is missing'])
  })

  it('says of everything that is missing that it is, and of the file and each setting what is wrong', () => {
    const missing = [
      'FAIRLEAD_SIGNING_SEED',
      'FAIRLEAD_TOKEN_SECRET',
      'FAIRLEAD_DATA_KEYS',
      'FAIRLEAD_RAIL_TOKEN',
      'FAIRLEAD_RAIL_SECRET',
      'FAIRLEAD_BACKOFFICE_TOKEN',
      'FAIRLEAD_NETWORK_PASSPHRASE',
      'FAIRLEAD_PUBLIC_URL',
      'DATABASE_URL',
      'FAIRLEAD_HORIZON_URL',
      'FAIRLEAD_RAIL_URL',
    ]
    const none = Object.fromEntries(missing.map((name) => [name, undefined]))
    expect(faultsOf(none)).toEqual(missing.map((name) => `${name} is missing`))
    const assets = [{ ...file.assets[0], minAmount: '2', maxAmount: '1' }]
    const wrong = {
      FAIRLEAD_TOKEN_SECRET: undefined,
      FAIRLEAD_PUBLIC_PORT: 'x',
      FAIRLEAD_RAIL_URL: 'http://bank.example.com',
      FAIRLEAD_LOGIN: 'anyone',
    }
    expect(faultsOf(wrong, { ...file, assets })).toEqual([
      'FAIRLEAD_TOKEN_SECRET is missing',
      'FAIRLEAD_PUBLIC_PORT is no port number: x',
      'FAIRLEAD_RAIL_URL has to be https: http://bank.example.com',
      'FAIRLEAD_LOGIN is "agreed" or "open", not anyone',
      'fairlead.yaml: USDC: minAmount is above maxAmount',
    ])
  })

  it('gives tokens for a day unless told, for a minute at least and a week at most (SEP10-120)', () => {
    const lifetime = (login: object) =>
      checkConfig(readEnvironment(variables), { ...file, login }).config.login.tokenLifetimeSeconds
    expect(lifetime({})).toBe(86_400)
    expect(lifetime({ tokenLifetimeSeconds: 900 })).toBe(900)
    for (const tokenLifetimeSeconds of [59, 604_801]) {
      expect(faultsOf({}, { ...file, login: { tokenLifetimeSeconds } })[0]).toMatch(/Lifetime/)
    }
  })

  it('refuses a token secret of little entropy (SEP10-124)', () => {
    expect(faultsOf({ FAIRLEAD_TOKEN_SECRET: 'a'.repeat(64) })[0]).toMatch(/too weak/)
  })

  it('refuses a back-office or rail token that no header can carry', () => {
    const spaced = '0123456789abcdef 0123456789abcdef'
    const faults = faultsOf({ FAIRLEAD_BACKOFFICE_TOKEN: spaced, FAIRLEAD_RAIL_TOKEN: spaced })
    expect(faults).toEqual([
      'FAIRLEAD_RAIL_TOKEN has characters that no Bearer token has (RFC 6750)',
      'FAIRLEAD_BACKOFFICE_TOKEN has characters that no Bearer token has (RFC 6750)',
    ])
  })

  it('counts the proxies that are believed, none unless told (AP-2.19)', () => {
    const trusted = (said?: string) =>
      checkConfig(readEnvironment({ ...variables, FAIRLEAD_TRUST_PROXY: said }), file).config
        .trustProxy
    const said = [undefined, 'false', 'true', '0', '1', '2', '9']
    expect(said.map(trusted)).toEqual([0, 0, 1, 0, 1, 2, 9])
    expect(faultsOf({ FAIRLEAD_TRUST_PROXY: 'all' })).toEqual([
      'FAIRLEAD_TRUST_PROXY is true, false or the number of proxies: all',
    ])
  })

  it('refuses a user or password in an address, which would not be sent, and does not repeat it (AP-2.11)', () => {
    for (const name of ['FAIRLEAD_HORIZON_URL', 'FAIRLEAD_RAIL_URL', 'FAIRLEAD_PUBLIC_URL']) {
      for (const user of [
        'https://user:pass@',
        'https://user@',
        'https://:pass@',
        'http://user@',
      ]) {
        const url = `${user}bank.example.com/x`
        for (const isSandbox of [false, true]) {
          expect(faultsOf({ [name]: url }, file, isSandbox)).toEqual([
            `${name} must not have a user or a password in it`,
          ])
        }
      }
    }
  })

  it('refuses plain http outside the sandbox (SEP31-08, SEP01-14, AP-2.15)', () => {
    expect(faultsOf({ FAIRLEAD_PUBLIC_URL: 'http://anchor.example.com' })).toEqual([
      'FAIRLEAD_PUBLIC_URL has to be https: http://anchor.example.com',
    ])
  })

  it('validates personal data on the public network only, unless asked for (SEP31-G10)', () => {
    const onPublic = {
      FAIRLEAD_NETWORK_PASSPHRASE: 'Public Global Stellar Network ; September 2015',
    }
    const validation = (changes: Record<string, string>) =>
      checkConfig(readEnvironment({ ...variables, ...changes }), file).config.kycValidation
    expect(validation({})).toBe('formats')
    expect(validation(onPublic)).toBe('full')
    expect(validation({ FAIRLEAD_KYC_VALIDATION: 'full' })).toBe('full')
    expect(validation({ ...onPublic, FAIRLEAD_KYC_VALIDATION: 'formats' })).toBe('formats')
  })

  it('refuses an issuer that is its own distribution account and an unknown customer type (SEP31-O04)', () => {
    const asset = { ...file.assets[0], distributionAccount: issuer, senderTypes: [{ type: 'x' }] }
    expect(faultsOf({}, { ...file, assets: [asset] })).toEqual([
      'fairlead.yaml: USDC: the distribution account must not be the issuer',
      'fairlead.yaml: USDC: customer type x is not described under customerTypes',
    ])
  })

  it('refuses an asset that nobody could pay (SEP31-W18)', () => {
    const asset = {
      ...file.assets[0],
      minAmount: '10',
      maxAmount: '5',
      fee: { fixed: '6', percent: '100' },
    }
    expect(faultsOf({}, { ...file, assets: [asset] })).toEqual([
      'fairlead.yaml: USDC: minAmount is above maxAmount',
      'fairlead.yaml: USDC: the fee takes the whole amount',
      'fairlead.yaml: USDC: the fixed fee is as large as maxAmount',
    ])
  })

  it('says all that is wrong in one text, a line for each (AP-2.15)', () => {
    const faults = ['A is missing', 'B is missing']
    const faulty = new ConfigurationFaulty(faults)
    expect(faulty).toMatchObject({ name: 'ConfigurationFaulty', faults })
    expect(faulty.message).toBe(
      'The configuration has 2 fault(s):\n  - A is missing\n  - B is missing',
    )
  })

  it('refuses what it does not know, naming the place', () => {
    const wrong = { FAIRLEAD_TOKEN_SECRET: undefined, FAIRLEAD_LOGIN: 'anyone' }
    expect(faultsOf(wrong, { ...file, aassets: [] })).toEqual([
      'FAIRLEAD_TOKEN_SECRET is missing',
      'fairlead.yaml: the file: Unrecognized key: "aassets"',
      'FAIRLEAD_LOGIN is "agreed" or "open", not anyone',
    ])
  })
})
