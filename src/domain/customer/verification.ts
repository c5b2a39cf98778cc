/** A confirmation code that was sent and is awaited. The code itself is not kept, only its hash. */
export interface Verification {
  readonly customerId: string
  /** Kept SEP-9 name. */
  readonly field: string
  readonly codeHash: string
  readonly triesLeft: number
  readonly expiresAt: Date
  /** Codes sent since `windowStartedAt`: bounds what somebody else's phone may receive. */
  readonly sent: number
  readonly windowStartedAt: Date
}

const triesMax = 5
const lifeMs = 15 * 60_000
const sentMax = 5
const windowMs = 60 * 60_000

/** Whether a code may be tried: sent, not used, not too old, not guessed at too often (SEP12-96). */
export const isAwaited = (
  verification: Verification | undefined,
  now: Date,
): verification is Verification =>
  verification !== undefined && verification.triesLeft > 0 && verification.expiresAt > now

export const afterWrongCode = (verification: Verification): Verification => ({
  ...verification,
  triesLeft: verification.triesLeft - 1,
})

/**
 * The next code to be awaited; undefined when five were sent within an hour (SEP12-97).
 * @param previous - what is kept of earlier codes for the same customer and field.
 */
export function nextVerification(
  previous: Verification | undefined,
  next: Pick<Verification, 'customerId' | 'field' | 'codeHash'>,
  now: Date,
): Verification | undefined {
  const inWindow =
    previous !== undefined && now.getTime() - previous.windowStartedAt.getTime() < windowMs
  const sent = inWindow ? previous.sent : 0
  if (sent >= sentMax) return undefined
  return {
    ...next,
    triesLeft: triesMax,
    expiresAt: new Date(now.getTime() + lifeMs),
    sent: sent + 1,
    windowStartedAt: inWindow ? previous.windowStartedAt : now,
  }
}
