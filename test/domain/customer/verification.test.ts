import { describe, expect, it } from 'vitest'
import type { Verification } from '../../../src/domain/customer/verification.ts'
import {
  afterWrongCode,
  isAwaited,
  nextVerification,
} from '../../../src/domain/customer/verification.ts'

const start = Date.parse('2026-03-01T12:00:00Z')
const at = (minutes: number, ms = 0): Date => new Date(start + minutes * 60_000 + ms)
const field = { customerId: 'c', field: 'mobile_number', codeHash: 'h' }

function sentAt(previous: Verification | undefined, now: Date): Verification {
  const next = nextVerification(previous, field, now)
  if (next === undefined) throw new Error('no further code is sent')
  return next
}

describe('a confirmation code', () => {
  it('is awaited for a quarter of an hour (SEP12-96)', () => {
    const code = sentAt(undefined, at(0))
    expect(isAwaited(code, at(15, -1))).toBe(true)
    expect(isAwaited(code, at(15))).toBe(false)
    expect(isAwaited(undefined, at(0))).toBe(false)
  })

  it('may be guessed at five times (SEP12-96)', () => {
    let code = sentAt(undefined, at(0))
    for (const tries of [1, 2, 3, 4]) {
      code = afterWrongCode(code)
      expect([tries, isAwaited(code, at(1))]).toEqual([tries, true])
    }
    expect(isAwaited(afterWrongCode(code), at(1))).toBe(false)
  })

  it('is sent five times within an hour from the first one, and then again (SEP12-97)', () => {
    let code = sentAt(undefined, at(0))
    for (const minutes of [10, 20, 30, 40]) code = sentAt(code, at(minutes))
    expect(nextVerification(code, field, at(60, -1))).toBeUndefined()
    const later = sentAt(code, at(60))
    const anew = { ...field, sent: 1, triesLeft: 5, windowStartedAt: at(60), expiresAt: at(75) }
    expect(later).toEqual(anew)
    const next = { customerId: 'c', field: 'email_address', codeHash: 'another' }
    const second = { ...anew, ...next, sent: 2, expiresAt: at(80) }
    expect(nextVerification(afterWrongCode(later), next, at(65))).toEqual(second)
    expect(afterWrongCode(later)).toEqual({ ...anew, triesLeft: 4 })
  })
})
