import type { Admission, ClosedLedger } from '../ledger/closed-ledger.ts'
import { readEnvelope, type Envelope } from '../ledger/envelope.ts'
import { rootKeypair } from '../ledger/genesis.ts'
import { createLedger, type Ledger, type Upgrades } from '../ledger/ledger.ts'
import { createQueue, type Queue } from '../queue/queue.ts'
import { deviationOf } from './deviation.ts'
import { forToday, withoutInnerFee } from './version-note.ts'
import type { CloseStep, Scenario, Step, TransactionStep, UpgradeStep } from './scenario-form.ts'
import { stateDifferences } from './state-difference.ts'
import { namesFrom, stateForm } from './state-form.ts'

/** One scenario on a fresh ledger; the answer is where the two differ (nothing: they agree). */
export function differencesOf(recorded: Scenario): readonly string[] {
  const scenario = deviationOf(recorded)?.expected ?? forToday(recorded)
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
  const { waiting, unapplied } = expectations(steps)
  const indexes = new Map([...waiting].map(([hash, { index = 0 }]) => [hash, index]))
  let upgrades: Upgrades | undefined

  const close = ({ close: expected }: CloseStep): readonly string[] => {
    const closeTime = BigInt(expected.closeTime)
    const closed = closeInOrder({ ledger, queue, indexes }, closeTime, upgrades)
    upgrades = undefined
    const wrongNumber =
      closed.sequence === expected.ledger
        ? []
        : [`close of ledger ${expected.ledger}: got ledger ${closed.sequence}`]
    const applied = closed.transactions.flatMap((transaction) => {
      const step = waiting.get(transaction.hash)
      waiting.delete(transaction.hash)
      if (step !== undefined) return appliedDifferences(step, closed.sequence, transaction)
      const other = unapplied.get(transaction.hash)
      return other === undefined
        ? []
        : [`${nameOf(other)}: expected in no ledger, got into ${closed.sequence}`]
    })
    return [...wrongNumber, ...applied]
  }
  return {
    ledger,
    take(step) {
      if ('close' in step) return close(step)
      if ('upgrade' in step) {
        upgrades = upgradesOf(step)
        return []
      }
      const envelope = envelopeIn(step.envelopeXdr, networkPassphrase)
      const answer: Answer = envelope === undefined ? exception : queue.admit(envelope)
      if (isTransaction(step)) {
        return [...hashDifference(step, envelope), ...admissionDifferences(step, answer)]
      }
      return answer.status === 'PENDING' ? [] : [`set-up was refused: ${told(answer)}`]
    },
    notApplied: () =>
      [...waiting.values()].map(
        (step) => `${nameOf(step)}: expected in ledger ${step.ledger}, got into none`,
      ),
  }
}

/** Which recorded transactions a ledger takes, and which none does; some are submitted twice. */
function expectations(steps: readonly Step[]) {
  const transactions = steps.filter(isTransaction)
  const byHash = (some: readonly TransactionStep[]) =>
    new Map(some.map((step) => [step.hash, step]))
  const waiting = byHash(transactions.filter(({ ledger }) => ledger != null))
  const unapplied = byHash(transactions.filter(({ hash }) => !waiting.has(hash)))
  return { waiting, unapplied }
}

const isTransaction = (step: Step): step is TransactionStep => 'admission' in step

interface CloseRoom {
  readonly ledger: Ledger
  readonly queue: Queue
  readonly indexes: ReadonlyMap<string | undefined, number>
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

const exception = { status: 'EXCEPTION' } as const

type Answer = Admission | typeof exception

function envelopeIn(envelopeXdr: string, networkPassphrase: string): Envelope | undefined {
  try {
    return readEnvelope(envelopeXdr, networkPassphrase)
  } catch {
    return undefined
  }
}

function hashDifference(step: TransactionStep, envelope: Envelope | undefined): readonly string[] {
  if (envelope === undefined || step.hash === envelope.hash) return []
  return [`${nameOf(step)}: hash expected ${step.hash ?? 'none'}, got ${envelope.hash}`]
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
  const got = result.toXdr('base64')
  const today = step.resultXdr === undefined ? undefined : withoutInnerFee(step.resultXdr)
  const compared: readonly (readonly [string, unknown, unknown])[] = [
    ['ledger', step.ledger, ledger],
    ['fee', step.feeCharged, String(feeCharged)],
    ['result', today, got],
    ['result of protocol 25', step.resultXdrProtocol25 ?? got, got],
  ]
  return compared.flatMap(([what, expected, actual]) =>
    expected === actual
      ? []
      : [`${nameOf(step)}: ${what} expected ${String(expected)}, got ${String(actual)}`],
  )
}

const nameOf = ({ label, hash }: TransactionStep): string =>
  label ?? (hash === undefined ? 'transaction without a hash' : `transaction ${hash.slice(0, 8)}`)
