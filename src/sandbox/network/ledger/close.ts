import { applyTransaction, takeFee } from './application.ts'
import { shuffled } from './apply-order.ts'
import type { AppliedTransaction, ClosedLedger } from './closed-ledger.ts'
import type { Envelope } from './envelope.ts'
import { assertConserved } from './conservation.ts'
import type { EntryChange } from './entries.ts'
import { closedLedger } from './header.ts'
import type { CheckCircumstances, ClosePlan, LedgerHead, Upgrades } from './ledger-surface.ts'
import { reviseOffers } from './raised-reserve.ts'
import type { SignatureChecker } from './signatures.ts'
import type { StateHash } from './state-hash.ts'
import type { LedgerState } from './state.ts'
import type { Terms } from './transaction-check.ts'

/** Closing a ledger (SBX-33): all fees first, then one transaction after another. */

/** Twice the time a ledger takes on the real network: how far ahead admission looks. */
const expectedCloseSeconds = 10n

/** Admission looks at the last close time, and at the next ledger's number (SBX-21). */
export const admissionTerms = (
  head: LedgerHead,
  { elapsed = 0n, closeTime, sequence }: CheckCircumstances,
): Terms => ({
  ledger: head.sequence + 1,
  lowerTime: closeTime ?? head.closeTime,
  upperTime: closeTime ?? head.closeTime + expectedCloseSeconds + elapsed,
  baseFee: head.baseFee,
  chargesFee: true,
  applying: false,
  ...(sequence !== undefined && { sequence }),
})

interface Room {
  readonly state: LedgerState
  readonly checker: SignatureChecker
  readonly stateHash: StateHash
}

export function closeLedger(
  { state, checker, stateHash }: Room,
  last: LedgerHead,
  plan: ClosePlan,
): { readonly ledger: ClosedLedger; readonly head: LedgerHead } {
  const sequence = last.sequence + 1
  const { closeTime } = plan
  state.circumstances = { ...state.circumstances, sequence, closeTime }
  const start = state.mark()
  const terms = applicationTerms(last, closeTime)
  const fees = ordered(plan).map((envelope) =>
    takeFee(state, envelope, plan.baseFee ?? last.baseFee),
  )
  const transactions = fees.map((fee, index) => {
    const chargesFee = fee.envelope.kind === 'plain'
    const room = { state, checker, terms: { ...terms, chargesFee } }
    return applyTransaction(room, fee, index + 1)
  })
  const upgradeChanges = upgradeReserve(state, last, plan.upgrades)
  const changes = state.changesSince(start)
  assertConserved({ state, transactions, changes })
  stateHash.follow(changes)
  const next = nextHead(last, plan, { feePool: feesOf(transactions), idPool: state.idPool })
  state.settle()
  const closed = closedLedger({
    head: next,
    previousHash: last.hash,
    stateHash: stateHash.digits,
    transactions,
    upgrades: plan.upgrades,
  })
  const ledger = upgradeChanges.length === 0 ? closed : { ...closed, upgradeChanges }
  return { ledger, head: { ...next, hash: ledger.hash } }
}

/** From the next ledger on; offers that a higher reserve makes impossible go at once. */
function upgradeReserve(
  state: LedgerState,
  last: LedgerHead,
  { baseReserve = last.baseReserve }: Upgrades = {},
): readonly EntryChange[] {
  const before = state.mark()
  state.circumstances = { ...state.circumstances, baseReserve }
  if (baseReserve > last.baseReserve) reviseOffers(state)
  return state.changesSince(before)
}

const applicationTerms = (last: LedgerHead, closeTime: bigint): Omit<Terms, 'chargesFee'> => ({
  ledger: last.sequence + 1,
  lowerTime: closeTime,
  upperTime: closeTime,
  baseFee: last.baseFee,
  applying: true,
})

function ordered({ transactions, applyOrder = 'fifo' }: ClosePlan): readonly Envelope[] {
  return applyOrder === 'fifo' ? transactions : shuffled(transactions, applyOrder.seed)
}

const feesOf = (transactions: readonly AppliedTransaction[]): bigint =>
  transactions.reduce((sum, { feeCharged }) => sum + feeCharged, 0n)

function nextHead(
  last: LedgerHead,
  { closeTime, upgrades }: ClosePlan,
  { feePool, idPool }: Pick<LedgerHead, 'feePool' | 'idPool'>,
): Omit<LedgerHead, 'hash'> {
  return {
    sequence: last.sequence + 1,
    closeTime,
    baseFee: upgrades?.baseFee ?? last.baseFee,
    baseReserve: upgrades?.baseReserve ?? last.baseReserve,
    protocolVersion: last.protocolVersion,
    maxTxSetSize: upgrades?.maxTxSetSize ?? last.maxTxSetSize,
    totalCoins: last.totalCoins,
    feePool: last.feePool + feePool,
    idPool,
  }
}
