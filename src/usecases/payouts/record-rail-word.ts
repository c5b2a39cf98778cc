import type { Customer } from '../../domain/customer/customer.ts'
import { afterTrouble, isOpen } from '../../domain/payout/decisions.ts'
import type { PayoutTerms } from '../../domain/payout/decisions.ts'
import type { PayoutPatience } from '../../domain/payout/back-off.ts'
import type { PayoutAttempt, PayoutState } from '../../domain/payout/payout.ts'
import type { RailReply, RailTrouble } from '../../domain/payout/payout-reply.ts'
import { recordReply } from '../../domain/payout/record-reply.ts'
import type { KnownAttempt } from '../../domain/payout/record-reply.ts'
import type { TellCustomers } from '../customers/tell-customers.ts'
import type { Commit, Records } from '../ports/commit.ts'
import type { SaveChange } from '../transactions/save-change.ts'
import { jobsOf } from './payout-job.ts'

/** What every step of paying out needs. */
export interface PayoutParts {
  readonly commit: Commit
  readonly saveChange: SaveChange
  /** Owes notices to clients whose customers have to correct something; left out, nobody is told. */
  readonly tellCustomers?: TellCustomers
  readonly now: () => Date
  readonly patience: PayoutPatience
}

/** What a rail said of an order, or why it said nothing. */
export type RailWord = { readonly reply: RailReply } | { readonly trouble: RailTrouble }

/**
 * Keeps what the rail said of one attempt, with the transaction's change and the next job, in one commit.
 * Undefined: no attempt has this key. Otherwise the state of the payout afterwards.
 * Repeats: an answer that is no news changes nothing.
 */
export type RecordRailWord = (key: string, word: RailWord) => Promise<PayoutState | undefined>

/** Makes `RecordRailWord`; the one place where answers, notices and silence of a rail are kept. */
export const recordRailWord =
  (parts: PayoutParts): RecordRailWord =>
  (key, word) =>
    parts.commit(async (records) => {
      const known = await lockAttempt(records, key)
      if (known === undefined) return undefined
      const terms = { now: parts.now(), patience: parts.patience }
      return 'reply' in word
        ? keepReply(records, known, { ...parts, terms, reply: word.reply })
        : keepTrouble(records, known, { ...parts, terms, trouble: word.trouble })
    })

/** Transaction first, payout second, as everywhere: two workers then wait, and do not deadlock. */
async function lockAttempt(records: Records, key: string): Promise<KnownAttempt | undefined> {
  const found = await records.payouts.attemptByKey(key)
  if (found === undefined) return undefined
  const transaction = await records.transactions.lock(found.transactionId)
  const payout = await records.payouts.lock(found.transactionId)
  const attempt = await records.payouts.attemptByKey(key) // as it is under the lock
  if (transaction === undefined || payout === undefined || attempt === undefined) return undefined
  return { transaction, payout, attempt }
}

type Keeping<More> = Pick<PayoutParts, 'saveChange' | 'tellCustomers'> & {
  readonly terms: PayoutTerms
} & More

async function keepReply(
  records: Records,
  known: KnownAttempt,
  { saveChange, tellCustomers, terms, reply }: Keeping<{ readonly reply: RailReply }>,
): Promise<PayoutState> {
  const isOutdated = reply.state === 'rejected' && (await isAnyoneNewer(records, known))
  const recorded = recordReply({ ...known, isOutdated }, reply, terms)
  if (recorded === undefined) return known.payout.state
  const { payout, attempt, change } = recorded
  await records.payouts.saveAttempt(attempt)
  await records.payouts.save(payout)
  if (change === undefined) {
    await records.outbox.addJobs(jobsOf(payout))
    return payout.state
  }
  const actor = {
    kind: 'rail' as const,
    ...(attempt.railPayoutId === undefined ? {} : { payoutId: attempt.railPayoutId }),
  }
  const { transaction: before } = known
  const save = () =>
    saveChange(records, { before, ...change, actor, jobs: jobsOf(payout) }, terms.now)
  await (change.type === 'customerInfoWanted' && tellCustomers !== undefined
    ? tellCustomers(records, { transaction: before, now: terms.now }, save)
    : save())
  return payout.state
}

/**
 * Whether a customer was saved after the order was made, so that it has older data. Versions say so, not
 * times: a correction notes its time before it is committed, and two processes may differ in their
 * clocks. Locked, so that a correction under way is either seen here or sees what is saved here.
 */
async function isAnyoneNewer(
  { customers }: Records,
  { transaction: { senderId, receiverId }, attempt }: KnownAttempt,
): Promise<boolean> {
  let isNewer = false
  for (const id of [senderId, receiverId].filter((party) => party !== undefined).toSorted()) {
    const customer = await customers.lock(id)
    isNewer ||= customer !== undefined && isNewerThan(attempt, customer)
  }
  return isNewer
}

const isNewerThan = (
  { customerVersions, startedAt }: PayoutAttempt,
  { id, version, updatedAt }: Customer,
): boolean =>
  customerVersions === undefined ? updatedAt > startedAt : version !== customerVersions[id]

/** Silence about an attempt that was answered meanwhile (by a notice, by another worker) is no news. */
async function keepTrouble(
  records: Records,
  { transaction, payout, attempt }: KnownAttempt,
  { saveChange, terms, trouble }: Keeping<{ readonly trouble: RailTrouble }>,
): Promise<PayoutState> {
  const isAsked = payout.state === 'claimed' || payout.state === 'pending'
  if (!isOpen(attempt) || !isAsked) return payout.state
  const next = afterTrouble(payout, trouble, terms)
  await records.payouts.saveAttempt({ ...attempt, reason: trouble.code })
  await records.payouts.save(next)
  await records.outbox.addJobs(jobsOf(next))
  if (next.state === 'dead' && next.deadReason !== undefined) {
    const change = {
      before: transaction,
      after: transaction,
      type: 'payoutFailed' as const,
      actor: { kind: 'gateway' as const },
      note: next.deadReason,
    }
    await saveChange(records, change, terms.now)
  }
  return next.state
}
