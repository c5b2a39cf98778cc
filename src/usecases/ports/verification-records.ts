import type { Verification } from '../../domain/customer/verification.ts'

/** Confirmation codes, one per customer and field. */
export interface VerificationRecords {
  lock(customerId: string, field: string): Promise<Verification | undefined>
  /** Adds it, or replaces the one of the same customer and field. */
  put(verification: Verification): Promise<void>
  /** Leaves no try for these fields: the values that the codes were sent for have changed. */
  useUp(customerId: string, fields: readonly string[]): Promise<void>
}
