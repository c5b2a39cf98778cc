import type { AccountBacklog, Backlog } from '../ports/backlog-records.ts'
import type { NetworkHead } from '../ports/ledger-lookup.ts'
import type { Finding } from './finding.ts'
import { degraded, failing, fine, secondsSince } from './finding.ts'

/** Ledgers close about every five seconds. */
const quietSeconds = 60
/** A clock that is so far off spoils logins: challenges and tokens have times in them. */
const clockSeconds = 10

/** `head`: undefined when Horizon does not answer. */
export function judgeNetwork(head: NetworkHead | undefined): Finding {
  return head === undefined
    ? degraded(
        'network',
        'Horizon does not answer: payments are not seen for now',
        'Look at FAIRLEAD_HORIZON_URL and at the status of Horizon; nothing is lost, reading goes on where it was',
      )
    : fine('network', `Horizon answers, at ledger ${head.latest.sequence}`)
}

/** Our clock, which is that of the database, against the time at which the newest ledger was closed. */
export function judgeClock({ latest }: NetworkHead, now: Date): Finding {
  const seconds = secondsSince(latest.closedAt, now)
  if (seconds < -clockSeconds) {
    return failing(
      'clock',
      `The newest ledger was closed ${-seconds} s in the future: our clock is behind`,
      'Set the clock of the machine of PostgreSQL (NTP): logins and deadlines go by it',
    )
  }
  if (seconds > quietSeconds) {
    return failing(
      'clock',
      `The newest ledger was closed ${seconds} s ago: the network or Horizon stands still, or our clock is ahead`,
      'Compare the clock of the machine of PostgreSQL; look whether the network closes ledgers, and take another Horizon if yours is behind',
    )
  }
  return fine('clock', `The newest ledger was closed ${seconds} s ago`)
}

/** Nothing is read, matched or expired until somebody decides. */
export const judgeStop = ({ networkStop }: Backlog): Finding =>
  networkStop === undefined
    ? fine('history', 'The history of the network goes on where it was read to')
    : failing(
        'history',
        networkStop.reason === 'reset'
          ? `The network was reset, noticed at ${networkStop.since.toISOString()}: collecting stands still`
          : `Ledgers that were not read are no longer told, noticed at ${networkStop.since.toISOString()}: collecting stands still`,
        networkStop.reason === 'reset'
          ? 'Make sure that it was, then say so: fairlead network accept-reset, or acceptNetworkReset in the back office'
          : 'Take a Horizon with the whole history, then fairlead network resume, or resumeNetwork in the back office: it gives up what is still missing',
      )

/** Whether each account is read as fast as the network closes ledgers. */
export function judgeCollecting(
  { accounts, networkStop }: Backlog,
  head: NetworkHead | undefined,
  now: Date,
): Finding {
  if (networkStop !== undefined) {
    return failing('collecting', 'No payments are collected', 'See the check history')
  }
  const end = head?.latest.closedAt ?? now
  const late = accounts
    .map((account) => ({ account, seconds: secondsSince(readUntil(account), end) }))
    .toSorted((one, other) => other.seconds - one.seconds)[0]
  if (late === undefined || late.seconds <= quietSeconds) {
    return fine('collecting', `Payments of ${accounts.length} accounts are read`)
  }
  return failing(
    'collecting',
    `Payments of ${late.account.account} are not read since ${readUntil(late.account).toISOString()}${ledgers(late.account, head)}`,
    head === undefined
      ? 'Horizon is away: see the check network'
      : 'Look whether a worker runs, and at its log for collect-stellar-payments',
  )
}

const readUntil = ({ readUntil: until, watchedSince }: AccountBacklog): Date =>
  until ?? watchedSince

function ledgers({ readLedger }: AccountBacklog, head: NetworkHead | undefined): string {
  if (readLedger === undefined || head === undefined) return ''
  return `, ${head.latest.sequence - readLedger} ledgers behind`
}
