import type { ChallengeTransaction, IsSignedBy } from '../../domain/client/challenge.ts'

/** What a new challenge says; see SEP-10, Challenge. */
export interface NewChallenge {
  /** `G…` or `M…` as the client wrote it. */
  readonly account: string
  /** An id memo; never with `M…`. */
  readonly memo?: string
  readonly homeDomain: string
  readonly webAuthDomain: string
  readonly clientDomain?: { readonly domain: string; readonly account: string }
  /** Both are whole seconds. */
  readonly validFrom: Date
  readonly lapsesAt: Date
}

/** Challenges as Stellar transactions of one network, signed by the key of `SIGNING_KEY`. */
export interface ChallengeTransactions {
  /** `SIGNING_KEY`: signs new challenges. */
  readonly serverAccount: string
  /** The base64 envelope of a challenge with a fresh nonce, signed by the server account alone. */
  write(challenge: NewChallenge): string
  /** Undefined for anything but one whole plain transaction envelope (SEP10-71 to 73). */
  read(envelope: string): ChallengeTransaction | undefined
  /** Judges signatures over one transaction; a key that is no curve point signs nothing. */
  signedBy(transaction: ChallengeTransaction): IsSignedBy
}
