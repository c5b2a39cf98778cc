import type { Commit, Read } from '../ports/commit.ts'
import type { StellarNetwork } from '../ports/stellar-network.ts'

/** Where collecting of an account begins when it was never read: a cursor, or what comes from now on. */
export type StartAt = { readonly cursor: string } | 'now'

/**
 * Makes sure that the account has its place in history, and answers it. Called at start, before any
 * transaction can be opened, so that no payment for one lies before the place. Only the very first
 * call ever decides; later ones, and a changed setting, change nothing (a cursor never jumps).
 * Failures: `NetworkUnavailable` when the place is to be `now`.
 */
export type StartWatching = (account: string, startAt: StartAt) => Promise<string>

export const startWatching =
  ({
    commit,
    read,
    network,
  }: {
    readonly commit: Commit
    readonly read: Read
    readonly network: Pick<StellarNetwork, 'newestCursor'>
  }): StartWatching =>
  async (account, startAt) => {
    const known = await read(({ stellarPayments }) => stellarPayments.cursor(account))
    if (known !== undefined) return known
    const place = startAt === 'now' ? await network.newestCursor() : startAt.cursor
    return commit(async ({ stellarPayments }) => {
      await stellarPayments.startCursor(account, place)
      return (await stellarPayments.cursor(account)) ?? place
    })
  }
