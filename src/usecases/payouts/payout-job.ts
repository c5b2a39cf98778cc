import type { Payout } from '../../domain/payout/payout.ts'
import type { Job } from '../ports/job-queue.ts'

/** Few enough that a slow one among them keeps little waiting. */
const groupMax = 8

/**
 * The jobs of payouts that are due now: those to be sent go in groups. Any that is under way already, or
 * in another group as well, is found so in the database.
 */
export function jobsOfMany(payouts: readonly Payout[]): readonly Job[] {
  const toSend = payouts.filter(({ state }) => state === 'due' || state === 'claimed')
  const others = payouts.filter((payout) => !toSend.includes(payout))
  const groups = Array.from({ length: Math.ceil(toSend.length / groupMax) }, (_, place) =>
    toSend.slice(place * groupMax, (place + 1) * groupMax),
  )
  return [...groups.flatMap(jobsOfGroup), ...others.flatMap(jobsOf)]
}

function jobsOfGroup(group: readonly Payout[]): readonly Job[] {
  const [first] = group
  if (first === undefined || group.length === 1) return group.flatMap(jobsOf)
  const transactionIds = group.map(({ transactionId }) => transactionId)
  const subject = `${stepOf(first)}-and-${group.length - 1}`
  return [{ name: 'send-payouts', payload: { transactionIds }, subject }]
}

const stepOf = ({ transactionId, attemptNumber, failures }: Payout): string =>
  `${transactionId}-${attemptNumber}-${failures}`

/**
 * The job that brings the payout on, or none when nobody but a person can. The subject names the step,
 * not only the payout: a job that waits for a later moment must not keep an earlier one out.
 */
export function jobsOf(payout: Payout): readonly Job[] {
  const { transactionId, dueAt } = payout
  const step = { payload: { transactionId }, subject: stepOf(payout), dueAt }
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
