import { judgeLedger } from '../../domain/network/judge.ts'
import { ledgerOfPlace } from '../../domain/network/ledger.ts'
import type { Ledger } from '../../domain/network/ledger.ts'
import type { Epoch, Stop } from '../../domain/network/epoch.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { StellarPayment } from '../../domain/stellar-payment/stellar-payment.ts'
import type { Commit, Read } from '../ports/commit.ts'
import type { LedgerLookup, NetworkHead } from '../ports/ledger-lookup.ts'
import type { WatchedPlace } from '../ports/network-records.ts'
import { NetworkUnavailable } from '../ports/stellar-network.ts'
import { keepSettling } from './settling.ts'
import type { Settled } from './settling.ts'

/** Collecting is stopped until an operator has decided. */
export interface NetworkStopped {
  readonly code: 'network_stopped'
}

/** The network as it was a moment ago: certainly the run that is being read. */
export interface Sight {
  readonly epoch: number
  readonly anchor: Ledger
  readonly latest: bigint
  readonly elder: bigint
  /** How far every Horizon behind the address has come; absent until enough answers were seen. */
  readonly settled?: Settled
}

type Watched<Value> = Promise<Outcome<Value, NetworkStopped>>

/**
 * Knows a network that was reset, whatever it has grown to meanwhile, and never takes a stale answer for
 * one. Kept in the database with each run of the network: a ledger of it, with hash and closing time.
 * `NetworkUnavailable` when it cannot be told what the network is.
 */
export interface NetworkWatch {
  /** Looks, unless somebody did a moment ago. Refused when stopped before, or by what is seen. */
  look(): Watched<Sight>
  /** Whether credits that were read just now are of the run that was seen; to be asked before they are kept. */
  confirm(sight: Sight, credits: readonly StellarPayment[]): Watched<true>
  /** Stops collecting for all accounts. */
  stop(sight: Sight, why: Pick<Stop, 'reason' | 'detail'>): Watched<never>
}

export interface WatchParts {
  readonly ledgers: LedgerLookup
  readonly commit: Commit
  readonly read: Read
  readonly now: () => Date
  /** Told once for each stop, by the process that noticed. */
  readonly onStopped: (stop: Pick<Stop, 'reason' | 'detail' | 'epoch'>) => void
  /** A look is good for so long. */
  readonly lookEveryMs?: number
  /** The hash of a past ledger is compared this often. */
  readonly compareEveryMs?: number
  /** So many looks have to agree on how far the network is told; see `settling.ts`. */
  readonly looksToSettle?: number
}

/** So far no network that began anew can have come between two looks. */
const youngLedgers = 5_000n

export function watchNetwork(parts: WatchParts): NetworkWatch {
  const { lookEveryMs = 5_000 } = parts
  const eye = openEye(parts)
  let last: { readonly at: number; readonly sight: Sight } | undefined

  async function look(): Watched<Sight> {
    const { epoch, stop } = await parts.read(async ({ network }) => ({
      stop: await network.openStop(),
      epoch: await network.epoch(),
    }))
    if (stop !== undefined) return refused({ code: 'network_stopped' })
    const at = parts.now().getTime()
    const isFresh = last !== undefined && Math.abs(at - last.at) < lookEveryMs
    if (last !== undefined && isFresh && last.sight.epoch === epoch.number) {
      return accepted(last.sight)
    }
    const seen = await eye.see(epoch)
    if (seen.ok) last = { at, sight: seen.value }
    return seen
  }

  return {
    look,
    async confirm(sight, credits) {
      const verdicts = credits.map(({ id, ledgerClosedAt }) =>
        judgeLedger(sight.anchor, { sequence: ledgerOfPlace(id), closedAt: ledgerClosedAt }),
      )
      if (verdicts.includes('reset')) return eye.stop(sight, sayReset(sight.anchor))
      const isSure = !verdicts.includes('beyond') || sight.anchor.sequence > youngLedgers
      return isSure ? accepted(true) : eye.compare(sight)
    },
    stop: (sight, why) => eye.stop(sight, why),
  }
}

/** So many ledgers one Horizon may be behind another that was asked before. */
const behindMax = 120n

type Seen = Pick<Sight, 'epoch' | 'anchor' | 'elder'>

