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
})
