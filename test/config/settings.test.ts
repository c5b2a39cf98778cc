import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { readSecrets } from '../../src/config/secrets.ts'
import { capitals, digits, signsThatFit, smallLetters, sorted } from '../builders/letters.ts'
import { distribution, faultsOf, file, issuer, secret, variables } from './configuration.ts'

const configOf = (changes: Record<string, string | undefined> = {}, changedFile: unknown = file) =>
  checkConfig(readEnvironment({ ...variables, ...changes }), changedFile).config

const publicNetwork = 'Public Global Stellar Network ; September 2015'
const marketMaking = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'

describe('settings that are left out', () => {
  it('have defaults that open nothing to others but the public listener (AP-2.15)', () => {
    const config = configOf()
    expect(config.listen).toEqual({
      publicHost: '0.0.0.0',
      publicPort: 8080,
      internalHost: '127.0.0.1',
      internalPort: 8085,
      workerPort: 0,
    })
    expect(config).toMatchObject({
      loginsPerMinute: 600,
      logLevel: 'info',
      redisUrl: undefined,
      extraCaFile: undefined,
      isSandbox: false,
      login: { mode: 'agreed', requireClientDomain: false, retiredSigningKeys: [] },
    })
  })

  it('are the same as empty ones', () => {
    expect(faultsOf({ DATABASE_URL: '', FAIRLEAD_RAIL_URL: '' })).toEqual([
      'DATABASE_URL is missing',
      'FAIRLEAD_RAIL_URL is missing',
    ])
    expect(configOf({ FAIRLEAD_PUBLIC_PORT: '', REDIS_URL: '' })).toMatchObject({
      listen: { publicPort: 8080 },
      redisUrl: undefined,
    })
  })

  it.each([
    'FAIRLEAD_PUBLIC_URL',
    'FAIRLEAD_NETWORK_PASSPHRASE',
    'FAIRLEAD_HORIZON_URL',
    'FAIRLEAD_RAIL_URL',
    'DATABASE_URL',
    'FAIRLEAD_SIGNING_SEED',
    'FAIRLEAD_TOKEN_SECRET',
    'FAIRLEAD_DATA_KEYS',
    'FAIRLEAD_RAIL_TOKEN',
    'FAIRLEAD_RAIL_SECRET',
    'FAIRLEAD_BACKOFFICE_TOKEN',
  ])('are a fault where there is no default: %s (AP-2.15)', (name) => {
    expect(faultsOf({ [name]: undefined })).toEqual([`${name} is missing`])
  })
})

