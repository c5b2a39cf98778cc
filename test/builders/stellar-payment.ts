import type { StellarPayment } from '../../src/domain/stellar-payment/stellar-payment.ts'
import type { Transaction } from '../../src/domain/transaction/transaction.ts'
import { distributionAccount, issuer, sendingAnchor } from './transaction.ts'

let lastId = 1000n << 32n

/** A payment of 100 SRT with no memo, unless told otherwise; later ones have higher ids. */
export function aStellarPayment(changes: Partial<StellarPayment> = {}): StellarPayment {
  lastId += 4096n
  return {
    id: lastId.toString(),
    account: distributionAccount,
    kind: 'payment',
    asset: `stellar:SRT:${issuer}`,
    units: 1_000_000_000n,
    from: sendingAnchor,
    memo: { type: 'none' },
    transactionHash: lastId.toString(16).padStart(64, '0'),
    ledgerClosedAt: new Date('2026-11-21T12:00:00Z'),
    ...changes,
  }
}

/** The payment that this transaction waits for. */
export const paymentFor = (
  transaction: Transaction,
  changes: Partial<StellarPayment> = {},
): StellarPayment =>
  aStellarPayment({
    asset: transaction.assetIn,
    units: transaction.amountInUnits,
    memo: transaction.memo,
    ...changes,
  })
