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

/** One awaited code per customer and field. */
export interface VerificationRecords {
  lock(customerId: string, field: string): Promise<Verification | undefined>
  /** Adds it, or replaces the one of the same customer and field. */
  put(verification: Verification): Promise<void>
}
