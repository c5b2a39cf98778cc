import type { xdr } from '@stellar/stellar-sdk'
import { availableBalance } from './balance.ts'
import { feeUnitsOf, type Envelope, type FeeBumpEnvelope, type PlainEnvelope } from './envelope.ts'
import type { CheckVerdict } from './ledger-surface.ts'
import { admissionRefusal, untouchedResult } from './operation-check.ts'
import type { SignatureChecker } from './signatures.ts'
import type { LedgerState } from './state.ts'
import { checkTransaction, type Terms } from './transaction-check.ts'
import {
  feeBumpResult,
  transactionResult,
  type Refusal,
  type Verdict,
} from './transaction-result.ts'

/** Whether a transaction may wait for a ledger (SBX-21, SBX-25); it changes nothing. */

export interface AdmissionRoom {
  readonly state: LedgerState
  readonly checker: SignatureChecker
}

export function admissionVerdict(
  room: AdmissionRoom,
  envelope: Envelope,
  terms: Terms,
): CheckVerdict {
  return envelope.kind === 'plain'
    ? plainVerdict(room, envelope, terms)
    : feeBumpVerdict(room, envelope, terms)
}

function plainVerdict(room: AdmissionRoom, envelope: PlainEnvelope, terms: Terms): CheckVerdict {
  const verdict = plainRefusal(room, envelope, terms)
  if (verdict === undefined) return { ok: true }
  return refuse(transactionResult(verdict, terms.baseFee * feeUnitsOf(envelope)))
}

function plainRefusal(
  { state, checker }: AdmissionRoom,
  envelope: PlainEnvelope,
  terms: Terms,
): Verdict | undefined {
  const signatures = checker(envelope)
  const { refusal } = checkTransaction({ state, envelope, signatures }, terms)
  if (refusal !== undefined) return { code: refusal }
  for (const [index, operation] of envelope.operations.entries()) {
    const bad = admissionRefusal(state, { operation, envelope, signatures })
    if (bad !== undefined) {
      const operations = envelope.operations.map(untouchedResult).with(index, bad)
      return { code: 'txFailed', operations }
    }
  }
  return signatures.allUsed() ? undefined : { code: 'txBadAuthExtra' }
}

function feeBumpVerdict(
  room: AdmissionRoom,
  envelope: FeeBumpEnvelope,
  terms: Terms,
): CheckVerdict {
  const minimum = terms.baseFee * feeUnitsOf(envelope)
  if (envelope.fee < minimum) {
    return refuse(transactionResult({ code: 'txInsufficientFee' }, minimum))
  }
  const outbid = neededFee(envelope)
  if (envelope.fee < outbid) {
    return refuse(transactionResult({ code: 'txInsufficientFee' }, outbid))
  }
  const outer = outerRefusal(room, envelope)
  if (outer !== undefined) return refuse(transactionResult({ code: outer }, minimum))
  const inner = plainRefusal(room, envelope.inner, { ...terms, chargesFee: false })
  return inner === undefined ? { ok: true } : refuse(feeBumpResult(envelope, inner, minimum))
}

/** The outer bid that pays per operation what the inner one pays, rounded up. */
function neededFee(envelope: FeeBumpEnvelope): bigint {
  const units = feeUnitsOf(envelope.inner)
  return (envelope.inner.fee * feeUnitsOf(envelope) + units - 1n) / units
}

function outerRefusal(
  { state, checker }: AdmissionRoom,
  envelope: FeeBumpEnvelope,
): Refusal | undefined {
  const signatures = checker(envelope)
  const payer = state.account(envelope.feeSource)
  if (payer === undefined) return 'txNoAccount'
  if (!signatures.accountReaches(payer, payer.thresholds.low)) return 'txBadAuth'
  if (availableBalance(payer, state.circumstances.baseReserve) < envelope.fee) {
    return 'txInsufficientBalance'
  }
  return signatures.allUsed() ? undefined : 'txBadAuthExtra'
}

const refuse = (result: xdr.TransactionResult): CheckVerdict => ({ ok: false, result })
