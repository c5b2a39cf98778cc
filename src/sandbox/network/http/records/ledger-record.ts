import { amountWords } from '../../history/assets.ts'
import type { StoredLedger } from '../../history/stored.ts'
import { link, PAGED } from './links.ts'
import { timeWords } from '../../history/times.ts'

export function ledgerRecord(ledger: StoredLedger, origin: string): object {
  const own = `/ledgers/${ledger.sequence}`
  const successful = ledger.transactions.filter((transaction) => transaction.successful)
  const operations = (of: typeof ledger.transactions) =>
    of.reduce((sum, transaction) => sum + transaction.operations.length, 0)
  return {
    _links: {
      self: link(origin, own),
      transactions: link(origin, `${own}/transactions${PAGED}`),
      operations: link(origin, `${own}/operations${PAGED}`),
      payments: link(origin, `${own}/payments${PAGED}`),
      effects: link(origin, `${own}/effects${PAGED}`),
    },
    id: ledger.hash,
    paging_token: ledger.id.toString(),
    hash: ledger.hash,
    prev_hash: ledger.previousHash,
    sequence: ledger.sequence,
    successful_transaction_count: successful.length,
    failed_transaction_count: ledger.transactions.length - successful.length,
    operation_count: operations(successful),
    tx_set_operation_count: operations(ledger.transactions),
    closed_at: timeWords(ledger.closeTime),
    total_coins: amountWords(ledger.totalCoins),
    fee_pool: amountWords(ledger.feePool),
    base_fee_in_stroops: ledger.baseFee,
    base_reserve_in_stroops: ledger.baseReserve,
    max_tx_set_size: ledger.maxTxSetSize,
    protocol_version: ledger.protocolVersion,
    header_xdr: ledger.headerXdr,
  }
}
