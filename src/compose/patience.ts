import type { Config } from '../config/config.ts'
import { defaultPatience } from '../domain/payout/back-off.ts'
import type { PayoutPatience } from '../domain/payout/back-off.ts'

/** How long we wait for others, and for work that a dead process held. */
export interface Patience {
  readonly railTimeoutMs: number
  /** `claimMs` has room for two calls to the rail. */
  readonly payout: PayoutPatience
  readonly collectEveryMs: number
  readonly sweepEveryMs: number
  /** A worker that dies is noticed within two of these. */
  readonly jobLockMs: number
}

const withOthers: Patience = {
  railTimeoutMs: 15_000,
  payout: defaultPatience,
  collectEveryMs: 2_500, // twice per ledger
  sweepEveryMs: 15_000,
  jobLockMs: 10_000,
}

/** The same steps in shorter time: network and bank are on this machine, and somebody watches. */
const inSandbox: Patience = {
  railTimeoutMs: 4_000,
  payout: { ...defaultPatience, claimMs: 10_000, longestDelayMs: 4_000, failuresMax: 100 },
  collectEveryMs: 250,
  sweepEveryMs: 3_000,
  jobLockMs: 4_000,
}

export const patienceOf = ({ isSandbox }: Pick<Config, 'isSandbox'>): Patience =>
  isSandbox ? inSandbox : withOthers
