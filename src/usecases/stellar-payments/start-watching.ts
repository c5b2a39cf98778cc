import { placeAfter } from '../../domain/network/ledger.ts'
import type { Commit, Read } from '../ports/commit.ts'
import type { LedgerLookup, NetworkHead } from '../ports/ledger-lookup.ts'
import { NetworkUnavailable } from '../ports/stellar-network.ts'
import type { StellarNetwork } from '../ports/stellar-network.ts'

/** Where collecting of an account begins when it was never read: a cursor, or what comes from now on. */
export type StartAt = { readonly cursor: string } | 'now'

/**
 * Makes sure that the account has its place in history, and answers it. Called at start, before any
 * transaction can be opened, so that no payment for one lies before the place. Only the very first
 * call ever decides; later ones, and a changed setting, change nothing (a cursor never jumps).
 * Failures: `NetworkUnavailable` when the place is to be `now` and the network is away. The moment is
 * noted then, and a later call begins with what was closed since that moment, not since its own.
 */
export type StartWatching = (account: string, startAt: StartAt) => Promise<string>

export interface StartWatchingParts {
  readonly commit: Commit
  readonly read: Read
  readonly network: Pick<StellarNetwork, 'newestCursor'>
  readonly ledgers: LedgerLookup
  readonly now: () => Date
}

/** By so much our clock may be ahead of the network's. */
const clockMarginMs = 60_000

export const startWatching =
  ({ commit, read, network, ledgers, now }: StartWatchingParts): StartWatching =>
  async (account, startAt) => {
    const known = await read(({ stellarPayments }) => stellarPayments.cursor(account))
    if (known !== undefined) return known
    const place = startAt === 'now' ? await placeOfNow() : startAt.cursor
    return commit(async ({ stellarPayments }) => {
      await stellarPayments.startCursor(account, place)
      return (await stellarPayments.cursor(account)) ?? place
    })

    async function placeOfNow(): Promise<string> {
      const wanted = await commit(({ stellarPayments }) =>
        stellarPayments.wantCursor(account, now()),
      )
      if (wanted.isNew) return network.newestCursor()
      return placeBefore(ledgers, new Date(wanted.since.getTime() - clockMarginMs))
    }
  }

/** The place before everything that was closed since `moment`; the closing times grow. */
async function placeBefore(ledgers: LedgerLookup, moment: Date): Promise<string> {
  const head = await ledgers.head()
  const isSince = (sequence: bigint) => closedSince(ledgers, sequence, moment)
  if (head.latest.closedAt < moment) return placeAfter(head.latest.sequence)
  // What was before the oldest ledger cannot be read; collecting will say so, and stop.
  if (await isSince(head.elder)) return placeAfter(head.elder > 2n ? head.elder - 2n : 0n)
  return placeAfter(await lastBefore(head, isSince))
}

/** Of ledgers, the first before and the last since a moment: the last one before it. */
async function lastBefore(
  { elder, latest }: NetworkHead,
  isSince: (sequence: bigint) => Promise<boolean>,
): Promise<bigint> {
  let [before, since] = [elder, latest.sequence]
  while (since - before > 1n) {
    const middle = (before + since) / 2n
    if (await isSince(middle)) since = middle
    else before = middle
  }
  return before
}

async function closedSince(
  ledgers: LedgerLookup,
  sequence: bigint,
  moment: Date,
): Promise<boolean> {
  const found = await ledgers.find(sequence)
  if (found === undefined) throw new NetworkUnavailable(`Horizon does not have ledger ${sequence}`)
  return found.closedAt >= moment
}
