/** Makes and compares confirmation codes. */
export interface VerificationCodes {
  newCode(): string
  /** Keyed, so that a stolen table does not give the few possible codes away. */
  hash(code: string, customerId: string, field: string): string
  /** Compares in constant time. */
  isSame(oneHash: string, otherHash: string): boolean
}
