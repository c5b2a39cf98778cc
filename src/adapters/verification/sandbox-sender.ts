import type { VerificationSender } from '../../usecases/ports/verification-sender.ts'

/** The code that every customer of the sandbox gets; documented, so that tests need no phone. */
export const sandboxCode = '000000'

/**
 * Sends nothing: in the sandbox the code is always the documented one. Never composed outside of it.
 * @param note - told that a code was "sent", and for which field; never the number nor the code.
 */
export const sandboxSender = (
  note: (field: string, customerId: string) => void,
): VerificationSender => ({
  send: ({ field, customerId }) => {
    note(field, customerId)
    return Promise.resolve()
  },
})
