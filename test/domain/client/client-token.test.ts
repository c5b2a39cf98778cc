import { describe, expect, it } from 'vitest'
import { judgeClientToken } from '../../../src/domain/client/client-token.ts'
import type { ClientTokenFault } from '../../../src/domain/client/client-token.ts'

const endpoint = 'https://anchor.example.com/auth'
const seconds = 1_795_262_400
const now = new Date(seconds * 1_000 + 999)
const asked = { account: 'G', memo: '7', homeDomain: 'a.example', clientDomain: 'w.example' }
const claims = {
  iat: seconds,
  exp: seconds + 900,
  web_auth_endpoint: endpoint,
  account: 'G',
  memo: '7',
  home_domain: 'a.example',
  client_domain: 'w.example',
}

describe('the claims of a client', () => {
  it('fit when all of them are what was asked for, or absent in both (SEP10-37 to 39)', () => {
    expect(judgeClientToken(claims, asked, { endpoint, now })).toEqual({ ok: true, value: 'fits' })
    const { iat, exp } = claims
    const least = { iat, exp, web_auth_endpoint: endpoint }
    expect(judgeClientToken(least, {}, { endpoint, now }).ok).toBe(true)
  })

  it('are told the first that does not fit, until the last one is mended (SEP10-37 to 43)', () => {
    let wrong: Readonly<Record<string, unknown>> = { iat: `${seconds}`, exp: 'x', memo: 7 }
    const mended: readonly [Readonly<Record<string, unknown>>, ClientTokenFault][] = [
      [{}, 'times'],
      [{ exp: seconds - 1_000 }, 'times'],
      [{ iat: seconds, exp: 'x' }, 'times'],
      [{ iat: seconds + 31 }, 'times'],
      [{ exp: seconds - 30 }, 'lapsed'],
      [{ exp: seconds + 10_000 }, 'times'],
      [{ iat: seconds }, 'too_long'],
      [{ exp: seconds + 3_600 }, 'web_auth_endpoint'],
      [{ web_auth_endpoint: endpoint }, 'account'],
      [{ account: 'G' }, 'memo'],
      [{ memo: '7' }, 'home_domain'],
      [{ home_domain: 'a.example' }, 'client_domain'],
    ]
    for (const [change, fault] of mended) {
      wrong = { ...wrong, ...change }
      const refusal = { code: 'client_token_differs', fault }
      expect(judgeClientToken(wrong, asked, { endpoint, now })).toEqual({ ok: false, refusal })
    }
    wrong = { ...wrong, client_domain: 'w.example' }
    expect(judgeClientToken(wrong, asked, { endpoint, now }).ok).toBe(true)
  })
})
