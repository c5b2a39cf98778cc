import { describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import { readSubject, writeSubject } from '../../../src/domain/client/principal.ts'

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const muxedZero = 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ'

describe('the subject of a token', () => {
  it('is an account, an account with a memo, or a muxed account (SEP10-117, SEP10-127)', () => {
    expect(readSubject(account)).toEqual({ account })
    expect(readSubject(`${account}:18446744073709551615`)).toEqual({
      account,
      memo: '18446744073709551615',
    })
    expect(readSubject(muxedZero)).toEqual({ account, memo: '0' })
  })

  it.each([
    '',
    ':',
    ':1',
    `${account}:`,
    `${account}:01`,
    `${account}:1:2`,
    `${account}: 1`,
    `${account} `,
    `${account}:18446744073709551616`,
    `${muxedZero}:1`,
    'CA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUWDA',
    'user:1',
  ])('is refused when it reads %j (SEP10-127)', (subject) => {
    expect(readSubject(subject)).toBeUndefined()
  })

  it('names the same principal as M with id n and as G:n (SEP10-132, AP-1.19)', () => {
    expect(readSubject(muxedZero)).toEqual(readSubject(`${account}:0`))
  })

  it('never drops the memo or the muxed id, however large (SEP10-130, SEP10-131, SEP10-133, AP-1.19)', () => {
    expect(readSubject(`${account}:1`)).toEqual({ account, memo: '1' })
    expect(readSubject(muxedZero)).not.toEqual(readSubject(account))
    const memo = '18446744073709551615'
    expect(readSubject(muxedAddress(account, memo))).toEqual({ account, memo })
  })

  it('is written as it will be read', () => {
    expect(writeSubject(account, '7')).toBe(`${account}:7`)
    expect(writeSubject(muxedZero, undefined)).toBe(muxedZero)
  })
})
