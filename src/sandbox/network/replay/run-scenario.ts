import type { Admission, ClosedLedger } from '../ledger/closed-ledger.ts'
import { readEnvelope, type Envelope } from '../ledger/envelope.ts'
import { rootKeypair } from '../ledger/genesis.ts'
import { createLedger, type Ledger, type Upgrades } from '../ledger/ledger.ts'
import { createQueue, type Queue } from '../queue/queue.ts'
import { forToday } from './version-note.ts'
import type { Scenario, Step, TransactionStep, UpgradeStep } from './scenario-form.ts'
import { stateDifferences } from './state-difference.ts'
import { namesFrom, stateForm } from './state-form.ts'

/** One scenario on a fresh ledger; the answer is where the two differ (nothing: they agree). */
export function differencesOf(recorded: Scenario): readonly string[] {
  const scenario = forToday(recorded)
  const run = createRun(scenario)
  const differences = scenario.steps.flatMap((step) => run.take(step))
  const root = rootKeypair(scenario.networkPassphrase).publicKey()
  const state = stateForm(run.ledger, namesFrom(scenario.keys, root))
  return [
    ...differences,
    ...run.notApplied(),
    ...stateDifferences(scenario.endState, state).map((one) => `end state: ${one}`),
  ]
}

/** The state that all scenarios start from. */
const base = {
  protocolVersion: 27,
  baseFee: 100n,
  baseReserve: 5_000_000n,
  maxTxSetSize: 1000,
  totalCoins: 1_000_000_000_000_000_000n,
}
const baseLedger = 2
const baseCloseTime = 1_700_000_000n

interface Run {
  readonly ledger: Ledger
  take(step: Step): readonly string[]
  /** Recorded transactions that no ledger has taken. */
  notApplied(): readonly string[]
}

function createRun({ networkPassphrase, steps }: Scenario): Run {
  const ledger = createLedger({ ...base, networkPassphrase }, baseCloseTime, {
    sequence: baseLedger,
  })
  const queue = createQueue(ledger)
  const waiting = new Map<string, TransactionStep>()
  for (const step of steps) {
    if (isTransaction(step) && step.ledger != null) waiting.set(step.hash, step)
  }
  const indexes = new Map([...waiting].map(([hash, { index = 0 }]) => [hash, index]))
  let upgrades: Upgrades | undefined

  const close = (closeTime: bigint): readonly string[] => {
    const closed = closeInOrder({ ledger, queue, indexes }, closeTime, upgrades)
    upgrades = undefined
    return closed.transactions.flatMap((applied) => {
      const step = waiting.get(applied.hash)
      waiting.delete(applied.hash)
      return step === undefined ? [] : appliedDifferences(step, closed.sequence, applied)
    })
  }
  return {
    ledger,
    take(step) {
      if ('close' in step) return close(BigInt(step.close.closeTime))
      if ('upgrade' in step) {
        upgrades = upgradesOf(step)
        return []
      }
      const admission = admit(queue, step.envelopeXdr, networkPassphrase)
      if (isTransaction(step)) return admissionDifferences(step, admission)
      return admission.status === 'PENDING' ? [] : [`set-up was refused: ${told(admission)}`]
    },
    notApplied: () =>
      [...waiting.values()].map(
        (step) => `${nameOf(step)}: expected in ledger ${step.ledger}, got into none`,
      ),
  }
}

const isTransaction = (step: Step): step is TransactionStep => 'admission' in step

interface CloseRoom {
  readonly ledger: Ledger
  readonly queue: Queue
  readonly indexes: ReadonlyMap<string, number>
}

function closeInOrder(
  { ledger, queue, indexes }: CloseRoom,
  closeTime: bigint,
  upgrades: Upgrades | undefined,
): ClosedLedger {
  const { transactions, baseFee } = queue.takeForLedger(closeTime)
  const place = ({ hash }: Envelope): number => indexes.get(hash) ?? 0
  const closed = ledger.close({
    transactions: transactions.toSorted((one, other) => place(one) - place(other)),
    closeTime,
    baseFee,
    ...(upgrades !== undefined && { upgrades }),
  })
  queue.afterClose(closed)
  return closed
}

const upgradesOf = ({ upgrade }: UpgradeStep): Upgrades => ({
  ...(upgrade.baseFee !== undefined && { baseFee: BigInt(upgrade.baseFee) }),
  ...(upgrade.baseReserve !== undefined && { baseReserve: BigInt(upgrade.baseReserve) }),
  ...(upgrade.maxTxSetSize !== undefined && { maxTxSetSize: upgrade.maxTxSetSize }),
})

type Answer = Admission | { readonly status: 'EXCEPTION' }

function admit(queue: Queue, envelopeXdr: string, networkPassphrase: string): Answer {
  let envelope: Envelope
  try {
    envelope = readEnvelope(envelopeXdr, networkPassphrase)
  } catch {
    return { status: 'EXCEPTION' }
  }
  return queue.admit(envelope)
}

function admissionDifferences(step: TransactionStep, answer: Answer): readonly string[] {
  const { status, errorResultXdr = '' } = step.admission
  const error = answer.status === 'ERROR' ? answer.result.toXdr('base64') : ''
  if (answer.status === status && error === errorResultXdr) return []
  return [`${nameOf(step)}: admission expected ${status} ${errorResultXdr}, got ${told(answer)}`]
}

const told = (answer: Answer): string =>
  answer.status === 'ERROR' ? `ERROR ${answer.result.toXdr('base64')}` : answer.status

function appliedDifferences(
  step: TransactionStep,
  ledger: number,
  { feeCharged, result }: ClosedLedger['transactions'][number],
): readonly string[] {
  const expected = [step.ledger, step.feeCharged, step.resultXdrProtocol25 ?? step.resultXdr]
  const actual = [ledger, String(feeCharged), result.toXdr('base64')]
  return ['ledger', 'fee', 'result'].flatMap((what, at) =>
    expected[at] === actual[at]
      ? []
      : [`${nameOf(step)}: ${what} expected ${expected[at]}, got ${actual[at]}`],
  )
}

const nameOf = ({ label, hash }: TransactionStep): string =>
  label ?? `transaction ${hash.slice(0, 8)}`
