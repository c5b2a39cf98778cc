/** A ledger of the network, as far as it tells one run of the network from another. */
export interface Ledger {
  readonly sequence: bigint
  /** Hex. No two runs have the same ledger: its hash holds the hash of the one before. */
  readonly hash: string
  readonly closedAt: Date
}

/** A place in history is the id of an operation (TOID): its upper 32 bits are the ledger. */
export const ledgerOfPlace = (place: string): bigint => BigInt(place) >> 32n

/** The place after everything in the ledger. */
export const placeAfter = (sequence: bigint): string =>
  ((sequence << 32n) | 0xffff_ffffn).toString()

/** Before every ledger. */
export const beginning = '0'

/**
 * The first ledger with operations that were not read yet. `readLedger`: up to it nothing more of the
 * account was there.
 */
export function firstUnread(place: string, readLedger: bigint | undefined): bigint {
  const reached = ledgerOfPlace(place)
  const isWhole = placeAfter(reached) === place
  const next = isWhole ? reached + 1n : reached
  const afterRead = (readLedger ?? 0n) + 1n
  return next > afterRead ? next : afterRead
}

/** Ledger 1 is the genesis ledger: nothing happens in it. */
const firstWithOperations = 2n

/** Ledgers between what was read and the oldest the network still tells: they cannot be read. */
export const isGap = (unread: bigint, elder: bigint): boolean =>
  elder > (unread > firstWithOperations ? unread : firstWithOperations)
