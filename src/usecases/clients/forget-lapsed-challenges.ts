import type { Commit } from '../ports/commit.ts'

/** Answers how many were forgotten. */
export type ForgetLapsedChallenges = () => Promise<number>

/**
 * Drops used SEP-10 challenges that have lapsed: their time bounds alone refuse them from then on. To
 * be called now and then; repeats are harmless.
 */
export const forgetLapsedChallenges =
  ({
    commit,
    now,
  }: {
    readonly commit: Commit
    readonly now: () => Date
  }): ForgetLapsedChallenges =>
  () =>
    commit(({ logins }) => logins.forgetLapsed(now()))
