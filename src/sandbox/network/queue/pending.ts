import { feeSourceOf, feeUnitsOf, innerOf, type Envelope } from '../ledger/envelope.ts'

export interface Waiting {
  readonly envelope: Envelope
  /** Closes that passed it by. */
  age: number
  /** Its place in the order of arrival. */
  readonly arrival: number
}

/** The transactions that wait, by account, with the sums the rules ask for. */
export interface Pending {
  readonly size: number
  /** Operations that wait, a fee bump counting one more. */
  readonly operations: bigint
  /** In the order of arrival. */
  all(): readonly Waiting[]
  /** Those of one source account, by sequence. */
  of(source: string): readonly Waiting[]
  /** What a fee source has bid for everything that waits. */
  feesOf(feeSource: string): bigint
  add(envelope: Envelope): void
  /** Puts one in the place of another, whose age it takes over. */
  exchange(waiting: Envelope, envelope: Envelope): void
  remove(envelope: Envelope): void
}

export function createPending(): Pending {
  const bySource = new Map<string, Waiting[]>()
  const fees = new Map<string, bigint>()
  let size = 0
  let arrivals = 0
  let operations = 0n

  const count = (envelope: Envelope, sign: bigint): void => {
    const payer = feeSourceOf(envelope)
    const total = (fees.get(payer) ?? 0n) + sign * envelope.fee
    if (total === 0n) fees.delete(payer)
    else fees.set(payer, total)
    size += Number(sign)
    operations += sign * feeUnitsOf(envelope)
  }
  const add = (envelope: Envelope): void => {
    const { source } = innerOf(envelope)
    const waiting = { envelope, age: 0, arrival: arrivals++ }
    bySource.set(source, [...(bySource.get(source) ?? []), waiting])
    count(envelope, 1n)
  }
  return {
    get size() {
      return size
    },
    get operations() {
      return operations
    },
    all: () => [...bySource.values()].flat().toSorted((one, other) => one.arrival - other.arrival),
    of: (source) => bySource.get(source) ?? [],
    feesOf: (feeSource) => fees.get(feeSource) ?? 0n,
    add,
    exchange(waiting, envelope) {
      const { source } = innerOf(waiting)
      const queue = bySource.get(source) ?? []
      const at = queue.findIndex((one) => one.envelope === waiting)
      const replaced = queue[at]
      if (replaced === undefined) return
      bySource.set(source, queue.with(at, { ...replaced, envelope }))
      count(waiting, -1n)
      count(envelope, 1n)
    },
    remove(envelope) {
      const { source } = innerOf(envelope)
      const queue = bySource.get(source) ?? []
      const left = queue.filter((one) => one.envelope !== envelope)
      if (left.length === queue.length) return
      if (left.length === 0) bySource.delete(source)
      else bySource.set(source, left)
      count(envelope, -1n)
    },
  }
}