describe('settings that are given', () => {
  it('stand in the configuration beside the file, each in its place', () => {
    const changes = {
      FAIRLEAD_PUBLIC_HOST: '10.0.0.1',
      FAIRLEAD_PUBLIC_PORT: '0',
      FAIRLEAD_INTERNAL_HOST: '10.0.0.2',
      FAIRLEAD_INTERNAL_PORT: '65535',
      FAIRLEAD_WORKER_PORT: '9',
      FAIRLEAD_HOME_DOMAIN: 'example.com',
      FAIRLEAD_LOGIN: 'open',
      FAIRLEAD_LOGINS_PER_MINUTE: '0',
      FAIRLEAD_TRUST_PROXY: '3',
      FAIRLEAD_KYC_VALIDATION: 'full',
      FAIRLEAD_LOG_LEVEL: 'debug',
      FAIRLEAD_EXTRA_CA_FILE: '/etc/ca.pem',
      FAIRLEAD_NETWORK_PASSPHRASE: 'A network of our own',
      DATABASE_URL: 'postgresql://user:password@db/f',
      REDIS_URL: 'rediss://user:password@cache:6380',
      FAIRLEAD_HORIZON_URL: 'https://horizon.example.com/',
      FAIRLEAD_RAIL_URL: 'https://bank.example.com/',
      FAIRLEAD_PUBLIC_URL: 'https://anchor.example.com//',
    }
    const login = {
      sendingAnchors: [{ name: 'Anchor', accounts: [issuer] }],
      homeDomains: ['one.example.com', 'two.example.com'],
      requireClientDomain: true,
      retiredSigningKeys: [distribution],
      tokenLifetimeSeconds: 900,
    }
    const documentation = { ORG_NAME: 'Anchor', ORG_URL: 'https://example.com' }
    const { assets } = configOf()
    const [read] = file.assets
    const changedFile = { ...file, login, documentation, marketMakingAccounts: [marketMaking] }
    const expected = {
      listen: {
        publicHost: '10.0.0.1',
        publicPort: 0,
        internalHost: '10.0.0.2',
        internalPort: 65_535,
        workerPort: 9,
      },
      site: { url: 'https://anchor.example.com', homeDomain: 'example.com' },
      login: {
        ...login,
        mode: 'open',
        homeDomains: ['example.com', 'one.example.com', 'two.example.com'],
      },
      loginsPerMinute: 0,
      trustProxy: 3,
      kycValidation: 'full',
      logLevel: 'debug',
      extraCaFile: '/etc/ca.pem',
      databaseUrl: 'postgresql://user:password@db/f',
      redisUrl: 'rediss://user:password@cache:6380',
      network: {
        passphrase: 'A network of our own',
        horizonUrl: 'https://horizon.example.com',
      },
      railUrl: 'https://bank.example.com',
      assets,
      startCursors: new Map([[read?.distributionAccount, 'now']]),
      marketMakingAccounts: [marketMaking],
      customerTypes: Object.fromEntries(
        Object.entries(file.customerTypes).map(([name, type]) => [name, { ...type, verify: [] }]),
      ),
      documentation,
      isSandbox: false,
    }
    expect(configOf(changes, changedFile)).toEqual(expected)
    const environment = readEnvironment({ ...variables, ...changes })
    expect(checkConfig(environment, changedFile, true).config).toEqual({
      ...expected,
      isSandbox: true,
    })
  })

  it('name a host with its port as the home domain, where no other is named', () => {
    const { site } = configOf({ FAIRLEAD_PUBLIC_URL: 'https://anchor.example.com:8443/' })
    expect(site).toEqual({
      url: 'https://anchor.example.com:8443',
      homeDomain: 'anchor.example.com:8443',
    })
  })

  it('may name a path behind the host, which stays', () => {
    const url = 'https://example.com:8443/some/path'
    const set = (given: string) =>
      configOf({
        FAIRLEAD_PUBLIC_URL: given,
        FAIRLEAD_HORIZON_URL: given,
        FAIRLEAD_RAIL_URL: given,
      })
    for (const given of [url, `${url}/`]) {
      expect(set(given)).toMatchObject({
        site: { url, homeDomain: 'example.com:8443' },
        network: { horizonUrl: url },
        railUrl: url,
      })
    }
  })

  it('name a host of IPv6 in its brackets, with its port unless it is the usual one', () => {
    const siteOf = (url: string) => configOf({ FAIRLEAD_PUBLIC_URL: url }).site
    expect([siteOf('http://[::1]:8080/'), siteOf('https://[2001:db8::1]:443')]).toEqual([
      { url: 'http://[::1]:8080', homeDomain: '[::1]:8080' },
      { url: 'https://[2001:db8::1]:443', homeDomain: '[2001:db8::1]' },
    ])
  })

  it('may be any level of the log, and the address of a database or of Redis by any of its schemes', () => {
    const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
    const levelOf = (level: string) => configOf({ FAIRLEAD_LOG_LEVEL: level }).logLevel
    expect(levels.map(levelOf)).toEqual(levels)
    for (const scheme of ['postgres', 'postgresql']) {
      expect(faultsOf({ DATABASE_URL: `${scheme}://db/f` })).toEqual([])
    }
    for (const scheme of ['redis', 'rediss']) {
      expect(faultsOf({ REDIS_URL: `${scheme}://cache` })).toEqual([])
    }
  })

  it('may be as many logins a minute as seven digits say, and a port of one digit', () => {
    const loginsOf = (text: string) =>
      configOf({ FAIRLEAD_LOGINS_PER_MINUTE: text }).loginsPerMinute
    expect(['1', '9999999'].map(loginsOf)).toEqual([1, 9_999_999])
    expect(configOf({ FAIRLEAD_PUBLIC_PORT: '1' }).listen.publicPort).toBe(1)
  })

  it('let a client log in to each home domain, the site’s own first', () => {
    const login = { homeDomains: ['other.example.com'] }
    expect(configOf({}, { ...file, login }).login.homeDomains).toEqual([
      'anchor.example.com',
      'other.example.com',
    ])
  })

  it.each([
    ['FAIRLEAD_PUBLIC_PORT', '65536', /is no port number: 65536$/],
    ['FAIRLEAD_INTERNAL_PORT', '80a', /is no port number: 80a$/],
    ['FAIRLEAD_WORKER_PORT', '-1', /is no port number/],
    ['FAIRLEAD_LOGIN', 'anyone', /is "agreed" or "open", not anyone$/],
    ['FAIRLEAD_KYC_VALIDATION', 'none', /is "formats" or "full", not none$/],
    ['FAIRLEAD_LOGINS_PER_MINUTE', 'many', /is a number, 0 for no limit: many$/],
    ['FAIRLEAD_LOGINS_PER_MINUTE', '-1', /is a number, 0 for no limit: -1$/],
    ['FAIRLEAD_LOGINS_PER_MINUTE', '5x', /is a number/],
    ['FAIRLEAD_LOGINS_PER_MINUTE', '10000000', /is a number/],
    ['FAIRLEAD_PUBLIC_PORT', '008080', /is no port number/],
    ['FAIRLEAD_TRUST_PROXY', '-1', / is true, false or the number of proxies: -1$/],
    ['FAIRLEAD_TRUST_PROXY', '1x', / is true, false or the number of proxies: 1x$/],
    [
      'FAIRLEAD_LOG_LEVEL',
      'loud',
      / is one of trace, debug, info, warn, error, fatal, silent, not loud$/,
    ],
    ['FAIRLEAD_TRUST_PROXY', '10', / is true, false or the number of proxies: 10$/],
    ['FAIRLEAD_PUBLIC_URL', 'anchor', /is not a URL: anchor$/],
    ['FAIRLEAD_PUBLIC_URL', '///', /is not a URL: \/\/\/$/],
    [
      'DATABASE_URL',
      'mysql://localhost/fairlead',
      / has to be postgres:\/\/user:password@host\/database$/,
    ],
    [
      'DATABASE_URL',
      'postgres://localhost',
      / has to be postgres:\/\/user:password@host\/database$/,
    ],
    [
      'DATABASE_URL',
      'postgres://localhost/',
      / has to be postgres:\/\/user:password@host\/database$/,
    ],
    ['DATABASE_URL', 'localhost/fairlead', / has to be postgres:\/\/user:password@host\/database$/],
    ['REDIS_URL', 'http://cache:6379', / has to be redis:\/\/host:port or rediss:\/\/host:port$/],
    ['REDIS_URL', 'cache', / has to be redis:\/\/host:port or rediss:\/\/host:port$/],
  ])('are refused by name when they cannot be meant: %s=%s', (name, value, words) => {
    const [first, ...others] = faultsOf({ [name]: value })
    expect(first).toMatch(new RegExp(`^${name} `))
    expect(first).toMatch(words)
    expect(others).toEqual([])
  })

  it('that hold a password are not repeated (AP-2.11)', () => {
    const url = 'mysql://fairlead:Zeugma@db/fairlead'
    const faults = faultsOf({ DATABASE_URL: url, REDIS_URL: 'http://x:Zeugma@cache' })
    expect(faults).toHaveLength(2)
    expect(faults.join()).not.toContain('Zeugma')
  })
})

