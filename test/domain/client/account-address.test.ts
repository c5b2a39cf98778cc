import { StrKey } from '@stellar/stellar-sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountOf,
  isAccount,
  isIdMemo,
  publicKeyOf,
  readAccountAddress,
} from '../../../src/domain/client/account-address.ts'
import { muxedAddress } from '../../builders/muxed-address.ts'

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const muxedZero = 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ'
const muxedLarge = 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVAAAAAAAAAAAAAJLK'

describe('account addresses', () => {
  it('reads the valid vectors of SEP-23 (SEP10-19, SEP10-20)', () => {
    expect(readAccountAddress(account)).toEqual({ account })
    expect(readAccountAddress(muxedZero)).toEqual({ account, muxedId: '0' })
    expect(readAccountAddress(muxedLarge)).toEqual({ account, muxedId: '9223372036854775808' })
  })

  it.each([
    ['a contract', 'CA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUWDA'],
    ['a secret seed', 'SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN'],
    ['too short', 'GAAAAAAAACGC6'],
    ['a wrong length', 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZA'],
    ['36 bytes', 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUACUSI'],
    ['wrong algorithm bits', 'G47QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVP2I'],
    ['an unused bit set', 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUR'],
    ['a wrong checksum', 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUO'],
    ['padding', 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUK==='],
    [
      'a muxed address of a wrong length',
      'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVAAAAAAAAAAAAAJLKA',
    ],
    [
      'a muxed address of 44 bytes',
      'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVAAAAAAAAAAAAAAV75I',
    ],
    [
      'a muxed address with wrong algorithm bits',
      'M47QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ',
    ],
    ['nothing', ''],
    ['small letters', account.toLowerCase()],
  ])('refuses %s (SEP10-19)', (_, text) => {
    expect(readAccountAddress(text)).toBeUndefined()
  })

  it('judges every spelling as the SDK does (SEP10-19)', () => {
    const tampered = fc
      .tuple(
        fc.constantFrom(account, muxedZero, muxedLarge),
        fc.nat(68),
        fc.constantFrom('G', 'M', 'C', 'A', 'S', 'B', '2', '7', ' ', '=', 'é'),
      )
      .map(([text, at, character]) => text.slice(0, at) + character + text.slice(at + 1))
    fc.assert(
      fc.property(fc.oneof(tampered, fc.string({ maxLength: 80 })), (text) => {
        const valid = StrKey.isValidEd25519PublicKey(text) || StrKey.isValidMed25519PublicKey(text)
        expect(readAccountAddress(text) !== undefined).toBe(valid)
      }),
      { numRuns: 500 },
    )
  })

  it('writes what it reads, for every key and every id (SEP10-23)', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(key, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (publicKey, id) => {
        const written = accountOf(publicKey)
        expect(written).toBe(StrKey.encodeEd25519PublicKey(publicKey))
        expect(publicKeyOf(written)).toEqual([...publicKey])
        const muxed = muxedAddress(written, `${id}`)
        expect(StrKey.isValidMed25519PublicKey(muxed)).toBe(true)
        expect(readAccountAddress(muxed)).toEqual({ account: written, muxedId: `${id}` })
      }),
    )
  })
})

describe('a key of another length', () => {
  it('is no account, with a right checksum too (SEP10-19)', () => {
    for (const length of [31, 33, 40]) {
      const written = accountOf(new Uint8Array(length).fill(7))
      expect(isAccount(written)).toBe(false)
      expect(publicKeyOf(written)).toBeUndefined()
    }
  })
})

describe('id memos', () => {
  it.each([
    '0',
    '1',
    '9',
    '10',
    '9223372036854775808',
    '10000000000000000000',
    '18446744073709551615',
  ])('accepts %s (SEP10-22, SEP10-23)', (memo) => {
    expect(isIdMemo(memo)).toBe(true)
  })

  it.each([
    '',
    '-1',
    '+5',
    ' 5',
    '5\n',
    '007',
    '0x10',
    '1e3',
    '1.5',
    'abc',
    '18446744073709551616',
    '010000000000000000000',
    '٣',
  ])('refuses %j (SEP10-22, SEP10-24)', (memo) => {
    expect(isIdMemo(memo)).toBe(false)
  })
})
