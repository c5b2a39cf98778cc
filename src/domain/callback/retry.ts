/** How often and how late an undelivered callback is tried again. */
export interface CallbackPatience {
  readonly triesMax: number
  readonly firstDelayMs: number
  readonly delayMaxMs: number
}

/** Ten tries over about an hour and a half. */
export const defaultCallbackPatience: CallbackPatience = {
  triesMax: 10,
  firstDelayMs: 10_000,
  delayMaxMs: 3_600_000,
}

/** Doubles with every try that failed. `tries` counts from 1. */
export const retryDelayMs = (tries: number, patience: CallbackPatience): number =>
  Math.min(patience.firstDelayMs * 2 ** Math.max(0, tries - 1), patience.delayMaxMs)

/** Delivered by any 2xx; 400 says that the fault is ours and will not go away (SEP31-89). */
export type AnswerMeaning = 'delivered' | 'refused' | 'try_again'

export function meaningOf(status: number): AnswerMeaning {
  if (status >= 200 && status < 300) return 'delivered'
  return status === 400 ? 'refused' : 'try_again'
}
