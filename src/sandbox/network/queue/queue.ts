import type { Admission, ClosedLedger } from '../ledger/closed-ledger.ts'
import { availableBalance } from '../ledger/balance.ts'
import { feeSourceOf, feeUnitsOf, innerOf, type Envelope } from '../ledger/envelope.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { besideAnswer, canAfford, inTheWayOf, refuse, roomFor } from './admission-rules.ts'
import { bidOf, type Bid } from './fee-rate.ts'
import { createPending, type Pending, type Waiting } from './pending.ts'
import { createRefusedHashes, type RefusedHashes } from './refused-hashes.ts'
import { chooseForLedger, type TransactionSet } from './transaction-set.ts'

export interface QueueOptions {
  /** Several pending transactions of one account, in a row of sequences (off on the real network). */
  readonly allowChaining?: boolean
}

/** Transactions waiting for a ledger (SBX-27..29). */
export interface Queue {
  readonly size: number
  readonly pending: readonly Envelope[]
  /** `elapsed`: whole seconds since the last close. */
  admit(envelope: Envelope, elapsed?: bigint): Admission
  /** What the next ledger takes; what cannot be valid at `closeTime` is dropped, its hash refused. */
  takeForLedger(closeTime: bigint): TransactionSet
  /** After `ledger.close`; what has waited too long or became invalid is dropped. */
  afterClose(closed: ClosedLedger): void
}

const closesWaited = 4
const queuedLedgers = 2

export function createQueue(ledger: Ledger, options: QueueOptions = {}): Queue {
  const room: Room = {
    ledger,
    pending: createPending(),
    refused: createRefusedHashes(),
    allowChaining: options.allowChaining ?? false,
    evictedBid: undefined,
  }
  const { pending, refused } = room
  return {
    get size() {
      return pending.size
    },
    get pending() {
      return pending.all().map(({ envelope }) => envelope)
    },
    admit: (envelope, elapsed = 0n) => admit(room, envelope, elapsed),
    takeForLedger(closeTime) {
      dropInvalid(room, closeTime)
      const candidates = pending.all().map(({ envelope }) => envelope)
      const { baseFee, maxTxSetSize } = ledger.head
      return chooseForLedger(candidates, { baseFee, mostOperations: maxTxSetSize })
    },
    afterClose({ transactions }) {
      for (const { submitted } of transactions) forget(room, submitted)
      refused.shift()
      room.evictedBid = undefined
      for (const waiting of pending.all()) {
        waiting.age += 1
        if (waiting.age >= closesWaited) drop(room, waiting.envelope)
      }
      dropInvalid(room)
    },
  }
}

interface Room {
  readonly ledger: Ledger
  readonly pending: Pending
  readonly refused: RefusedHashes
  readonly allowChaining: boolean
  /** The best bid that was crowded out since the last close. */
  evictedBid: Bid | undefined
}

function admit(room: Room, envelope: Envelope, elapsed: bigint): Admission {
  const { ledger, pending, refused, allowChaining, evictedBid } = room
  if (envelope.fee < 0n) return refuse('txMalformed', 0n)
  if (refused.has(envelope.hash)) return { status: 'TRY_AGAIN_LATER' }
  const waiting = pending.of(innerOf(envelope).source)
  const replaced = inTheWayOf(envelope, waiting, allowChaining)
  const beside = replaced === undefined ? undefined : besideAnswer(envelope, replaced)
  if (beside !== undefined) return beside
  const mostOperations = BigInt(ledger.head.maxTxSetSize * queuedLedgers)
  const space = roomFor(envelope, { pending, replaced, mostOperations, evictedBid })
  if ('needed' in space) return crowdedOut(room, envelope, space.needed)
  const invalid = invalidAnswer(room, { envelope, replaced, elapsed })
  if (invalid !== undefined) return invalid
  for (const other of space.evicted) drop(room, other)
  room.evictedBid = highest(space.evicted) ?? evictedBid
  if (replaced === undefined) pending.add(envelope)
  else pending.exchange(replaced, envelope)
  return { status: 'PENDING' }
}

interface Newcomer {
  readonly envelope: Envelope
  readonly replaced: Envelope | undefined
  readonly elapsed: bigint
}

function invalidAnswer(
  { ledger, pending }: Room,
  { envelope, replaced, elapsed }: Newcomer,
): Admission | undefined {
  const sequence = sequenceBefore(pending.of(innerOf(envelope).source), replaced)
  const verdict = ledger.check(envelope, { elapsed, ...(sequence !== undefined && { sequence }) })
  if (!verdict.ok) return { status: 'ERROR', result: verdict.result }
  if (canAfford(envelope, { ledger, pending, replaced })) return undefined
  return refuse('txInsufficientBalance', ledger.head.baseFee * feeUnitsOf(envelope))
}

function crowdedOut({ refused }: Room, envelope: Envelope, needed: bigint): Admission {
  refused.add(envelope.hash)
  return needed === 0n ? { status: 'TRY_AGAIN_LATER' } : refuse('txInsufficientFee', needed)
}

/** They come cheapest first. */
function highest(evicted: readonly Envelope[]): Bid | undefined {
  const last = evicted.at(-1)
  return last === undefined ? undefined : bidOf(last)
}

/** Of a row of waiting transactions, the sequence up to where a new or replacing one begins. */
function sequenceBefore(
  waiting: readonly Waiting[],
  replaced: Envelope | undefined,
): bigint | undefined {
  const end =
    replaced === undefined ? waiting.length : waiting.findIndex((one) => one.envelope === replaced)
  const before = waiting[end - 1]
  return before === undefined ? undefined : innerOf(before.envelope).sequence
}

function drop({ pending, refused }: Room, envelope: Envelope): void {
  pending.remove(envelope)
  refused.add(envelope.hash)
}

/** A ledger has taken it: what waits of its account up to its sequence is done with. */
function forget({ pending, refused }: Room, applied: Envelope): void {
  const { source, sequence } = innerOf(applied)
  for (const waiting of pending.of(source)) {
    if (innerOf(waiting.envelope).sequence <= sequence) pending.remove(waiting.envelope)
  }
  refused.add(applied.hash)
}

/**
 * Drops what has become invalid (of an account's row, everything after it as well), and what a fee
 * source can no longer pay for.
 */
function dropInvalid(room: Room, closeTime?: bigint): void {
  const sequences = new Map<string, bigint>()
  for (const { envelope } of room.pending.all()) {
    const { source, sequence } = innerOf(envelope)
    const before = sequences.get(source)
    const verdict = room.ledger.check(envelope, {
      ...(closeTime !== undefined && { closeTime }),
      ...(before !== undefined && { sequence: before }),
    })
    if (verdict.ok) sequences.set(source, sequence)
    else drop(room, envelope)
  }
  const unpaid = room.pending.all().filter(({ envelope }) => !isCovered(room, envelope))
  for (const { envelope } of unpaid) drop(room, envelope)
}

function isCovered({ ledger, pending }: Room, envelope: Envelope): boolean {
  const payer = ledger.account(feeSourceOf(envelope))
  if (payer === undefined) return false
  return availableBalance(payer, ledger.head.baseReserve) >= pending.feesOf(payer.id)
}
