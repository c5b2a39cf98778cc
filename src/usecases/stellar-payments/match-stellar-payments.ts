import { newPayout } from '../../domain/payout/decisions.ts'
import { memoOfPayment } from '../../domain/stellar-payment/memo-of-payment.ts'
import type { Match, SeenPayment } from '../../domain/stellar-payment/stellar-payment.ts'
import { receiveFunds } from '../../domain/transaction/receive-funds.ts'
import type { Memo, Transaction } from '../../domain/transaction/transaction.ts'
import { jobsOfMany } from '../payouts/payout-job.ts'
import { DatabaseUnavailable } from '../ports/commit.ts'
import type { Commit, Records } from '../ports/commit.ts'
import type { WaitingBatch } from '../ports/stellar-payment-records.ts'
import type { Change, SaveChanges } from '../transactions/save-change.ts'

export interface Matched {
  readonly matched: number
  readonly unmatched: number
}

/**
 * Decides on every payment of the account that still waits: it funds the transaction its memo names, or
 * it is kept as unmatched with the reason. Batches of 500, each one commit: matches, transactions,
 * events, payouts and their jobs together.
 *
 * Failures: `DatabaseUnavailable`; batches kept before stay kept. `PaymentsUndecided` after all others were
 * decided: a payment that breaks its batch (a damaged row, a bug) waits alone and holds up nobody.
 * Repeats: what is decided is not asked again; two at once share the work.
 */
export type MatchStellarPayments = (account: string) => Promise<Matched>

/** Something about these payments breaks; they are tried again with the next call. */
export class PaymentsUndecided extends Error {
  override readonly name = 'PaymentsUndecided'
}

export interface MatchParts {
  readonly commit: Commit
  readonly saveChanges: SaveChanges
  readonly now: () => Date
}

const batchSize = 500

export const matchStellarPayments =
  (parts: MatchParts): MatchStellarPayments =>
  async (account) => {
    const total = { matched: 0, unmatched: 0 }
    const undecided: Undecided[] = []
    let batch: WaitingBatch = { limit: batchSize }
    for (;;) {
      const decided = await decideBatch(parts, account, batch)
      if ('cause' in decided) {
        if (decided.payment !== undefined) undecided.push(decided)
        const after = decided.payment ?? batch.after
        batch = { ...(after && { after }), limit: Math.ceil(batch.limit / 2) }
        continue
      }
      total.matched += decided.matched
      total.unmatched += decided.unmatched
      if (decided.matched + decided.unmatched < batch.limit) break
      batch = { ...batch, limit: Math.min(batch.limit * 2, batchSize) }
    }
    const [first] = undecided
    if (first === undefined) return total
    const message = `${undecided.length} payments of ${account} cannot be matched, the first is ${first.payment?.id}`
    throw new PaymentsUndecided(message, { cause: first.cause })
  }

interface Undecided {
  readonly cause: unknown
  /** The payment, when the batch was of one. */
  readonly payment?: SeenPayment
}

/** One commit. A batch that breaks is to be tried in halves, down to the one payment it breaks on. */
async function decideBatch(
  { commit, saveChanges, now }: MatchParts,
  account: string,
  batch: WaitingBatch,
): Promise<Matched | Undecided> {
  try {
    return await commit(async (records) => {
      const waiting = await records.stellarPayments.lockWaiting(account, batch)
      if (waiting.length === 0) return { matched: 0, unmatched: 0 }
      const decisions = decide(waiting, await transactionsFor(records, account, waiting))
      await keep(records, decisions, { saveChanges, now: now() })
      const matched = decisions.filter(({ match }) => match.state === 'matched').length
      return { matched, unmatched: decisions.length - matched }
    })
  } catch (cause) {
    if (cause instanceof DatabaseUnavailable) throw cause
    if (batch.limit > 1) return { cause }
    const [payment] = await commit(({ stellarPayments }) =>
      stellarPayments.lockWaiting(account, batch),
    )
    return payment === undefined ? { cause } : { cause, payment }
  }
}

interface Decision {
  readonly payment: SeenPayment
  readonly match: Match
  /** The transaction as it was, and as the payment makes it. */
  readonly funded?: { readonly before: Transaction; readonly after: Transaction }
}

type ByMemo = Map<string, Transaction>

const keyOf = ({ type, value }: Memo): string => `${type} ${value}`

async function transactionsFor(
  { transactions }: Records,
  account: string,
  payments: readonly SeenPayment[],
): Promise<ByMemo> {
  const memos = new Map<string, Memo>()
  for (const payment of payments) {
    const memo = memoOfPayment(payment)
    if (memo.ok) memos.set(keyOf(memo.value), memo.value)
  }
  const found = await transactions.lockByMemos(account, [...memos.values()])
  return new Map(found.map((transaction) => [keyOf(transaction.memo), transaction]))
}

/** In the order of the ledger: the second payment of a batch meets the transaction the first one funded. */
function decide(payments: readonly SeenPayment[], known: ByMemo): readonly Decision[] {
  const current: ByMemo = new Map(known)
  return payments.map((payment) => {
    const memo = memoOfPayment(payment)
    const before = memo.ok ? current.get(keyOf(memo.value)) : undefined
    const outcome = receiveFunds(before, payment)
    const named = before === undefined ? {} : { transactionId: before.id }
    if (!outcome.ok) {
      return { payment, match: { state: 'unmatched', reason: outcome.refusal.code, ...named } }
    }
    const after = outcome.value
    current.set(keyOf(after.memo), after)
    const match: Match = { state: 'matched', transactionId: after.id }
    return before === undefined || before === after
      ? { payment, match }
      : { payment, match, funded: { before, after } }
  })
}

async function keep(
  records: Records,
  decisions: readonly Decision[],
  { saveChanges, now }: { readonly saveChanges: SaveChanges; readonly now: Date },
): Promise<void> {
  const changes = decisions.flatMap(({ payment, funded }) =>
    funded === undefined ? [] : [changeOf(payment, funded)],
  )
  if (changes.length > 0) {
    await saveChanges(records, changes, now)
    const payouts = changes.map(({ before }) => newPayout(before.id, now))
    await records.payouts.add(payouts)
    await records.outbox.addJobs(jobsOfMany(payouts))
  }
  await records.stellarPayments.settleMatches(
    decisions.map(({ payment, match }) => ({ payment, match })),
  )
}

const changeOf = (
  payment: SeenPayment,
  { before, after }: NonNullable<Decision['funded']>,
): Change => ({
  before,
  after,
  type: 'fundsReceived',
  actor: { kind: 'network', stellarPaymentId: payment.id },
})
