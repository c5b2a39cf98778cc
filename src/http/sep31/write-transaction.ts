import { describedIn } from '../../domain/asset/asset-policy.ts'
import type { TransactionField } from '../../domain/asset/asset-policy.ts'
import type { Fee } from '../../domain/fee/fee-schedule.ts'
import { formatUnits, stellarDecimals } from '../../domain/money/amount.ts'
import { sepStatus } from '../../domain/transaction/lifecycle.ts'
import type { Assets } from '../../domain/transaction/terms.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'

/** SEP-31 GET Transaction, for the answers and for callbacks alike. Absent things are left out, never null. */
export const writeTransaction = (transaction: Transaction, assets: Assets): object => ({
  transaction: {
    id: transaction.id,
    status: sepStatus[transaction.phase],
    status_message: transaction.statusMessage,
    ...writeAmounts(transaction),
    ...writePayment(transaction),
    started_at: transaction.startedAt.toISOString(),
    updated_at: transaction.updatedAt.toISOString(),
    completed_at: transaction.completedAt?.toISOString(),
    stellar_transaction_id: transaction.stellarTransactionHash,
    external_transaction_id: transaction.externalTransactionId,
    refunded: false,
    ...writeRequiredInfo(transaction, assets),
  },
})

/** Account and memo together, or neither (SEP31-36, SEP31-37). */
export function writePayment(transaction: Transaction): object {
  if (transaction.phase === 'screening' || transaction.phase === 'awaitingInfo') return {}
  return {
    stellar_account_id: transaction.distributionAccount,
    stellar_memo_type: transaction.memo.type,
    stellar_memo: transaction.memo.value,
  }
}

/** The fields of `/info` in one form for all places. */
export const writeFields = (
  fields: Readonly<Record<string, TransactionField>>,
  language: string,
): object => ({
  transaction: Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const { choices, optional } = field
      return [name, { description: describedIn(field, language), choices, optional }]
    }),
  ),
})

function writeAmounts(transaction: Transaction): object {
  const { assetIn, assetOut, fee } = transaction
  const hidesAmountOut =
    transaction.destinationAsset !== undefined && transaction.fundsReceivedAt === undefined
  return {
    amount_in: formatUnits(transaction.amountInUnits, stellarDecimals),
    amount_in_asset: assetIn,
    amount_out: hidesAmountOut
      ? undefined
      : formatUnits(transaction.amountOutUnits, transaction.assetOutDecimals),
    amount_out_asset: assetOut,
    amount_fee: formatUnits(fee.totalUnits, stellarDecimals),
    amount_fee_asset: assetIn,
    fee_details: writeFee(fee, assetIn),
  }
}

const writeFee = ({ totalUnits, parts }: Fee, asset: string): object => ({
  total: formatUnits(totalUnits, stellarDecimals),
  asset,
  details:
    parts.length === 0
      ? undefined
      : parts.map(({ name, description, units }) => ({
          name,
          description,
          amount: formatUnits(units, stellarDecimals),
        })),
})

/** Only while it is wanted (SEP31-O19). A field that the configuration lost is described by the reason. */
function writeRequiredInfo(transaction: Transaction, assets: Assets): object {
  const { phase, requiredInfoMessage, wantedFields } = transaction
  if (phase === 'awaitingPayoutCustomerInfo') return { required_info_message: requiredInfoMessage }
  if (phase !== 'awaitingPayoutTransactionInfo') return {}
  const asked = assets.get(transaction.assetCode)?.transactionFields ?? {}
  const reasons = Object.entries(wantedFields)
  return {
    required_info_message: requiredInfoMessage ?? reasons.map(([, reason]) => reason).join(' '),
    required_info_updates: writeFields(
      Object.fromEntries(
        reasons.map(([name, reason]) => [
          name,
          (Object.hasOwn(asked, name) ? asked[name] : undefined) ?? { description: reason },
        ]),
      ),
      transaction.language,
    ),
  }
}
