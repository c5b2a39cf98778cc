import { describe, expect, it } from 'vitest'
import type { Challenge, ChallengeSignature } from '../../../src/domain/client/challenge.ts'
import { setAsideCosigners, weighSignatures } from '../../../src/domain/client/signatures.ts'

const challenge: Challenge = {
  serverAccount: 'server',
  account: 'client',
  subject: 'client',
  homeDomain: 'example.com',
  lapsesAt: new Date(0),
}
/** A signature by this name; the judge below reads it from the hint. */
const by = (name: string): ChallengeSignature => ({
  hint: Buffer.from(name),
  signature: new Uint8Array(64),
})
const isSignedBy = (account: string, { hint }: ChallengeSignature) =>
  Promise.resolve(Buffer.from(hint).toString() === account)

describe('weighing signatures', () => {
  it('takes one signature at least, whatever the threshold (SEP10-90, SEP10-99)', async () => {
    for (const signers of [undefined, { mediumThreshold: 0, signers: [] }]) {
      const outcome = await weighSignatures(challenge, [], { signers, isSignedBy })
      expect(outcome).toEqual({
        ok: false,
        refusal: { code: 'too_little_weight', weight: 0, needed: 1 },
      })
    }
  })

  it('takes the server and the wallet off the list once each (SEP10-87, SEP10-108)', async () => {
    const named = { ...challenge, clientDomain: { domain: 'wallet.example', account: 'wallet' } }
    const all = [by('wallet'), by('server'), by('client'), by('server')]
    const rest = await setAsideCosigners(named, all, isSignedBy)
    expect(rest).toEqual({ ok: true, value: [by('client'), by('server')] })
  })

  it('never counts the server or the wallet, though both are signers of the account (SEP10-96, SEP10-97)', async () => {
    const named = { ...challenge, clientDomain: { domain: 'wallet.example', account: 'wallet' } }
    const signers = ['server', 'wallet', 'client'].map((account) => ({ account, weight: 1 }))
    const codeOf = async (of: Challenge, ...names: readonly string[]) => {
      const weighed = await weighSignatures(of, names.map(by), {
        signers: { mediumThreshold: 1, signers },
        isSignedBy,
      })
      return weighed.ok ? weighed.value : weighed.refusal.code
    }
    expect(await codeOf(named, 'client')).toBe('proven')
    for (const cosigner of ['server', 'wallet']) {
      expect(await codeOf(named, cosigner)).toBe('unknown_signature')
      expect(await codeOf(named, 'client', cosigner)).toBe('unknown_signature')
    }
    expect(await codeOf(challenge, 'wallet')).toBe('proven')
  })

  it('misses the server, then the wallet, then the client (SEP10-87, SEP10-90, SEP10-108)', async () => {
    const named = { ...challenge, clientDomain: { domain: 'wallet.example', account: 'wallet' } }
    const codeOf = async (...names: readonly string[]) => {
      const outcome = await setAsideCosigners(named, names.map(by), isSignedBy)
      return outcome.ok ? 'accepted' : outcome.refusal
    }
    expect(await codeOf()).toEqual({ code: 'server_signature_missing' })
    expect(await codeOf('client', 'wallet')).toEqual({ code: 'server_signature_missing' })
    expect(await codeOf('server')).toEqual({ code: 'client_domain_signature_missing' })
    expect(await codeOf('server', 'client')).toEqual({ code: 'client_domain_signature_missing' })
    expect(await codeOf('wallet', 'server')).toEqual({ code: 'client_signature_missing' })
    expect(await codeOf('wallet', 'client', 'server')).toBe('accepted')
  })

  it('adds up the weights of all signers, in whatever order they signed (SEP10-98)', async () => {
    const weights = { first: 1, second: 2, third: 4, silent: 0 }
    const all = Object.entries(weights).map(([account, weight]) => ({ account, weight }))
    const weigh = (mediumThreshold: number, ...names: readonly string[]) =>
      weighSignatures(challenge, names.map(by), {
        signers: { mediumThreshold, signers: all },
        isSignedBy,
      })
    const proven = { ok: true, value: 'proven' }
    expect(await weigh(1, 'third')).toEqual(proven)
    expect(await weigh(7, 'third', 'first', 'second')).toEqual(proven)
    expect(await weigh(6, 'second', 'third')).toEqual(proven)
    expect(await weigh(7, 'second', 'third')).toEqual({
      ok: false,
      refusal: { code: 'too_little_weight', weight: 6, needed: 7 },
    })
    for (const last of ['silent', 'first', 'nobody']) {
      const refusal = { code: 'unknown_signature' }
      expect(await weigh(1, 'first', last)).toEqual({ ok: false, refusal })
    }
  })
})
