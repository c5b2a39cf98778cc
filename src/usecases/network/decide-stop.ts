import type { Decision, Stop } from '../../domain/network/epoch.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { Commit } from '../ports/commit.ts'

export type DecideRefusal =
  | { readonly code: 'unknown_stop' }
  | { readonly code: 'decided_otherwise'; readonly decision: Decision }

export interface StopOrder {
  /** Of the stop, so that a repeated word is not taken for one about the next stop. */
  readonly stopId: string
  /** The operator. */
  readonly by: string
}

/**
 * An operator's word after a stop. Refusals: `unknown_stop`; `decided_otherwise` (somebody else was
 * first). Repeats: the same word again answers the same and changes nothing.
 */
export type DecideStop = (order: StopOrder) => Promise<Outcome<Stop, DecideRefusal>>

interface Parts {
  readonly commit: Commit
  readonly now: () => Date
}

/**
 * The network was reset, and its new run is the one to be read: every account from its beginning, so that
 * nothing is skipped. What was seen before stays, with the run it belongs to.
 */
export const acceptNetworkReset = (parts: Parts): DecideStop => decide(parts, 'new_epoch')

/**
 * Reading goes on in the same run: after a gap, at the oldest ledger that is told; after what looked like
 * a reset, because Horizon tells of the right network again (or else it stops again).
 */
export const resumeNetwork = (parts: Parts): DecideStop => decide(parts, 'go_on')

const decide =
  ({ commit, now }: Parts, kind: Decision['kind']): DecideStop =>
  ({ stopId, by }) =>
    commit(async ({ network }) => {
      const stop = await network.lockStop(stopId)
      if (stop === undefined) return refused({ code: 'unknown_stop' })
      if (stop.decision !== undefined) {
        return stop.decision.kind === kind
          ? accepted(stop)
          : refused({ code: 'decided_otherwise', decision: stop.decision })
      }
      const decision = { kind, at: now(), by }
      await network.decide(stop.id, decision)
      if (kind === 'new_epoch') await network.beginEpoch(stop.epoch + 1, decision.at)
      else if (stop.reason === 'gap') await network.goOnFrom(stop.elder)
      return accepted({ ...stop, decision })
    })
