import { availableBalance } from '../ledger/balance.ts'
import type { Admission, ClosedLedger } from '../ledger/closed-ledger.ts'
import { feeSourceOf, feeUnitsOf, innerOf, type Envelope } from '../ledger/envelope.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { transactionResult, type Refusal } from '../ledger/transaction-result.ts'
import { bidsMore, outbid, replacementBid } from './fee-rate.ts'
import { createPending, type Waiting } from './pending.ts'
import { createRefusedHashes } from './refused-hashes.ts'
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
  /** Forgets everything and waits for these instead (after a revert). */
  reset(pending: readonly Envelope[]): void
}

const closesWaited = 4
const queuedLedgers = 2

export function createQueue(ledger: Ledger, { allowChaining = false }: QueueOptions = {}): Queue {
  const pending = createPending()
  let refused = createRefusedHashes()

  const drop = (envelope: Envelope): void => {
    pending.remove(envelope)
    refused.add(envelope.hash)
  }
  /** Answers for another transaction of an account that has one waiting. */
  const besideWaiting = (envelope: Envelope, waiting: Waiting): Admission | 'replaces' => {
    if (isSame(waiting.envelope, envelope)) return { status: 'DUPLICATE' }
    const current = innerOf(waiting.envelope).sequence
    const { sequence } = innerOf(envelope)
    if (sequence < current) return refuse('txBadSeq', 0n)
    if (envelope.kind === 'plain' || sequence > current) return { status: 'TRY_AGAIN_LATER' }
    const needed = replacementBid(waiting.envelope, envelope)
    return envelope.fee < needed ? refuse('txInsufficientFee', needed) : 'replaces'
  }
  const waitingFor = (envelope: Envelope): Waiting | undefined => {
    const waiting = pending.of(innerOf(envelope).source)
    const { sequence } = innerOf(envelope)
    const last = waiting.at(-1)
    if (!allowChaining || last === undefined) return last
    if (sequence === innerOf(last.envelope).sequence + 1n) return undefined
    return waiting.find((one) => innerOf(one.envelope).sequence === sequence) ?? last
  }
  /** Makes room by dropping cheaper ones; the bid that would have done, when it cannot. */
  const crowdedOut = (envelope: Envelope, replaced: Envelope | undefined): bigint | undefined => {
    const most = BigInt(ledger.head.maxTxSetSize * queuedLedgers)
    const evicted: Envelope[] = []
    let used = pending.operations - (replaced === undefined ? 0n : feeUnitsOf(replaced))
    if (used + feeUnitsOf(envelope) <= most) return undefined
    const cheapest = pending.all().map((one) => one.envelope)
    for (const other of cheapest.toSorted((a, b) => (bidsMore(a, b) ? 1 : -1))) {
      if (used + feeUnitsOf(envelope) <= most) break
      if (other === replaced) continue
      if (!bidsMore(envelope, other)) return outbid(other, envelope)
      evicted.push(other)
      used -= feeUnitsOf(other)
    }
    for (const other of evicted) drop(other)
    return undefined
  }
  const cannotAfford = (envelope: Envelope, replaced: Envelope | undefined): boolean => {
    const payer = feeSourceOf(envelope)
    const account = ledger.account(payer)
    if (account === undefined) return true
    const given = replaced !== undefined && feeSourceOf(replaced) === payer ? replaced.fee : 0n
    const available = availableBalance(account, ledger.head.baseReserve)
    return available - (envelope.fee - given) < pending.feesOf(payer)
  }
  const sequenceBefore = (envelope: Envelope, replaced: Envelope | undefined) => {
    const before = pending.of(innerOf(envelope).source).filter((one) => one.envelope !== replaced)
    const last = before.at(-1)
    return allowChaining && last !== undefined
      ? { sequence: innerOf(last.envelope).sequence }
      : undefined
  }

  return {
    get size() {
      return pending.size
    },
    get pending() {
      return pending.all().map(({ envelope }) => envelope)
    },
    admit(envelope, elapsed = 0n) {
      if (refused.has(envelope.hash)) return { status: 'TRY_AGAIN_LATER' }
      const waiting = waitingFor(envelope)
      const beside = waiting === undefined ? 'replaces' : besideWaiting(envelope, waiting)
      if (beside !== 'replaces') return beside
      const needed = crowdedOut(envelope, waiting?.envelope)
      if (needed !== undefined) {
        refused.add(envelope.hash)
        return refuse('txInsufficientFee', needed)
      }
      const before = sequenceBefore(envelope, waiting?.envelope)
      const verdict = ledger.check(envelope, { elapsed, ...before })
      if (!verdict.ok) return { status: 'ERROR', result: verdict.result }
      if (cannotAfford(envelope, waiting?.envelope)) {
        return refuse('txInsufficientBalance', ledger.head.baseFee * feeUnitsOf(envelope))
      }
      if (waiting !== undefined) pending.remove(waiting.envelope)
      pending.add(envelope)
      return { status: 'PENDING' }
    },
    takeForLedger(closeTime) {
      dropInvalid(ledger, { pending: pending.all(), drop, closeTime })
      const candidates = pending.all().map(({ envelope }) => envelope)
      const { baseFee, maxTxSetSize } = ledger.head
      return chooseForLedger(candidates, { baseFee, mostOperations: maxTxSetSize })
    },
    afterClose({ transactions }) {
      for (const { submitted } of transactions) {
        const { source, sequence } = innerOf(submitted)
        for (const waiting of pending.of(source)) {
          waiting.age = -1
          if (innerOf(waiting.envelope).sequence <= sequence) pending.remove(waiting.envelope)
        }
        refused.add(submitted.hash)
      }
      refused.shift()
      for (const waiting of pending.all()) {
        waiting.age += 1
        if (waiting.age >= closesWaited) drop(waiting.envelope)
      }
      dropInvalid(ledger, { pending: pending.all(), drop })
    },
    reset(envelopes) {
      pending.replace(envelopes)
      refused = createRefusedHashes()
    },
  }
}

interface Sweep {
  readonly pending: readonly Waiting[]
  readonly drop: (envelope: Envelope) => void
  readonly closeTime?: bigint
}

/** Drops what has become invalid; of an account's row, everything after it as well. */
function dropInvalid(ledger: Ledger, { pending, drop, closeTime }: Sweep): void {
  const sequences = new Map<string, bigint>()
  for (const { envelope } of pending) {
    const { source, sequence } = innerOf(envelope)
    const before = sequences.get(source)
    const verdict = ledger.check(envelope, {
      ...(closeTime !== undefined && { closeTime }),
      ...(before !== undefined && { sequence: before }),
    })
    if (verdict.ok) sequences.set(source, sequence)
    else drop(envelope)
  }
}

const refuse = (code: Refusal, feeCharged: bigint): Admission => ({
  status: 'ERROR',
  result: transactionResult({ code }, feeCharged),
})

/** The same transaction, or the bare inner one of a waiting fee bump. */
const isSame = (waiting: Envelope, envelope: Envelope): boolean =>
  waiting.hash === envelope.hash || innerOf(waiting).hash === envelope.hash
