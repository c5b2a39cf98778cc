import { describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import { authorise } from '../../../src/usecases/clients/authorise.ts'
import type { LoginClaims } from '../../../src/usecases/ports/token-issuer.ts'
import { aLogin } from '../../builders/login.ts'
import { clientKey } from '../../builders/signed-challenge.ts'

const account = clientKey.publicKey()

async function outcomeFor(changes: Partial<LoginClaims>, login = aLogin()) {
  const { world, settings, tokens, authorise: judge } = await login
  const token = await tokens.issue({
    id: '1',
    subject: account,
    issuer: settings.endpoint,
    homeDomain: 'example.com',
    issuedAt: world.now,
    lapsesAt: new Date(world.now.getTime() + 60_000),
    ...changes,
  })
  return judge(token)
}

const codeFor = async (changes: Partial<LoginClaims>, login = aLogin()) => {
  const outcome = await outcomeFor(changes, login)
  return outcome.ok ? 'accepted' : outcome.refusal.code
}

describe('authorise', () => {
  it('tells the whole principal: base account, memo, subject and domains (SEP10-127, SEP10-132)', async () => {
    const subject = muxedAddress(account, '7')
    const outcome = await outcomeFor({ subject, clientDomain: 'wallet.example' })
    expect(outcome).toEqual({
      ok: true,
      value: {
        lapsesAt: new Date('2026-11-21T12:01:00.000Z'),
        principal: {
          account,
          memo: '7',
          subject,
          homeDomain: 'example.com',
          clientDomain: 'wallet.example',
        },
      },
    })
  })

  it('tells when the token lapses, for those who serve longer, and no memo or domain that is not there', async () => {
    expect(await outcomeFor({})).toEqual({
      ok: true,
      value: {
        lapsesAt: new Date('2026-11-21T12:01:00.000Z'),
        principal: { account, subject: account, homeDomain: 'example.com' },
      },
    })
  })

  it.each(['example.com', 'other.example.org', 'tea.shops.example.com'])(
    'takes a token for %s, one of our home domains (SEP10-129)',
    async (homeDomain) => {
      expect(await codeFor({ homeDomain })).toBe('accepted')
    },
  )

  it.each([
    ['a subject that is no account (SEP10-127)', { subject: 'alice' }],
    ['a contract as subject (SEP10-127)', { subject: 'C'.repeat(56) }],
    ['another issuer (SEP10-126)', { issuer: 'https://evil.example/auth' }],
    ['a home domain that is not ours (SEP10-129)', { homeDomain: 'evil.example' }],
    ['a home domain in another spelling (SEP10-129)', { homeDomain: 'Example.com' }],
  ])('refuses %s', async (_, changes) => {
    expect(await codeFor(changes)).toBe('token_invalid')
  })

  it('takes a token until it lapses, by the time of each call (SEP10-126)', async () => {
    const login = await aLogin()
    const lapsesAt = new Date(login.world.now.getTime() + 60_000)
    expect(await codeFor({ lapsesAt }, Promise.resolve(login))).toBe('accepted')
    login.world.now = lapsesAt
    expect(await codeFor({ lapsesAt }, Promise.resolve(login))).toBe('token_lapsed')
  })

  it('refuses a token that has lapsed (SEP10-126)', async () => {
    expect(await codeFor({ lapsesAt: new Date('2026-11-21T12:00:00Z') })).toBe('token_lapsed')
  })

  it('refuses an account whose agreement has ended, whatever its token says (SEP31-05)', async () => {
    const agreement = { mode: 'agreed', accounts: new Set(['G…']) } as const
    expect(await codeFor({}, aLogin({ agreement }))).toBe('not_agreed')
    const foreign = { issuer: 'https://evil.example/auth' }
    expect(await codeFor(foreign, aLogin({ agreement }))).toBe('token_invalid')
  })

  it('looks the agreement up by the base account, whatever memo or id the subject has (SEP31-05, SEP31-06)', async () => {
    const agreement = { mode: 'agreed', accounts: new Set([account]) } as const
    for (const subject of [account, `${account}:1`, muxedAddress(account, '7')]) {
      expect(await codeFor({ subject }, aLogin({ agreement }))).toBe('accepted')
    }
  })

  it('accepts tokens of each of our own endpoints', async () => {
    const { world, tokens, settings } = await aLogin()
    const issuers = ['http://localhost:8080/auth', settings.endpoint]
    const judge = authorise({
      tokens,
      issuers,
      homeDomains: ['localhost:8080'],
      agreement: { mode: 'open' },
      now: () => world.now,
    })
    for (const issuer of issuers) {
      const token = await tokens.issue({
        id: '1',
        subject: account,
        issuer,
        homeDomain: 'localhost:8080',
        issuedAt: world.now,
        lapsesAt: new Date(world.now.getTime() + 1_000),
      })
      expect((await judge(token)).ok).toBe(true)
    }
  })
})
