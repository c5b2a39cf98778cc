import { isStatusChange, settleChange } from '../../domain/transaction/change.ts'
import type { Actor, TransactionEvent } from '../../domain/transaction/event.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import { deliveryOf } from '../callbacks/delivery-job.ts'
import type { Callback } from '../ports/callback-records.ts'
import type { Records } from '../ports/commit.ts'
import type { Job } from '../ports/job-queue.ts'

/** One change of one transaction, as a rule of the domain decided it. */
export interface Change {
  /** As it was loaded and locked in this commit. */
  readonly before: Transaction
  /** Version, `updatedAt`, `completedAt` and the end of wishes for data are settled on saving. */
  readonly after: Transaction
  readonly type: TransactionEvent['type']
  readonly actor: Actor
  /** For people, in the event; carries no personal data. */
  readonly note?: string
  /** Work that has to follow, for example `send-payout`. */
  readonly jobs?: readonly Job[]
}

/** The records a change is saved through. */
export type ChangeRecords = Pick<Records, 'transactions' | 'events' | 'callbacks' | 'outbox'>

/**
 * The one way to save changed transactions: the next version, its event, the notice owed to the
 * sending anchor when the status changed (SEP31-83; a snapshot of this very change, SEP31-84) and the
 * work that follows, in the caller's commit. At most four round trips, however many changes; a
 * transaction may be in a batch once. Answers the transactions as saved, in order.
 */
export type SaveChanges = (
  records: ChangeRecords,
  changes: readonly Change[],
  now: Date,
) => Promise<readonly Transaction[]>

/** `SaveChanges` for one; a second change of the same transaction starts from what this one answers. */
export type SaveChange = (records: ChangeRecords, change: Change, now: Date) => Promise<Transaction>

interface Parts {
  readonly newId: () => string
  /** The body of SEP-31 GET Transaction as text. */
  readonly writeNotice: (transaction: Transaction) => string
}

interface Settled {
  readonly change: Change
  readonly saved: Transaction
}

/** Makes `SaveChanges`; see there. */
export const saveChanges =
  ({ newId, writeNotice }: Parts): SaveChanges =>
  async (records, changes, now) => {
    const settled = changes.map((change) => ({
      change,
      saved: settleChange(change.before, change.after, { type: change.type, now }),
    }))
    const saved = settled.map((each) => each.saved)
    const callbacks = settled.flatMap((each) => noticesOf(each, { newId, writeNotice, now }))
    const jobs = changes.flatMap((change) => change.jobs ?? [])
    await records.transactions.save(...saved)
    await records.events.add(settled.map((each) => eventOf(each, newId(), now)))
    await records.callbacks.add(...callbacks)
    await records.outbox.addJobs([...jobs, ...callbacks.map(deliveryOf)])
    return saved
  }

/** Makes `SaveChange`; see there. */
export const saveChange = (parts: Parts): SaveChange => {
  const saveAll = saveChanges(parts)
  return async (records, change, now) => {
    const [saved] = await saveAll(records, [change], now)
    if (saved === undefined) throw new Error('A change was saved and not answered')
    return saved
  }
}

const eventOf = ({ change, saved }: Settled, id: string, at: Date): TransactionEvent => ({
  id,
  transactionId: saved.id,
  owner: saved.owner,
  type: change.type,
  from: change.before.phase,
  to: saved.phase,
  version: saved.version,
  at,
  actor: change.actor,
  ...(change.note === undefined ? {} : { note: change.note }),
})

function noticesOf(
  { change, saved }: Settled,
  { newId, writeNotice, now }: Parts & { readonly now: Date },
): readonly Callback[] {
  if (saved.callbackUrl === undefined || !isStatusChange(change.before, saved)) return []
  return [
    {
      id: newId(),
      subject: { kind: 'transaction', id: saved.id },
      url: saved.callbackUrl,
      body: writeNotice(saved),
      state: 'due',
      tries: 0,
      dueAt: now,
      createdAt: now,
    },
  ]
}
