/** Carries a confirmation code to a customer's phone or mailbox. */
export interface VerificationSender {
  /** @throws VerificationSenderUnavailable when it was not taken; the same call may work later. */
  send(message: VerificationMessage): Promise<void>
}

export interface VerificationMessage {
  readonly customerId: string
  /** Kept SEP-9 name, e.g. `mobile_number`; says by which way it has to go. */
  readonly field: string
  readonly destination: string
  readonly code: string
}

export class VerificationSenderUnavailable extends Error {
  override readonly name = 'VerificationSenderUnavailable'
}
