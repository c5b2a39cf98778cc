import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { Keypair, xdr } from '@stellar/stellar-sdk'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { clientTokens } from '../../src/adapters/jwt/client-tokens.ts'
import { readSubject, writeSubject } from '../../src/domain/client/principal.ts'
import { muxedAddress } from '../builders/muxed-address.ts'
import { aLogin, passphrase } from '../builders/login.ts'
import { clientKey, signed, walletKey } from '../builders/signed-challenge.ts'
import { damage, damageText, noise } from './damage.ts'

/** The readers of what nobody has logged in for yet, fed with bytes. */

const account = clientKey.publicKey()

const never = (): never => {
  throw new Error('It cannot be read')
}

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one !== undefined && other !== undefined && Buffer.from(one).equals(other)

describe('a challenge', () => {
  it('of damaged bytes is refused, or is the same challenge, and never throws (SEP10-71, SEP10-72, SEP10-73)', async () => {
    const login = await aLogin()
    login.world.signingKeys.set('wallet.example.net', walletKey.publicKey())
    const asked = { account, clientDomain: 'wallet.example.net' }
    const good = signed(await login.challengeFor(asked), clientKey, walletKey)
    const hash = login.challenges.read(good)?.hash
    let refused = 0
    await fc.assert(
      fc.asyncProperty(damage, async (change) => {
        const changed = Buffer.from(change(Buffer.from(good, 'base64'))).toString('base64')
        login.world.used.clear()
        const outcome = await login.exchange(changed)
        refused += outcome.ok ? 0 : 1
        expect(!outcome.ok || isSame(login.challenges.read(changed)?.hash, hash)).toBe(true)
      }),
      { numRuns: 5_000 },
    )
    expect(refused).toBeGreaterThan(4_000)
  })

  it('of damaged bytes that can be read is hashed as the SDK would encode it again (SEP10-71)', async () => {
    const login = await aLogin()
    const challenge = await login.challengeFor({ account, memo: '7' })
    const good = Buffer.from(signed(challenge, clientKey, walletKey), 'base64')
    const network = createHash('sha256').update(passphrase).digest()
    const hashOf = (bytes: Uint8Array) => {
      const envelope = xdr.TransactionEnvelope.fromXdr(bytes)
      const tagged = xdr.TransactionSignaturePayloadTaggedTransaction.envelopeTypeTx(
        envelope.type === 'envelopeTypeTx' ? envelope.value.tx : never(),
      )
      const payload = new xdr.TransactionSignaturePayload({
        networkId: network,
        taggedTransaction: tagged,
      })
      return createHash('sha256').update(payload.toXdr()).digest('hex')
    }
    const oneByte = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })).map(
      ([at, to]) =>
        (bytes: Uint8Array) =>
          bytes.with(at, to),
    )
    let readable = 0
    fc.assert(
      fc.property(fc.oneof(damage, oneByte), (change) => {
        const bytes = Buffer.from(change(good))
        const read = login.challenges.read(bytes.toString('base64'))
        if (read === undefined) return
        readable += 1
        expect(Buffer.from(read.hash).toString('hex')).toBe(hashOf(bytes))
      }),
      { numRuns: 5_000 },
    )
    expect(readable).toBeGreaterThan(500)
  })

  it.each([
    ['base64', damageText],
    ['anything', noise.map((bytes) => () => Buffer.from(bytes).toString('latin1'))],
    ['base64 of anything', noise.map((bytes) => () => Buffer.from(bytes).toString('base64'))],
    ['text', fc.string({ unit: 'binary', maxLength: 300 }).map((text) => () => text)],
  ])('that is damaged %s never throws (SEP10-73)', async (_, changes) => {
    const login = await aLogin()
    const good = signed(await login.challengeFor({ account }), clientKey)
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        const changed = change(good)
        login.world.used.clear()
        const outcome = await login.exchange(changed)
        // what a lenient reader takes for the same bytes is the same challenge
        expect(
          !outcome.ok || isSame(Buffer.from(changed, 'base64'), Buffer.from(good, 'base64')),
        ).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a login token', () => {
  it('with any change is refused (SEP10-126)', async () => {
    const login = await aLogin()
    const outcome = await login.exchange(signed(await login.challengeFor({ account }), clientKey))
    const token = outcome.ok ? outcome.value.token : ''
    expect((await login.tokens.read(token, login.world.now)).ok).toBe(true)
    const bytesOf = (text: string) => text.split('.').map((part) => Buffer.from(part, 'base64url'))
    await fc.assert(
      fc.asyncProperty(damageText, async (change) => {
        const changed = change(token)
        const read = await login.tokens.read(changed, login.world.now)
        expect(!read.ok || isDeepStrictEqual(bytesOf(changed), bytesOf(token))).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })

  it('with a damaged payload under a good header never throws', async () => {
    const login = await aLogin()
    await fc.assert(
      fc.asyncProperty(noise, noise, async (payload, signature) => {
        const parts = ['{"alg":"HS256","typ":"JWT"}', payload, signature]
        const token = parts.map((one) => Buffer.from(one).toString('base64url')).join('.')
        expect(!(await login.tokens.read(token, login.world.now)).ok).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a token that a client signed', () => {
  it('with any change is refused, and never throws (SEP10-35)', async () => {
    const seed = new Uint8Array(32).fill(1)
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])
    const token = await new SignJWT({ sub: account }).setProtectedHeader({ alg: 'EdDSA' }).sign(key)
    const tokens = clientTokens()
    const good = await tokens.read(token, Keypair.fromRawEd25519Seed(seed).publicKey())
    expect(good).toEqual({ sub: account })
    await fc.assert(
      fc.asyncProperty(damageText, async (change) => {
        const read = await tokens.read(change(token), account)
        expect(read === undefined || isDeepStrictEqual(read, good)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a subject', () => {
  const subjects = [account, `${account}:18446744073709551615`, muxedAddress(account, '77')]

  it('is undefined or written as it was read, whatever its bytes (SEP10-127)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...subjects),
        fc.oneof(
          damageText,
          fc.string({ unit: 'binary' }).map((text) => () => text),
        ),
        (subject, change) => {
          const changed = change(subject)
          const read = readSubject(changed)
          expect(
            read === undefined ||
              changed.startsWith('M') ||
              writeSubject(read.account, read.memo) === changed,
          ).toBe(true)
        },
      ),
      { numRuns: 10_000 },
    )
  })
})
