import { describe, expect, it } from 'vitest'
import { isSamePrincipal, readSubject, writeSubject } from '../../../src/domain/client/principal.ts'

const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const muxedZero = 'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ'

const reading = (subject: string) => {
  const read = readSubject(subject)
  if (read === undefined) throw new Error(`not a subject: ${subject}`)
  return read
}

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
    expect(isSamePrincipal(reading(muxedZero), reading(`${account}:0`))).toBe(true)
  })

  it('never drops the memo or the muxed id (SEP10-130, SEP10-131, AP-1.19)', () => {
    expect(isSamePrincipal(reading(`${account}:1`), reading(`${account}:2`))).toBe(false)
    expect(isSamePrincipal(reading(`${account}:1`), reading(account))).toBe(false)
    expect(isSamePrincipal(reading(muxedZero), reading(account))).toBe(false)
  })

  it('is written as it will be read', () => {
    expect(writeSubject(account, '7')).toBe(`${account}:7`)
    expect(writeSubject(muxedZero, undefined)).toBe(muxedZero)
  })
})
