import type { Customer } from '../../domain/customer/customer.ts'
import { partyIdsOf } from '../../domain/customer/party.ts'
import { afterTrouble, isOpen } from '../../domain/payout/decisions.ts'
import type { PayoutTerms } from '../../domain/payout/decisions.ts'
import type { PayoutPatience } from '../../domain/payout/back-off.ts'
import type { Payout, PayoutAttempt, PayoutState } from '../../domain/payout/payout.ts'
import type { RailReply, RailTrouble } from '../../domain/payout/payout-reply.ts'
import { recordReply } from '../../domain/payout/record-reply.ts'
import type { KnownAttempt } from '../../domain/payout/record-reply.ts'
import type { TellCustomers } from '../customers/tell-customers.ts'
import type { Commit, Records } from '../ports/commit.ts'
import type { Change, SaveChanges } from '../transactions/save-change.ts'
import { gathered } from '../commits/gathered.ts'
import { jobsOf } from './payout-job.ts'

/** What every step of paying out needs. */
export interface PayoutParts {
  readonly commit: Commit
  readonly saveChanges: SaveChanges
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
export const recordRailWord = (parts: PayoutParts): RecordRailWord => {
  const keepEach = (heard: readonly Heard[]) =>
    parts.commit((records) => keepIn(records, heard, parts))
  const keepTogether = gathered(keepEach)
  /** In a commit of its own, which holds no customers but its own. */
  const keepRefusal = (heard: Heard) =>
    parts.commit(async (records) => {
      const parties = await lockParties(records, heard.key)
      return keepIn(records, [heard], { ...parts, parties })
    })
  return async (key, word) => {
    const heard = { key, word }
    return isRefusal(word) ? (await keepRefusal(heard)).get(heard) : keepTogether(heard)
  }
}

interface Heard {
  readonly key: string
  readonly word: RailWord
}

const isRefusal = (word: RailWord): boolean => 'reply' in word && word.reply.state === 'rejected'

/** Load, decide, save. Of two words on one transaction the second is left out: it has to see the first one saved. */
async function keepIn(
  records: Records,
  heard: readonly Heard[],
  parts: PayoutParts & { readonly parties?: readonly Party[] },
): Promise<ReadonlyMap<Heard, PayoutState | undefined>> {
  const keys = heard.map(({ key }) => key)
  const attempts = await lockAttempts(records, keys)
  const terms = { now: parts.now(), patience: parts.patience }
  const { parties = [] } = parts
  const states = new Map<Heard, PayoutState | undefined>()
  const decided = new Map<string, Decided>()
  for (const one of heard) {
    const known = attempts.get(one.key)
    if (known !== undefined && decided.has(known.transaction.id)) continue
    const decision = known && decide(known, { word: one.word, terms, parties })
    if (known !== undefined && decision !== undefined) decided.set(known.transaction.id, decision)
    states.set(one, (decision ?? known)?.payout.state)
  }
  await keep(records, [...decided.values()], { ...parts, at: terms.now })
  return states
}

/** A customer of the transaction; undefined when erased. */
type Party = Customer | undefined

/**
 * Customers come before transactions, as when one of them is corrected: neither waits for the other in a
 * ring. Locked, a correction under way is either seen here or sees what is saved here.
 */
async function lockParties(
  { payouts, transactions, customers }: Records,
  key: string,
): Promise<readonly Party[]> {
  const [attempt] = await payouts.attemptsByKeys([key])
  const transaction = attempt && (await transactions.find(attempt.transactionId))
  const locked: Party[] = []
  for (const id of transaction === undefined ? [] : partyIdsOf(transaction)) {
    locked.push(await customers.lock(id))
  }
  return locked
}

/** Transactions first, payouts second, as everywhere: two workers then wait, and do not deadlock. */
async function lockAttempts(
  { payouts, transactions }: Records,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KnownAttempt>> {
  const found = await payouts.attemptsByKeys(keys)
  const ids = found.map(({ transactionId }) => transactionId)
  const lockedTransactions = await transactions.lockMany(ids)
  const lockedPayouts = await payouts.lockMany(ids)
  const attempts = await payouts.attemptsByKeys(keys) // as they are under the locks
  const known = new Map<string, KnownAttempt>()
  for (const attempt of attempts) {
    const transaction = lockedTransactions.find(({ id }) => id === attempt.transactionId)
    const payout = lockedPayouts.find(({ transactionId: id }) => id === attempt.transactionId)
    if (transaction === undefined || payout === undefined) continue
    known.set(attempt.idempotencyKey, { transaction, payout, attempt })
  }
  return known
}

/** What a word makes of an attempt, its payout and its transaction. */
interface Decided {
  readonly payout: Payout
  readonly attempt: PayoutAttempt
  readonly change?: Change
}

interface Word {
  readonly word: RailWord
  readonly terms: PayoutTerms
  /** Locked; none unless the word is a refusal. */
  readonly parties: readonly Party[]
}

/** Undefined: no news. */
function decide(known: KnownAttempt, { word, terms, parties }: Word): Decided | undefined {
  if ('trouble' in word) return afterSilence(known, word.trouble, terms)
  const { reply } = word
  const isOutdated = parties.some((party) => hasChangedSince(known.attempt, party))
  const recorded = recordReply({ ...known, isOutdated }, reply, terms)
  if (recorded === undefined) return undefined
  const { change, ...kept } = recorded
  if (change === undefined) return kept
  const { railPayoutId } = kept.attempt
  const actor = {
    kind: 'rail' as const,
    ...(railPayoutId === undefined ? {} : { payoutId: railPayoutId }),
  }
  const jobs = jobsOf(kept.payout)
  return { ...kept, change: { before: known.transaction, ...change, actor, jobs } }
}

/**
 * Whether the customer was saved after the order was made, so that the order has older data. Versions say
 * so, not times: a correction notes its time before it is committed, and two processes may differ in
 * their clocks. One that was erased can correct nothing: the next try finds that, and tells an operator.
 */
function hasChangedSince({ customerVersions, startedAt }: PayoutAttempt, party: Party): boolean {
  if (party === undefined) return true
  const { id, version, updatedAt } = party
  return customerVersions === undefined ? updatedAt > startedAt : version !== customerVersions[id]
}

/** Silence about an attempt that was answered meanwhile (by a notice, by another worker) is no news. */
function afterSilence(
  { transaction, payout, attempt }: KnownAttempt,
  trouble: RailTrouble,
  terms: PayoutTerms,
): Decided | undefined {
  const isAsked = payout.state === 'claimed' || payout.state === 'pending'
  if (!isOpen(attempt) || !isAsked) return undefined
  const next = afterTrouble(payout, trouble, terms)
  const silent = { payout: next, attempt: { ...attempt, reason: trouble.code } }
  if (next.deadReason === undefined) return silent
  const change: Change = {
    before: transaction,
    after: transaction,
    type: 'payoutFailed',
    actor: { kind: 'gateway' },
    note: next.deadReason,
  }
  return { ...silent, change }
}

/** Saves what was decided: attempts, payouts, transactions with their events, and the next jobs. */
async function keep(
  records: Records,
  decided: readonly Decided[],
  {
    saveChanges,
    tellCustomers,
    at,
  }: Pick<PayoutParts, 'saveChanges' | 'tellCustomers'> & { readonly at: Date },
): Promise<void> {
  await records.payouts.saveAttempts(decided.map(({ attempt }) => attempt))
  await records.payouts.save(...decided.map(({ payout }) => payout))
  const unchanged = decided.filter(({ change }) => change === undefined)
  await records.outbox.addJobs(unchanged.flatMap(({ payout }) => jobsOf(payout)))
  const changes = decided.flatMap(({ change }) => change ?? [])
  const wants = ({ type }: Change): boolean => type === 'customerInfoWanted'
  const others = changes.filter((change) => !wants(change))
  await saveChanges(records, others, at)
  for (const change of changes.filter(wants)) {
    const save = () => saveChanges(records, [change], at)
    await (tellCustomers?.(records, { transaction: change.before, now: at }, save) ?? save())
  }
}
