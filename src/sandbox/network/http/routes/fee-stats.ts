import type { StoredLedger } from '../../history/stored.ts'
import type { Exchange, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'

const LEDGERS = 5
const PERCENTILES = [10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99]

export const feeStatsRoutes: readonly Route[] = [
  { pattern: '/fee_stats', get: (exchange) => halReply(feeStats(exchange)) },
]

/** Fees per operation over the last five ledgers; the base fee when nothing happened. */
function feeStats({ view }: Exchange): object {
  const ledgers: StoredLedger[] = []
  for (let sequence = view.latest; sequence > view.latest - LEDGERS; sequence -= 1) {
    const ledger = view.history.ledger(sequence)
    if (ledger) ledgers.push(ledger)
  }
  const baseFee = BigInt(ledgers[0]?.baseFee ?? 100)
  const transactions = ledgers.flatMap((ledger) => ledger.transactions)
  const perOperation = (fee: (transaction: (typeof transactions)[number]) => bigint) =>
    spread(
      transactions.map((transaction) => {
        const units = transaction.operations.length + (transaction.innerHash ? 1 : 0)
        return fee(transaction) / BigInt(Math.max(1, units))
      }),
      baseFee,
    )
  return {
    last_ledger: String(view.latest),
    last_ledger_base_fee: String(baseFee),
    ledger_capacity_usage: capacity(ledgers),
    fee_charged: perOperation((transaction) => transaction.feeCharged),
    max_fee: perOperation((transaction) => transaction.feeBid),
  }
}

function capacity(ledgers: readonly StoredLedger[]): string {
  const used = ledgers
    .flatMap((ledger) => ledger.transactions)
    .reduce((sum, { operations }) => sum + operations.length, 0)
  const room = ledgers.reduce((sum, { maxTxSetSize }) => sum + maxTxSetSize, 0)
  return String(Math.round((used / Math.max(1, room)) * 100) / 100)
}

function spread(fees: readonly bigint[], baseFee: bigint): Record<string, string> {
  const sorted = fees.length === 0 ? [baseFee] : fees.toSorted((a, b) => (a < b ? -1 : 1))
  const at = (percent: number) =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? baseFee
  return {
    max: String(sorted.at(-1) ?? baseFee),
    min: String(sorted[0] ?? baseFee),
    mode: String(mode(sorted)),
    ...Object.fromEntries(PERCENTILES.map((percent) => [`p${percent}`, String(at(percent))])),
  }
}

function mode(sorted: readonly bigint[]): bigint {
  const counts = new Map<bigint, number>()
  for (const fee of sorted) counts.set(fee, (counts.get(fee) ?? 0) + 1)
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a)
  return most?.[0] ?? 0n
}
