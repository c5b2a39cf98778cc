import type { Config } from '../config/config.ts'
import { defaultPatience } from '../domain/payout/back-off.ts'
import type { PayoutPatience } from '../domain/payout/back-off.ts'
import type { AskTurn } from '../usecases/payouts/ask-after-delivery.ts'

/** How long we wait for others, and for work that a dead process held. */
export interface Patience {
  readonly railTimeoutMs: number
  /** `claimMs` has room for two calls to the rail. */
  readonly payout: PayoutPatience
  readonly collectEveryMs: number
  readonly sweepEveryMs: number
  /** Questions about delivered payouts: at most this many, and this long, in each period. */
  readonly askEveryMs: number
  readonly askTurn: AskTurn
  /** A worker that dies is noticed within two of these. */
  readonly jobLockMs: number
}

const withOthers: Patience = {
  railTimeoutMs: 15_000,
  payout: defaultPatience,
  collectEveryMs: 2_500, // twice per ledger
  sweepEveryMs: 15_000,
  askEveryMs: 5_000,
  askTurn: { callsMax: 200, takesMs: 4_000 },
  jobLockMs: 10_000,
}

/** The same steps in shorter time: network and bank are on this machine, and somebody watches. */
const inSandbox: Patience = {
  railTimeoutMs: 4_000,
  payout: {
    claimMs: 10_000,
    firstDelayMs: 1_000,
    longestDelayMs: 4_000,
    failuresMax: 100,
    returns: { firstMs: 5_000, untilMs: 60_000 },
  },
  collectEveryMs: 250,
  sweepEveryMs: 3_000,
  askEveryMs: 1_000,
  askTurn: { callsMax: 50, takesMs: 800 },
  jobLockMs: 4_000,
}

export const patienceOf = ({ isSandbox }: Pick<Config, 'isSandbox'>): Patience =>
  isSandbox ? inSandbox : withOthers
