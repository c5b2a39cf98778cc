/**
 * Tells the other processes that there is something new; never what. Announcements may be lost or
 * doubled: the reader asks the database.
 */
export interface Announcements {
  /** `upTo`: the highest event sequence that may be read now. Never throws: a lost one does no harm. */
  announceEvents(upTo: bigint): Promise<void>
  /** Calls back on each announcement from any process, this one included; returns the way to stop. */
  onEvents(listener: (upTo: bigint) => void): () => void
  close(): Promise<void>
}
