import type { xdr } from '@stellar/stellar-sdk'
import { availableBalance } from './balance.ts'
import type { AccountEntry } from './entries.ts'
import type { PlainEnvelope, Preconditions } from './envelope.ts'
import type { SignatureCheck } from './signatures.ts'
import { isEmptyPayload, signerAddress } from './signer-form.ts'
import type { LedgerState } from './state.ts'
import type { Refusal } from './transaction-result.ts'

/** What a transaction is measured against: at admission the next ledger, at application this one. */
export interface Terms {
  readonly ledger: number
  /** Earliest and latest time the ledger may close at. */
  readonly lowerTime: bigint
  readonly upperTime: bigint
  readonly baseFee: bigint
  /** Whether the source has to bid and to own the fee; not for the inner of a fee bump. */
  readonly chargesFee: boolean
  /** When applying, the fee has been taken already. */
  readonly applying: boolean
  /** The source's sequence, where it is not the one in the state. */
  readonly sequence?: bigint
}

export interface CheckedTransaction {
  readonly refusal?: Refusal
  /** Whether it is the next of its source; once applied it then uses the number up, come what may. */
  readonly isInSequence: boolean
}

interface Subject {
  readonly state: LedgerState
  readonly envelope: PlainEnvelope
  readonly signatures: SignatureCheck
}

/** Rows 1 to 10 of SBX-21, in their order. */
export function checkTransaction(subject: Subject, terms: Terms): CheckedTransaction {
  const { state, envelope } = subject
  const early = refusalByItself(envelope, terms)
  if (early !== undefined) return { refusal: early, isInSequence: false }
  const source = state.account(envelope.source)
  if (source === undefined) return { refusal: 'txNoAccount', isInSequence: false }
  if (isBadSequence(envelope, source, terms)) return { refusal: 'txBadSeq', isInSequence: false }
  if (isTooSoonAfterSequence(envelope, source, terms)) {
    return { refusal: 'txBadMinSeqAgeOrGap', isInSequence: true }
  }
  if (!isSigned(subject, source)) return { refusal: 'txBadAuth', isInSequence: true }
  const due = terms.applying ? 0n : envelope.fee
  if (terms.chargesFee && availableBalance(source, state.circumstances.baseReserve) < due) {
    return { refusal: 'txInsufficientBalance', isInSequence: true }
  }
  return { isInSequence: true }
}

function refusalByItself(envelope: PlainEnvelope, terms: Terms): Refusal | undefined {
  if (hasBadExtraSigners(envelope.preconditions.extraSigners)) return 'txMalformed'
  if (envelope.operations.length === 0) return 'txMissingOperation'
  if (envelope.isMalformed) return 'txMalformed'
  const untimely = untimelyRefusal(envelope.preconditions, terms)
  if (untimely !== undefined) return untimely
  const minimum = terms.baseFee * BigInt(envelope.operations.length)
  return terms.chargesFee && envelope.fee < minimum ? 'txInsufficientFee' : undefined
}

function untimelyRefusal(
  { minTime, maxTime, minLedger, maxLedger }: Preconditions,
  { lowerTime, upperTime, ledger }: Terms,
): Refusal | undefined {
  if (minTime > lowerTime || minLedger > ledger) return 'txTooEarly'
  if (maxTime !== 0n && maxTime < upperTime) return 'txTooLate'
  return maxLedger !== 0 && maxLedger <= ledger ? 'txTooLate' : undefined
}

function hasBadExtraSigners(signers: readonly xdr.SignerKey[]): boolean {
  if (signers.some(isEmptyPayload)) return true
  return new Set(signers.map(signerAddress)).size !== signers.length
}

function isBadSequence(
  { sequence, preconditions: { minSequence } }: PlainEnvelope,
  source: AccountEntry,
  { ledger, sequence: current = source.sequence }: Terms,
): boolean {
  if (sequence === BigInt(ledger) << 32n) return true
  if (minSequence === undefined) return current + 1n !== sequence
  return current < minSequence || current >= sequence
}

function isTooSoonAfterSequence(
  { preconditions }: PlainEnvelope,
  source: AccountEntry,
  terms: Terms,
): boolean {
  const { minSequenceAge, minSequenceLedgerGap } = preconditions
  return (
    terms.lowerTime - minSequenceAge < source.sequenceTime ||
    terms.ledger - minSequenceLedgerGap < source.sequenceLedger
  )
}

function isSigned({ envelope, signatures }: Subject, source: AccountEntry): boolean {
  if (!signatures.accountReaches(source, source.thresholds.low)) return false
  const extra = envelope.preconditions.extraSigners.map((key) => ({
    key: signerAddress(key),
    weight: 1,
  }))
  return extra.length === 0 || signatures.signersReach(extra, extra.length)
}