function openEye(parts: WatchParts) {
  const { ledgers, commit, read, now, onStopped, compareEveryMs = 30_000 } = parts
  const settling = keepSettling(parts.looksToSettle)
  let comparedAt = Number.NEGATIVE_INFINITY

  async function stop(
    { epoch, elder }: Pick<Seen, 'epoch' | 'elder'>,
    why: Pick<Stop, 'reason' | 'detail'>,
  ): Watched<never> {
    const noticed = { ...why, epoch, elder, stoppedAt: now() }
    if (await commit(({ network }) => network.stop(noticed))) onStopped(noticed)
    return refused({ code: 'network_stopped' })
  }

  /** The ledger we know by its hash, as the network tells it now. */
  async function compare({ epoch, anchor, elder }: Seen): Watched<true> {
    const told = await ledgers.find(anchor.sequence)
    if (told === undefined && elder > anchor.sequence) {
      return stop({ epoch, elder }, sayTrimmed(anchor, elder))
    }
    if (told === undefined) {
      throw new NetworkUnavailable(`Horizon does not have ledger ${anchor.sequence} now`)
    }
    return told.hash === anchor.hash ? accepted(true) : stop({ epoch, elder }, sayReset(anchor))
  }

  /** From now on the run is known by its latest ledger. */
  async function moveAnchor(epoch: number, { latest }: NetworkHead): Promise<Ledger | undefined> {
    const found = await ledgers.find(latest.sequence)
    const isIt = found?.closedAt.getTime() === latest.closedAt.getTime()
    if (found === undefined || !isIt) return undefined
    await commit(({ network }) => network.anchor(epoch, found))
    return found
  }

  async function see({ number: epoch, anchor: known }: Epoch): Watched<Sight> {
    const head = await ledgers.head()
    const { latest, elder } = head
    const ahead = known === undefined ? await aheadOf(head) : undefined
    if (ahead !== undefined) return stop({ epoch, elder }, sayAhead(ahead, latest.sequence))
    const anchor = known ?? (await moveAnchor(epoch, head))
    if (anchor === undefined)
      throw new NetworkUnavailable('Horizon does not have its latest ledger')
    const verdict = judgeLedger(anchor, latest)
    if (verdict === 'reset') return stop({ epoch, elder }, sayReset(anchor))
    const seen: Seen = { epoch, anchor, elder }
    const newer = verdict === 'beyond' ? await compareInTime(seen, head) : accepted(anchor)
    if (!newer.ok) return newer
    const settled = settling.note(epoch, head)
    const { sequence } = latest
    return accepted({ ...settled, epoch, anchor: newer.value, latest: sequence })
  }

  /** An account that was read beyond everything there is, by a version that knew runs by nothing else. */
  async function aheadOf({ latest }: NetworkHead): Promise<WatchedPlace | undefined> {
    const places = await read(({ network }) => network.places())
    return places.find(({ cursor = '0' }) => ledgerOfPlace(cursor) > latest.sequence + behindMax)
  }

  async function compareInTime(seen: Seen, head: NetworkHead): Watched<Ledger> {
    const at = now().getTime()
    if (Math.abs(at - comparedAt) < compareEveryMs) return accepted(seen.anchor)
    const compared = await compare(seen)
    if (!compared.ok) return compared
    comparedAt = at
    return accepted((await moveAnchor(seen.epoch, head)) ?? seen.anchor)
  }

  return { see, compare, stop }
}

const sayReset = ({ sequence, hash, closedAt }: Ledger) =>
  ({
    reason: 'reset',
    detail:
      `Ledger ${sequence} was ${hash}, closed ${closedAt.toISOString()}; ` +
      'the network that Horizon tells of now has another history. ' +
      'If it was reset, accept that; if Horizon is the wrong one, mend its address and resume',
  }) as const

const sayTrimmed = ({ sequence }: Ledger, elder: bigint) =>
  ({
    reason: 'gap',
    detail:
      `Horizon's history begins at ledger ${elder} only, after ledger ${sequence}, the last one that ` +
      'was seen: what came between cannot be read from it. Take a Horizon with more history, or look ' +
      'at the accounts yourself, and resume',
  }) as const

const sayAhead = ({ account, cursor = '0' }: WatchedPlace, latest: bigint) =>
  ({
    reason: 'reset',
    detail:
      `${account} was read up to ledger ${ledgerOfPlace(cursor)}, but the network has come to ledger ` +
      `${latest} only: it was reset, or Horizon is the wrong one`,
  }) as const
