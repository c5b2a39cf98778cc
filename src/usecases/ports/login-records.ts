/** Used challenges and revoked tokens of SEP-10. Shared by all gateways. */
export interface LoginRecords {
  /**
   * Notes that the challenge with this transaction hash was exchanged for a token.
   * Answers false when it was noted before: exactly one of two simultaneous callers gets true.
   */
  consumeChallenge(hash: string, expiresAt: Date): Promise<boolean>
  /**
   * The same for several at once, keyed by hash, with when each lapses; answers those that were not
   * noted before.
   */
  consumeChallenges(expiresAt: ReadonlyMap<string, Date>): Promise<ReadonlySet<string>>
  /** Forgets challenges that lapsed before `now`; returns how many. */
  forgetLapsed(now: Date): Promise<number>
}
