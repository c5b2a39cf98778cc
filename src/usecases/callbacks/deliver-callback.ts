import { meaningOf, retryDelayMs } from '../../domain/callback/retry.ts'
import type { CallbackPatience } from '../../domain/callback/retry.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Callback } from '../ports/callback-records.ts'
import type { CallbackAnswer, CallbackSender } from '../ports/callback-sender.ts'
import type { Commit, Records } from '../ports/commit.ts'
import { deliveryOf } from './delivery-job.ts'

export type DeliveryRefusal =
  /** The receiver says that our callback is wrong: a fault of ours, to be looked at (SEP31-89). */
  | { readonly code: 'callback_refused' }
  /** Tried as often as we do; the client reads the state with GET. */
  | { readonly code: 'callback_undeliverable'; readonly lastAnswer: string }

/**
 * Delivers one callback when it is due and no earlier one of its subject is (SEP31-88): claims the try,
 * calls, records. A worker that dies in between leaves a callback that is due again after `claimMs`, so a
 * receiver may get one twice, never in the wrong order.
 * Repeats: a callback that is delivered or given up, or not yet due, is left alone.
 */
export type DeliverCallback = (
  callbackId: string,
) => Promise<Outcome<'delivered' | 'nothing_due' | 'later', DeliveryRefusal>>

interface Parts {
  readonly commit: Commit
  readonly sender: CallbackSender
  readonly patience: CallbackPatience
  readonly now: () => Date
}

/** Longer than any call may take. */
const claimMs = 60_000

export const deliverCallback =
  ({ commit, sender, patience, now }: Parts): DeliverCallback =>
  async (callbackId) => {
    const callback = await commit((records) => claim(records, callbackId, now()))
    if (callback === undefined) return accepted('nothing_due')
    const answer = await sender.send(callback, now())
    const after = afterAnswer(callback, answer, { patience, now: now() })
    await commit((records) => record(records, after))
    if (after.state === 'delivered') return accepted('delivered')
    if (after.state === 'due') return accepted('later')
    return answer.kind === 'answered' && meaningOf(answer.status) === 'refused'
      ? refused({ code: 'callback_refused' })
      : refused({ code: 'callback_undeliverable', lastAnswer: after.lastAnswer ?? '' })
  }

async function claim({ callbacks }: Records, id: string, now: Date): Promise<Callback | undefined> {
  const callback = await callbacks.lock(id)
  if (callback?.state !== 'due' || callback.dueAt > now) return undefined
  if (await callbacks.hasEarlierDue(id)) return undefined
  const claimed = {
    ...callback,
    tries: callback.tries + 1,
    dueAt: new Date(now.getTime() + claimMs),
  }
  await callbacks.save(claimed)
  return claimed
}

function afterAnswer(
  callback: Callback,
  answer: CallbackAnswer,
  { patience, now }: { readonly patience: CallbackPatience; readonly now: Date },
): Callback {
  const lastAnswer = answer.kind === 'answered' ? `${answer.status}` : answer.reason.slice(0, 200)
  const meaning = answer.kind === 'answered' ? meaningOf(answer.status) : 'try_again'
  const heard = { ...callback, lastAnswer }
  if (meaning === 'delivered') return { ...heard, state: 'delivered', endedAt: now }
  if (meaning === 'refused' || callback.tries >= patience.triesMax) {
    return { ...heard, state: 'dead', endedAt: now }
  }
  return { ...heard, dueAt: new Date(now.getTime() + retryDelayMs(callback.tries, patience)) }
}

/** What follows is the next try, or the next callback of the same subject. */
async function record({ callbacks, outbox }: Records, after: Callback): Promise<void> {
  const current = await callbacks.lock(after.id)
  if (current?.state !== 'due' || current.tries !== after.tries) return // another worker took over
  await callbacks.save(after)
  if (after.state === 'due') return outbox.addJob(deliveryOf(after))
  const next = await callbacks.nextOfSubject(after.subject.id)
  if (next !== undefined) await outbox.addJob(deliveryOf(next))
}
