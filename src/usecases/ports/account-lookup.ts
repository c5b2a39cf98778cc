import type { AccountSigners } from '../../domain/client/signatures.ts'

/** Reads accounts from the network, always fresh: signers may have been removed a moment ago. */
export interface AccountLookup {
  /**
   * The signers of an account `G…`; undefined only when the network says definitely that there is no
   * such account (SEP10-104).
   * @throws NetworkUnavailable for anything else: time-out, 429, 5xx, an answer that makes no sense.
   */
  signersOf(account: string): Promise<AccountSigners | undefined>
}

/** The Stellar network cannot be asked now; the same question may be answered later. */
export class NetworkUnavailable extends Error {
  override readonly name = 'NetworkUnavailable'
  readonly severity = 'warn'
}