describe('addresses', () => {
  const names = ['FAIRLEAD_PUBLIC_URL', 'FAIRLEAD_HORIZON_URL', 'FAIRLEAD_RAIL_URL']
  it.each(names)('are each looked at, although %s is missing', (missing) => {
    const faults = faultsOf(
      Object.fromEntries(names.map((name) => [name, name === missing ? undefined : 'x'])),
    )
    const wrong = names.filter((name) => name !== missing).map((name) => `${name} is not a URL: x`)
    expect(faults).toEqual([`${missing} is missing`, ...wrong])
  })

  it.each(['FAIRLEAD_PUBLIC_URL', 'FAIRLEAD_HORIZON_URL', 'FAIRLEAD_RAIL_URL'])(
    'are https, unless they lie on this machine or it is a sandbox: %s (SEP31-08, AP-2.15)',
    (name) => {
      const plain = 'http://elsewhere.example.com'
      expect(faultsOf({ [name]: plain })).toEqual([`${name} has to be https: ${plain}`])
      expect(faultsOf({ [name]: plain }, file, true)).toEqual([])
      for (const host of ['localhost', '127.0.0.1:8000', '[::1]']) {
        expect(faultsOf({ [name]: `http://${host}` })).toEqual([])
      }
    },
  )
})

describe('the sandbox', () => {
  it('does not run on the public network', () => {
    const onPublic = { FAIRLEAD_NETWORK_PASSPHRASE: publicNetwork }
    expect(faultsOf(onPublic, file, true)).toEqual([
      'The sandbox does not run on the public network',
    ])
    expect(faultsOf(onPublic)).toEqual([])
  })
})

