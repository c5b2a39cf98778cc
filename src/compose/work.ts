import { callbackSender } from '../adapters/callbacks/callback-sender.ts'
import type { CallbackSenderParts } from '../adapters/callbacks/callback-sender.ts'
import { defaultCallbackPatience } from '../domain/callback/retry.ts'
import { outwardCalls, toldFetch } from '../observability/outward-calls.ts'
import { deliverCallback } from '../usecases/callbacks/deliver-callback.ts'
import { sweepDueWork } from '../usecases/due-work/sweep-due-work.ts'
import type { Foundation } from './foundation.ts'

export interface WorkParts extends CallbackSenderParts {
  /** Distribution accounts, whose payments are collected. */
  readonly accounts: readonly string[]
}

/** Rooms of work that no client asks for. */
export function composeWork(foundation: Foundation, { fetch, sign, accounts }: WorkParts) {
  const { commit, read, queue, now } = foundation
  const tell = outwardCalls(foundation, 'callback', 'info')
  const sender = callbackSender({ fetch: toldFetch(fetch, tell), sign })
  return {
    deliverCallback: deliverCallback({ commit, sender, patience: defaultCallbackPatience, now }),
    sweepDueWork: sweepDueWork({ read, queue, accounts, now }),
  }
}
