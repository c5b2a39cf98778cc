import { describe, expect, it } from 'vitest'
import { verificationCodes } from '../../../src/adapters/verification/verification-codes.ts'

const secret = new Uint8Array(32).fill(1)

describe('a code that verifies a field', () => {
  it('has six digits, also when it begins with zeros', () => {
    const codes = verificationCodes(secret)
    const made = Array.from({ length: 500 }, () => codes.newCode())
    expect(made.filter((code) => !/^\d{6}$/.test(code))).toEqual([])
    const digitsAt = (place: number) => new Set(made.map((code) => code[place])).size
    expect([0, 1, 2, 3, 4, 5].map(digitsAt)).toEqual([10, 10, 10, 10, 10, 10])
  })

  it('is known again after an update', () => {
    const kept = verificationCodes(secret).hash('123456', 'a customer', 'email_address')
    expect(kept).toBe('HOjdBnxtCC/ZpXTDV2MamdDlHhtUEeuh9F2TV87YM1s=')
  })

  it('is kept in a form that fits one customer, one field and one secret only', () => {
    const codes = verificationCodes(secret)
    const kept = codes.hash('000000', 'a customer', 'email_address')
    expect(codes.isSame(kept, codes.hash('000000', 'a customer', 'email_address'))).toBe(true)
    const others = [
      codes.hash('000001', 'a customer', 'email_address'),
      codes.hash('000000', 'another', 'email_address'),
      codes.hash('000000', 'a customer', 'mobile_number'),
      verificationCodes(new Uint8Array(32)).hash('000000', 'a customer', 'email_address'),
      '',
    ]
    expect(others.map((other) => codes.isSame(kept, other))).toEqual(others.map(() => false))
  })
})
