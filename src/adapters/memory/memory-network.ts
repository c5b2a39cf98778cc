import type { StellarPayment } from '../../domain/stellar-payment/stellar-payment.ts'
import type { StellarNetwork } from '../../usecases/ports/stellar-network.ts'

export interface MemoryNetwork extends StellarNetwork {
  /** The network shows these from now on; ids grow. */
  credit(...payments: readonly StellarPayment[]): void
}

/** The network's twin for tests and local runs: same promises, no ledger. */
export function memoryNetwork(): MemoryNetwork {
  const seen: StellarPayment[] = []
  const isAfter = (cursor: string) => (payment: StellarPayment) =>
    BigInt(payment.id) > BigInt(cursor)
  return {
    credit: (...payments) => {
      seen.push(...payments)
      seen.sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1))
    },
    creditsAfter: async (account, cursor, limit) => {
      const there = seen.filter((payment) => payment.account === account).filter(isAfter(cursor))
      const credits = there.slice(0, limit)
      return {
        credits,
        nextCursor: credits.at(-1)?.id ?? cursor,
        complete: there.length < limit,
      }
    },
    newestCursor: async () => seen.at(-1)?.id ?? '0',
  }
}
