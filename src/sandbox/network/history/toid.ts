/** Total order ids of SEP-35: ledger, transaction and operation packed into one 63-bit number. */

export const LARGEST_ID = 2n ** 63n - 1n

export function toid(ledger: number, transaction = 0, operation = 0): bigint {
  return (BigInt(ledger) << 32n) | (BigInt(transaction) << 12n) | BigInt(operation)
}

/** After everything of that ledger and before everything of the next: what `cursor=now` means. */
export function afterLedger(ledger: number): bigint {
  return (BigInt(ledger) << 32n) | 0xffffffffn
}

export function ledgerOf(id: bigint): number {
  return Number(id >> 32n)
}