describe('secrets', () => {
  it.each([
    'FAIRLEAD_SIGNING_SEED',
    'FAIRLEAD_TOKEN_SECRET',
    'FAIRLEAD_RAIL_TOKEN',
    'FAIRLEAD_RAIL_SECRET',
    'FAIRLEAD_BACKOFFICE_TOKEN',
  ])('have 32 characters or more, eight of them different: %s (SEP10-124)', (name) => {
    const weak = [`${name} is too weak: 32 random characters or more, e.g. openssl rand -hex 32`]
    expect(faultsOf({ [name]: secret.slice(1) })).toEqual(weak)
    expect(faultsOf({ [name]: 'abcdefg'.repeat(6) })).toEqual(weak)
    expect(faultsOf({ [name]: 'abcdefgh'.repeat(4) })).toEqual([])
  })

  it('are read as they are, each from its own setting', () => {
    const given = {
      FAIRLEAD_SIGNING_SEED: `S${secret}`,
      FAIRLEAD_TOKEN_SECRET: `${secret}-token`,
      FAIRLEAD_RAIL_TOKEN: `${secret}-rail`,
      FAIRLEAD_RAIL_SECRET: `${secret}-webhook`,
      FAIRLEAD_BACKOFFICE_TOKEN: `${secret}-operator`,
    }
    const { secrets } = checkConfig(readEnvironment({ ...variables, ...given }), file)
    expect(secrets).toEqual({
      signingSeed: `S${secret}`,
      tokenSecret: `${secret}-token`,
      dataKeys: [{ id: 'k1', secret: Uint8Array.from(Buffer.from(secret + secret, 'hex')) }],
      railToken: `${secret}-rail`,
      railSecret: `${secret}-webhook`,
      backofficeToken: `${secret}-operator`,
    })
  })
})

