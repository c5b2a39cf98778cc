import type { Network } from '../network/network.ts'

export interface HorizonOptions {
  /** How long a submission waits for its transaction (SBX-71). */
  readonly submissionTimeoutMs: number
  /** When a stream ends with its close event (SBX-83). */
  readonly streamTimeoutMs: number
  /** Whether transactions carry a (minimal) `result_meta_xdr` (SBX-78). */
  readonly withMeta: boolean
  /** Whether account streams send changes, which Horizon's do not (SBX-87). */
  readonly accountStreamUpdates: boolean
  /** Ledgers that ingestion may be behind before reads answer 503 (SBX-95). */
  readonly staleThreshold: number
}

/** What the routes of the Horizon API work on. */
export interface Horizon {
  readonly network: Network
  readonly options: HorizonOptions
}
