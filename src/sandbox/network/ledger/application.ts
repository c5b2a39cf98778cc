import type { xdr } from '@stellar/stellar-sdk'
import { removeSigner } from './account-signers.ts'
import type { AppliedOperation, AppliedTransaction } from './closed-ledger.ts'
import type { EntryChange } from './entries.ts'
import {
  feeSourceOf,
  feeUnitsOf,
  innerOf,
  toSdkTransaction,
  type Envelope,
  type PlainEnvelope,
} from './envelope.ts'
import { authorizationRefusal, operationSource, untouchedResult } from './operation-check.ts'
import { succeeded } from './operations/operation-rule.ts'
import { accountIn } from './reserve.ts'
import type { SignatureCheck, SignatureChecker } from './signatures.ts'
import { preAuthorizedAddress } from './signer-form.ts'
import type { LedgerState } from './state.ts'
import { checkTransaction, type Terms } from './transaction-check.ts'
import { feeBumpResult, transactionResult, type Verdict } from './transaction-result.ts'
import { applyOperation } from './operation-application.ts'

/** Applying the transactions of a ledger (SBX-33, SBX-35). */

export interface FeeTaken {
  readonly envelope: Envelope
  readonly feeCharged: bigint
  readonly feeChanges: readonly EntryChange[]
}

export interface ApplicationRoom {
  readonly state: LedgerState
  readonly checker: SignatureChecker
  readonly terms: Terms
}

/** Takes the fee: never more than the bid, nor than the account holds. */
export function takeFee(state: LedgerState, envelope: Envelope, baseFee: bigint): FeeTaken {
  const before = state.mark()
  const payer = state.account(feeSourceOf(envelope))
  if (payer === undefined) return { envelope, feeCharged: 0n, feeChanges: [] }
  const price = baseFee * feeUnitsOf(envelope)
  const bid = envelope.fee < price ? envelope.fee : price
  const feeCharged = payer.balance < bid ? payer.balance : bid
  state.put({ ...payer, balance: payer.balance - feeCharged })
  return { envelope, feeCharged, feeChanges: state.changesSince(before) }
}

interface Applied {
  readonly verdict: Verdict
  readonly sequenceChanges: readonly EntryChange[]
  readonly changes: readonly (readonly EntryChange[])[]
}

export function applyTransaction(
  room: ApplicationRoom,
  { envelope, feeCharged, feeChanges }: FeeTaken,
  index: number,
): AppliedTransaction {
  const before = room.state.mark()
  if (envelope.kind === 'feeBump') {
    dropPreAuthorization(room.state, envelope.feeSource, envelope.hashBytes)
  }
  const inner = innerOf(envelope)
  const { verdict, sequenceChanges, changes } = applyInner(room, inner, before)
  const result =
    envelope.kind === 'plain'
      ? transactionResult(verdict, feeCharged)
      : feeBumpResult(envelope, verdict, feeCharged)
  return {
    get envelope() {
      return toSdkTransaction(envelope)
    },
    submitted: envelope,
    hash: envelope.hash,
    ...(envelope.kind === 'feeBump' && { innerHash: inner.hash }),
    index,
    successful: verdict.code === 'txSuccess',
    feeCharged,
    result,
    feeChanges,
    sequenceChanges,
    operations: appliedOperations(inner, verdict, changes),
  }
}

function appliedOperations(
  { operations }: PlainEnvelope,
  verdict: Verdict,
  changes: Applied['changes'],
): readonly AppliedOperation[] {
  const results = 'operations' in verdict ? verdict.operations : operations.map(untouchedResult)
  return results.map((result, index) => ({ result, changes: changes[index] ?? [] }))
}

function applyInner(
  room: ApplicationRoom,
  envelope: PlainEnvelope,
  before: ReturnType<LedgerState['mark']>,
): Applied {
  const { state, checker, terms } = room
  const signatures = checker(envelope)
  const { refusal, isInSequence } = checkTransaction({ state, envelope, signatures }, terms)
  if (isInSequence) consumeSequence(state, envelope)
  const verdict =
    refusal === undefined
      ? signatureVerdict(state, { envelope, signatures })
      : ({ code: refusal } as const)
  for (const account of sourcesOf(envelope)) {
    dropPreAuthorization(state, account, envelope.hashBytes)
  }
  const sequenceChanges = state.changesSince(before)
  if (verdict !== undefined) return { verdict, sequenceChanges, changes: [] }
  return { sequenceChanges, ...applyOperations(state, envelope) }
}

function consumeSequence(state: LedgerState, { source, sequence }: PlainEnvelope): void {
  state.put({
    ...accountIn(state, source),
    sequence,
    sequenceLedger: state.circumstances.sequence,
    sequenceTime: state.circumstances.closeTime,
  })
}

interface Signed {
  readonly envelope: PlainEnvelope
  readonly signatures: SignatureCheck
}

/** Signatures once more: a transaction applied before this one may have changed the signers. */
function signatureVerdict(
  state: LedgerState,
  { envelope, signatures }: Signed,
): Verdict | undefined {
  const unsigned = envelope.operations.map((operation) =>
    authorizationRefusal(state, { operation, envelope, signatures }),
  )
  if (unsigned.some((bad) => bad !== undefined)) {
    const operations = envelope.operations.map((one, at) => unsigned[at] ?? untouchedResult(one))
    return { code: 'txFailed', operations }
  }
  return signatures.allUsed() ? undefined : { code: 'txBadAuthExtra' }
}

const sourcesOf = (envelope: PlainEnvelope): ReadonlySet<string> =>
  new Set([
    envelope.source,
    ...envelope.operations.map((operation) => operationSource(operation, envelope)),
  ])

/** A pre-authorized transaction is a signer for one use, whatever comes of it (SBX-23). */
function dropPreAuthorization(state: LedgerState, id: string, hash: Uint8Array): void {
  const signers = state.account(id)?.signers ?? []
  if (!signers.some(({ key }) => key.startsWith('T'))) return
  removeSigner(state, id, preAuthorizedAddress(hash))
}

function applyOperations(
  state: LedgerState,
  envelope: PlainEnvelope,
): Pick<Applied, 'verdict' | 'changes'> {
  const start = state.mark()
  const sponsorships = new Map<string, string>()
  const results: xdr.OperationResult[] = []
  const changes: (readonly EntryChange[])[] = []
  for (const [index, operation] of envelope.operations.entries()) {
    const mark = state.mark()
    const result = applyOperation(state, { operation, envelope, index, sponsorships })
    if (!succeeded(result)) state.rollback(mark)
    results.push(result)
    changes.push(state.changesSince(mark))
  }
  const failed = !results.every(succeeded)
  if (!failed && sponsorships.size === 0) {
    return { verdict: { code: 'txSuccess', operations: results }, changes }
  }
  state.rollback(start)
  return failed
    ? { verdict: { code: 'txFailed', operations: results }, changes: [] }
    : { verdict: { code: 'txBadSponsorship' }, changes: [] }
}
