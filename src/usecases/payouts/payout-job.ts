import type { Payout } from '../../domain/payout/payout.ts'
import type { Job } from '../ports/job-queue.ts'

/**
 * The job that brings the payout on, or none when nobody but a person can. The subject names the step,
 * not only the payout: a job that waits for a later moment must not keep an earlier one out.
 */
export function jobsOf(payout: Payout): readonly Job[] {
  const { transactionId, attemptNumber, failures, dueAt } = payout
  const step = {
    payload: { transactionId },
    subject: `${transactionId}-${attemptNumber}-${failures}`,
    dueAt,
  }
  switch (payout.state) {
    case 'due':
    case 'claimed':
      return [{ name: 'send-payout', ...step }]
    case 'pending':
      return [{ name: 'settle-payout', ...step }]
    case 'waiting':
    case 'delivered':
    case 'dead':
      return []
  }
}
