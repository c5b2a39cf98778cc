import type { Commit } from '../ports/commit.ts'

/** Answers how many files were dropped. */
export type ForgetLapsedFiles = () => Promise<number>

/** Drops uploads that no customer referred to in time (SEP12-131); to be called now and then. */
export const forgetLapsedFiles =
  ({ commit, now }: { readonly commit: Commit; readonly now: () => Date }): ForgetLapsedFiles =>
  () =>
    commit(({ customerFiles }) => customerFiles.removeLapsed(now()))
