import { createHash } from 'node:crypto'
import { innerOf, type Envelope } from './envelope.ts'

/** Order within a ledger (SBX-34): per account by sequence, accounts shuffled by the seed. */
export function shuffled(transactions: readonly Envelope[], seed: string): readonly Envelope[] {
  const queues = new Map<string, Envelope[]>()
  for (const envelope of transactions.toSorted(bySequence)) {
    const { source } = innerOf(envelope)
    const queue = queues.get(source)
    if (queue === undefined) queues.set(source, [envelope])
    else queue.push(envelope)
  }
  const order: Envelope[] = []
  while (queues.size > 0) order.push(...nextRound(queues, seed))
  return order
}

/** The first transaction of each account that has one left, in shuffled order. */
function nextRound(queues: Map<string, Envelope[]>, seed: string): readonly Envelope[] {
  const round: { readonly rank: string; readonly envelope: Envelope }[] = []
  for (const [source, queue] of queues) {
    const envelope = queue.shift()
    if (envelope === undefined) queues.delete(source)
    else round.push({ rank: rankOf(envelope, seed), envelope })
  }
  return round
    .toSorted((one, other) => (one.rank < other.rank ? -1 : 1))
    .map(({ envelope }) => envelope)
}

const rankOf = (envelope: Envelope, seed: string): string =>
  createHash('sha256').update(seed).update(envelope.hashBytes).digest('hex')

const bySequence = (one: Envelope, other: Envelope): number =>
  innerOf(one).sequence < innerOf(other).sequence ? -1 : 1
