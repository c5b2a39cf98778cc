import type { AccountSigners } from '../../domain/client/signatures.ts'

export { NetworkUnavailable } from './stellar-network.ts'

/** Reads accounts from the network, always fresh: signers may have been removed a moment ago. */
export interface AccountLookup {
  /**
   * The signers of an account `G…`; undefined only when the network says definitely that there is no
   * such account (SEP10-104).
   * @throws NetworkUnavailable for anything else: time-out, 429, 5xx, an answer that makes no sense.
   */
  signersOf(account: string): Promise<AccountSigners | undefined>
}
