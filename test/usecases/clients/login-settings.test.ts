import { describe, expect, it } from 'vitest'
import type { LoginSettings } from '../../../src/usecases/clients/login-settings.ts'
import { faultsOfLogin } from '../../../src/usecases/clients/login-settings.ts'
import { aLogin } from '../../builders/login.ts'

const faultsWith = async (changes: Partial<LoginSettings>) =>
  faultsOfLogin((await aLogin(changes)).settings).join('\n')

describe('the settings of a login', () => {
  it('have no fault when they are good, on a port of its own too (SEP10-05, SEP10-06)', async () => {
    expect(await faultsWith({})).toBe('')
    const local = { endpoint: 'http://localhost:8080/auth', webAuthDomain: 'localhost:8080' }
    expect(await faultsWith(local)).toBe('')
  })

  it('may name a home domain of 59 bytes, which fits into a challenge (SEP10-04)', async () => {
    expect(await faultsWith({ homeDomains: [`${'a'.repeat(55)}.com`] })).toBe('')
  })

  it.each<[string, Partial<LoginSettings>, string]>([
    ['another host than the endpoint (SEP10-06)', { webAuthDomain: 'evil.com' }, 'is not the host'],
    ['an endpoint that is no URL (SEP10-06)', { endpoint: 'nowhere' }, 'is not the host'],
    [
      'a web_auth_domain of 65 bytes (SEP10-05)',
      { endpoint: `https://${'a'.repeat(61)}.com/auth`, webAuthDomain: `${'a'.repeat(61)}.com` },
      '64 bytes',
    ],
    [
      'a home domain of 60 bytes (SEP10-04)',
      { homeDomains: [`${'a'.repeat(56)}.com`] },
      '59 bytes',
    ],
    ['only patterns for home domains (SEP10-07)', { homeDomains: ['*.example.com'] }, 'no pattern'],
    ['no home domain (SEP10-07)', { homeDomains: [] }, 'no home domain'],
    ['a pattern in the middle (SEP10-29)', { homeDomains: ['a.*.com'] }, 'no host name'],
    [
      'a query in the endpoint (SEP01-16)',
      { endpoint: 'https://anchor.example.com/auth?x=1' },
      'a query',
    ],
    [
      'a fragment in the endpoint (SEP01-16)',
      { endpoint: 'https://anchor.example.com/auth#x' },
      'a query',
    ],
    [
      'a slash at the end of the endpoint (SEP01-16)',
      { endpoint: 'https://anchor.example.com/auth/' },
      'a query',
    ],
  ])('are refused with %s', async (...[, changes, word]) => {
    expect(await faultsWith(changes)).toContain(word)
  })
})
