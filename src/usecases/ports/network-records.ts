import type { Decision, Epoch, Stop } from '../../domain/network/epoch.ts'
import type { Ledger } from '../../domain/network/ledger.ts'

/** Runs of the network, and the stops between them. */
export interface NetworkRecords {
  /** The newest one. */
  epoch(): Promise<Epoch>
  /** Keeps a later ledger to know the run by; nothing happens when the run is over or knows a later one. */
  anchor(epoch: number, ledger: Ledger): Promise<void>
  /** The one that nobody has decided about. */
  openStop(): Promise<Stop | undefined>
  /** The newest one, decided or not. */
  lastStop(): Promise<Stop | undefined>
  /** Locks it for this commit. */
  lockStop(id: string): Promise<Stop | undefined>
  /** Stops collecting; false when it is stopped already, or the epoch is over. */
  stop(stop: Omit<Stop, 'id' | 'decision'>): Promise<boolean>
  decide(id: string, decision: Decision): Promise<void>
  /** Ends the epoch and begins the next: every account is to be read from the beginning. */
  beginEpoch(number: number, now: Date): Promise<void>
  /**
   * What lies before `ledger` is given up: each account counts as read up to there, and the run is known
   * by a later ledger from now on.
   */
  goOnFrom(ledger: bigint): Promise<void>
  /** Each watched account and how far it was read. */
  places(): Promise<readonly WatchedPlace[]>
}

export interface WatchedPlace {
  readonly account: string
  /** Absent: where to begin is not known yet, since the network was away. */
  readonly cursor?: string
  /** Everything the network closed up to then is kept. */
  readonly readUntil?: Date
}