describe('the signs of a secret', () => {
  it.each(['FAIRLEAD_RAIL_TOKEN', 'FAIRLEAD_BACKOFFICE_TOKEN'])(
    'are those of a Bearer token: %s (RFC 6750)',
    (name) => {
      const takes = (token: string) => faultsOf({ [name]: token }).length === 0
      const all = sorted(`-._~+/${digits}${capitals}${smallLetters}`)
      expect(signsThatFit((sign) => takes(`${secret}${sign}x`))).toBe(all)
      const around = [`${secret}==`, `=${secret}`, ` ${secret}`, `${secret} `]
      expect(around.filter(takes)).toEqual([`${secret}==`])
    },
  )

  it('are hex in letters of either size in a data key, and small ones in its id', () => {
    const takes = (keys: string) => faultsOf({ FAIRLEAD_DATA_KEYS: keys }).length === 0
    const hex = secret + secret
    expect(signsThatFit(takes, `k:${hex.slice(1)}_`)).toBe(sorted(`${digits}abcdefABCDEF`))
    expect(signsThatFit(takes, `_:${hex}`)).toBe(sorted(`-${digits}${smallLetters}`))
    const ids = ['k', 'k'.repeat(32), 'k'.repeat(33), ' k', 'k ', '']
    expect(ids.filter((id) => takes(`${id}:${hex}`))).toEqual(['k', 'k'.repeat(32)])
  })
})

describe('a secret that is empty', () => {
  const sound = readEnvironment(variables)

  it.each(['signingSeed', 'tokenSecret', 'dataKeys', 'railToken', 'railSecret', 'backofficeToken'])(
    'is refused, whoever made the settings: %s',
    (name) => {
      const faults: string[] = []
      expect(readSecrets({ ...sound, [name]: '' }, faults)).toBeUndefined()
      expect(faults).toHaveLength(1)
    },
  )
})

describe('keys for data at rest', () => {
  const hex = `${secret}${secret}`
  const zeros = '0'.repeat(64)

  it.each([
    ['the only one', `k:${zeros}`],
    ['the first', `production-2026:${zeros},old:${hex}`],
    ['a later one, long after its id', `new:${hex},production-2025:${zeros}`],
  ])('are not to be guessed, as no secret is: %s', (_, keys) => {
    expect(faultsOf({ FAIRLEAD_DATA_KEYS: keys })).toEqual([
      'FAIRLEAD_DATA_KEYS is too weak: 32 random characters or more, e.g. openssl rand -hex 32',
    ])
  })

  it('have an id each, as a sealed value names its key by it', () => {
    const faults = faultsOf({ FAIRLEAD_DATA_KEYS: `new:${hex},k:${hex},k:${hex.toUpperCase()}` })
    expect(faults).toEqual(['FAIRLEAD_DATA_KEYS has two keys of one id: a new key wants a new id'])
  })

  it('are several, of which the first seals', () => {
    const other = 'fedcba9876543210'.repeat(4)
    const { secrets } = checkConfig(
      readEnvironment({ ...variables, FAIRLEAD_DATA_KEYS: `new-2:${hex},old:${other}` }),
      file,
    )
    expect(
      secrets.dataKeys.map(({ id, secret: key }) => [id, Buffer.from(key).toString('hex')]),
    ).toEqual([
      ['new-2', hex],
      ['old', other],
    ])
  })

  it.each([
    ['without an id', hex],
    ['with an empty id', `:${hex}`],
    ['with an id that is too long', `${'k'.repeat(33)}:${hex}`],
    ['with an id of other letters', `K1:${hex}`],
    ['of 31 bytes', `k1:${hex.slice(2)}`],
    ['of half a byte less', `k1:${hex.slice(1)}`],
    ['of 33 bytes', `k1:${hex}00`],
    ['of no hex', `k1:${hex.slice(1)}g`],
    ['and another without a key', `k1:${hex},k2`],
    ['and more behind it', `k1:${hex}:more`],
    ['before one that is right', `k1:,k2:${hex}`],
  ])('%s are refused', (_, keys) => {
    expect(faultsOf({ FAIRLEAD_DATA_KEYS: keys })).toEqual([
      'FAIRLEAD_DATA_KEYS wants id:hex of 32 bytes, separated by commas',
    ])
  })
})
