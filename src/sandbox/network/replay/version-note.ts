import { xdr } from '@stellar/stellar-sdk'
import { transactionResult, type Refusal } from '../ledger/transaction-result.ts'
import { feeSourceOf, readEnvelope } from '../ledger/envelope.ts'
import type {
  EntryForm,
  JsonForm,
  Scenario,
  StateForm,
  Step,
  TransactionStep,
} from './scenario-form.ts'

/**
 * The recorded answers are those of protocol 19. Where today's protocol answers differently the
 * scenario carries a note; the expectations are rewritten to what the note says.
 */
export function forToday(recorded: Scenario): Scenario {
  const note = recorded.versionNote
  if (note === undefined) return recorded
  const answer = /^core v27 answers (?:ERROR (tx\w+)|(TRY_AGAIN_LATER))$/.exec(note)
  if (answer !== null) return withAdmission(recorded, answer[1])
  const fee = /from protocol 20 (\w+)(?:,[^,]*,)? pays (\d+)/.exec(note)
  if (fee?.[1] !== undefined && fee[2] !== undefined) {
    return withFee(recorded, fee[1], BigInt(fee[2]))
  }
  return recorded
}

/** Since protocol 25 the inner transaction of a fee bump tells no fee of its own. */
export function withoutInnerFee(resultXdr: string): string {
  const { feeCharged, result, ext } = xdr.TransactionResult.fromXdr(resultXdr, 'base64')
  if (!('innerResultPair' in result)) return resultXdr
  const { transactionHash, result: inner } = result.innerResultPair
  const innerResultPair = new xdr.InnerTransactionResultPair({
    transactionHash,
    result: new xdr.InnerTransactionResult({
      feeCharged: 0n,
      result: inner.result,
      ext: inner.ext,
    }),
  })
  const today = xdr.TransactionResultResult[result.type](innerResultPair)
  return new xdr.TransactionResult({ feeCharged, result: today, ext }).toXdr('base64')
}

/** `txBAD_SEQ` → `txBadSeq`, as the SDK names it. */
function refusalNamed(code: string): Refusal | undefined {
  const words = code.slice(2).toLowerCase().split('_')
  const name = `tx${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`
  return name in xdr.TransactionResultResult ? (name as Refusal) : undefined
}

/** The note is about the transaction that was not admitted; errors made by the queue carry no fee. */
function withAdmission(scenario: Scenario, code: string | undefined): Scenario {
  const refusal = code === undefined ? undefined : refusalNamed(code)
  const admission =
    refusal === undefined
      ? { status: 'TRY_AGAIN_LATER' }
      : {
          status: 'ERROR',
          errorResultXdr: transactionResult({ code: refusal }, 0n).toXdr('base64'),
        }
  return {
    ...scenario,
    steps: scenario.steps.map((step) =>
      isTransaction(step) && step.admission.status !== 'PENDING' ? { ...step, admission } : step,
    ),
  }
}

function withFee(scenario: Scenario, payer: string, fee: bigint): Scenario {
  let saved = 0n
  const steps = scenario.steps.map((step) => {
    if (!isTransaction(step) || !isPaidBy(step, scenario, payer)) return step
    saved += BigInt(step.feeCharged ?? 0) - fee
    return withFeeCharged(step, fee)
  })
  return { ...scenario, steps, endState: withRefund(scenario.endState, payer, saved) }
}

function isPaidBy(step: TransactionStep, scenario: Scenario, payer: string): boolean {
  if (step.feeCharged === undefined) return false
  const envelope = readEnvelope(step.envelopeXdr, scenario.networkPassphrase)
  return feeSourceOf(envelope) === scenario.keys[payer]
}

function withFeeCharged(step: TransactionStep, fee: bigint): TransactionStep {
  if (step.resultXdr === undefined) return step
  const { result, ext } = xdr.TransactionResult.fromXdr(step.resultXdr, 'base64')
  const charged = new xdr.TransactionResult({ feeCharged: fee, result, ext })
  return { ...step, feeCharged: String(fee), resultXdr: charged.toXdr('base64') }
}

function withRefund({ header, entries }: StateForm, payer: string, sum: bigint): StateForm {
  return {
    header: plus(header, 'feePool', -sum),
    entries: entries.map((entry) => (entry['id'] === payer ? plus(entry, 'balance', sum) : entry)),
  }
}

const plus = (form: EntryForm, key: string, sum: bigint): EntryForm => ({
  ...form,
  [key]: String(sumOf(form[key]) + sum),
})

const sumOf = (form: JsonForm | undefined): bigint => (typeof form === 'string' ? BigInt(form) : 0n)

const isTransaction = (step: Step): step is TransactionStep => 'admission' in step
