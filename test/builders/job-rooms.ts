import type { JobRooms } from '../../jobs/bodies.ts'
import { accepted } from '../../src/domain/outcome.ts'

/** Use-cases that find nothing to do, and note in order that they were called, and with what. */
export function notedRooms(): {
  readonly rooms: JobRooms
  readonly asked: readonly string[]
} {
  const asked: string[] = []
  const note =
    <Answer>(what: string, answer: Answer) =>
    async (subject?: string): Promise<Answer> => {
      asked.push(subject === undefined ? what : `${what} ${subject}`)
      return answer
    }
  const rooms: JobRooms = {
    collectStellarPayments: note('collect', accepted({ pages: 0, added: 0 })),
    matchStellarPayments: note('match', { matched: 0, unmatched: 0 }),
    recheckStellarPayments: note('recheck', accepted(0)),
    sendPayout: note('send', 'idle'),
    settlePayout: note('settle', 'idle'),
    askAfterDelivery: note('ask', 0),
    deliverCallback: note('deliver', accepted('nothing_due')),
    forgetLapsedChallenges: note('forget challenges', 0),
    forgetLapsedFiles: note('forget files', 0),
    expireTransactions: note('expire', 0),
    sweepDueWork: note('sweep', 0),
  }
  return { rooms, asked }
}
