import { createHmac, hkdfSync, randomInt, timingSafeEqual } from 'node:crypto'
import type { VerificationCodes } from '../../usecases/ports/verification-codes.ts'

/** Six digits, easy to read out on a phone; attempts are bounded, so guessing does not pay. */
export function verificationCodes(
  secret: Uint8Array,
  newCode: () => string = () => String(randomInt(1_000_000)).padStart(6, '0'),
): VerificationCodes {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'fairlead/verification/1', 32))
  return {
    newCode,
    hash: (code, customerId, field) =>
      createHmac('sha256', key).update(`${customerId}\n${field}\n${code}`).digest('base64'),
    isSame: (one, other) => {
      const [a, b] = [Buffer.from(one), Buffer.from(other)]
      return a.length === b.length && timingSafeEqual(a, b)
    },
  }
}
