import type { Callback } from './callback-records.ts'

/** What the other side said, or why it could not be asked. */
export type CallbackAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  /** Not reached, not allowed to be reached, or no answer in time. */
  | { readonly kind: 'unreachable'; readonly reason: string }

/**
 * Sends signed callbacks to addresses that clients chose. Never throws for what the address does.
 * `at` is the sending time that is signed, fresh for each try (SEP31-86).
 */
export interface CallbackSender {
  send(callback: Pick<Callback, 'url' | 'body'>, at: Date): Promise<CallbackAnswer>
}
