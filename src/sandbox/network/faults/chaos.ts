import type { FaultOrder } from './fault.ts'

/** A mix of what goes wrong in production, at rates that a run notices (SBX-116). */
export const CHAOS: readonly FaultOrder[] = [
  {
    match: { method: 'POST', path: '/transactions', probability: 0.05 },
    effect: { kind: 'submit_timeout', applied: 'now' },
  },
  {
    match: { method: 'POST', path: '/transactions', probability: 0.02 },
    effect: { kind: 'submit_timeout', applied: 'never', answer: 'hang_up' },
  },
  { match: { probability: 0.2 }, effect: { kind: 'stream_cut', afterRecords: 1 } },
  { match: { probability: 0.1 }, effect: { kind: 'repeat', records: 3 } },
  {
    match: { method: 'GET', path: '/accounts/*', probability: 0.03 },
    effect: { kind: 'stale', ledgers: 1 },
  },
  { match: { method: 'GET', probability: 0.02 }, effect: { kind: 'rate_limit' } },
  {
    match: { method: 'GET', probability: 0.01 },
    effect: { kind: 'problem', problem: 'service_unavailable' },
  },
  { match: { method: 'GET', probability: 0.01 }, effect: { kind: 'bad_gateway' } },
  { match: { method: 'GET', probability: 0.01 }, effect: { kind: 'hang_up' } },
  { match: { method: 'GET', probability: 0.01 }, effect: { kind: 'truncate', bytes: 60 } },
]
