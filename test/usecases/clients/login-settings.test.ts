import { describe, expect, it } from 'vitest'
import type { LoginSettings } from '../../../src/usecases/clients/login-settings.ts'
import { faultsOfLogin } from '../../../src/usecases/clients/login-settings.ts'
import { aLogin } from '../../builders/login.ts'

const faultsWith = async (changes: Partial<LoginSettings>) =>
  faultsOfLogin((await aLogin(changes)).settings)

const endpoint = 'https://anchor.example.com/auth'
const longHost = `${'a'.repeat(61)}.com`
const longHome = `${'a'.repeat(56)}.com`

const notTheHost = (domain: string, of = endpoint) =>
  `login: web_auth_domain ${domain} is not the host of ${of}`
const notShort = (domain: string) =>
  `login: web_auth_domain ${domain} is no host name of at most 64 bytes`
const noPath = (of: string) => `login: ${of} must not have a query or end with a slash`
const noHome = (pattern: string) =>
  `login: home domain ${pattern} is no host name of at most 59 bytes`
const onlyPatterns = 'login: one home domain has to be no pattern, for clients that name none'

describe('the settings of a login', () => {
  it('have no fault when they are good, on a port of its own too (SEP10-05, SEP10-06)', async () => {
    expect(await faultsWith({})).toEqual([])
    const local = { endpoint: 'http://localhost:8080/auth', webAuthDomain: 'localhost:8080' }
    expect(await faultsWith(local)).toEqual([])
    const longest = `${'a'.repeat(60)}.com` // 64 bytes
    const named = { endpoint: `https://${longest}/auth`, webAuthDomain: longest }
    expect(await faultsWith(named)).toEqual([])
  })

  it('may name a home domain of 59 bytes, which fits into a challenge, and patterns beside it (SEP10-04)', async () => {
    const longest = `${'a'.repeat(55)}.com`
    expect(await faultsWith({ homeDomains: [longest] })).toEqual([])
    expect(await faultsWith({ homeDomains: ['*.example.com', longest] })).toEqual([])
  })

  it.each<[string, Partial<LoginSettings>, readonly string[]]>([
    [
      'another host than the endpoint (SEP10-06)',
      { webAuthDomain: 'evil.com' },
      [notTheHost('evil.com')],
    ],
    [
      'another port than the endpoint (SEP10-06)',
      { endpoint: 'https://anchor.example.com:8443/auth', webAuthDomain: 'anchor.example.com:443' },
      [notTheHost('anchor.example.com:443', 'https://anchor.example.com:8443/auth')],
    ],
    [
      'the port of the endpoint left out (SEP10-06)',
      { endpoint: 'https://anchor.example.com:8443/auth' },
      [notTheHost('anchor.example.com', 'https://anchor.example.com:8443/auth')],
    ],
    [
      'an endpoint that is no URL (SEP10-06)',
      { endpoint: 'nowhere' },
      [notTheHost('anchor.example.com', 'nowhere')],
    ],
    [
      'a web_auth_domain of 65 bytes (SEP10-05)',
      { endpoint: `https://${longHost}/auth`, webAuthDomain: longHost },
      [notShort(longHost)],
    ],
    ['a home domain of 60 bytes (SEP10-04)', { homeDomains: [longHome] }, [noHome(longHome)]],
    [
      'only patterns for home domains (SEP10-07)',
      { homeDomains: ['*.a.com', '*.b.com'] },
      [onlyPatterns],
    ],
    ['no home domain (SEP10-07)', { homeDomains: [] }, ['login: there is no home domain']],
    ['a pattern in the middle (SEP10-29)', { homeDomains: ['a.*.com'] }, [noHome('a.*.com')]],
    [
      'a query in the endpoint (SEP01-16)',
      { endpoint: `${endpoint}?x=1` },
      [noPath(`${endpoint}?x=1`)],
    ],
    [
      'a fragment in the endpoint (SEP01-16)',
      { endpoint: `${endpoint}#x` },
      [noPath(`${endpoint}#x`)],
    ],
    [
      'a slash at the end of the endpoint (SEP01-16)',
      { endpoint: `${endpoint}/` },
      [noPath(`${endpoint}/`)],
    ],
    [
      'several faults, each of which is told',
      {
        endpoint: `${endpoint}/`,
        webAuthDomain: 'a b',
        homeDomains: ['*.example.com', 'a.*.com', '*.b c', longHome],
      },
      [
        notTheHost('a b', `${endpoint}/`),
        notShort('a b'),
        noPath(`${endpoint}/`),
        noHome('a.*.com'),
        noHome('*.b c'),
        noHome(longHome),
      ],
    ],
  ])('are refused with %s', async (...[, changes, faults]) => {
    expect(await faultsWith(changes)).toEqual(faults)
  })
})
