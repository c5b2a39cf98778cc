import type { AppliedTransaction, ClosedLedger } from '../ledger/closed-ledger.ts'
import { feeSourceOf, innerOf } from '../ledger/envelope.ts'
import { namedAccount } from './addresses.ts'
import { affectedBy, explainsItself, isPayment, participantsOf } from './participants.ts'
import type { StoredLedger, StoredOperation, StoredTransaction } from './stored.ts'
import { toid } from './toid.ts'

export type Kept =
  | {
      readonly kind: 'transaction'
      readonly transaction: StoredTransaction
      readonly accounts: ReadonlySet<string>
    }
  | {
      readonly kind: 'operation'
      readonly operation: StoredOperation
      readonly accounts: ReadonlySet<string>
      /** Those it has effects on; the ones above are among them. */
      readonly affected: ReadonlySet<string>
    }

/** A ledger with its envelopes in base64, in the order they were applied. */
export interface EncodedLedger {
  readonly closed: ClosedLedger
  readonly envelopes: readonly string[]
}

export function encodedLedger(closed: ClosedLedger): EncodedLedger {
  return {
    closed,
    envelopes: closed.transactions.map(({ submitted }) => submitted.xdr.toXdr('base64')),
  }
}

/** Turns a closed ledger into records, handing each to `index` with the accounts it concerns. */
export function keepLedger(
  { closed, envelopes }: EncodedLedger,
  index: (kept: Kept) => void,
): StoredLedger {
  const { header } = closed
  const transactions: StoredTransaction[] = []
  const ledger: StoredLedger = {
    id: toid(closed.sequence),
    sequence: closed.sequence,
    hash: closed.hash,
    previousHash: closed.previousHash,
    closeTime: closed.closeTime,
    headerXdr: header.toXdr('base64'),
    protocolVersion: header.ledgerVersion,
    totalCoins: header.totalCoins,
    feePool: header.feePool,
    baseFee: header.baseFee,
    baseReserve: header.baseReserve,
    maxTxSetSize: header.maxTxSetSize,
    transactions,
  }
  for (const [position, applied] of closed.transactions.entries()) {
    const encoded = { applied, envelopeXdr: envelopes[position] ?? '' }
    transactions.push(keepTransaction(ledger, encoded, index))
  }
  return ledger
}

function keepTransaction(
  ledger: StoredLedger,
  { applied, envelopeXdr }: { applied: AppliedTransaction; envelopeXdr: string },
  index: (kept: Kept) => void,
): StoredTransaction {
  const { submitted } = applied
  const inner = innerOf(submitted)
  const operations: StoredOperation[] = []
  const transaction: StoredTransaction = {
    id: toid(ledger.sequence, applied.index),
    ledger,
    hash: applied.hash,
    ...(applied.innerHash === undefined ? {} : { innerHash: applied.innerHash }),
    successful: applied.successful,
    feeCharged: applied.feeCharged,
    feeBid: submitted.fee,
    source: inner.source,
    feeSource: feeSourceOf(submitted),
    envelopeXdr,
    resultXdr: applied.result.toXdr('base64'),
    operations,
  }
  const accounts = new Set([transaction.source, transaction.feeSource])
  for (const [position, operation] of inner.operations.entries()) {
    const { changes } = applied.operations[position] ?? { changes: [] }
    const source = operation.sourceAccount
      ? namedAccount(operation.sourceAccount).account
      : inner.source
    const concerned = participantsOf(operation, source, changes)
    const stored: StoredOperation = {
      id: toid(ledger.sequence, applied.index, position + 1),
      transaction,
      index: position,
      payment: isPayment(operation.body),
      changes: explainsItself(operation.body, changes) ? [] : changes,
    }
    operations.push(stored)
    for (const account of concerned) accounts.add(account)
    const affected = new Set([...concerned, ...affectedBy(changes)])
    index({ kind: 'operation', operation: stored, accounts: concerned, affected })
  }
  index({ kind: 'transaction', transaction, accounts })
  return transaction
}
