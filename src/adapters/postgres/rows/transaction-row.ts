import { firstEpoch } from '../../../domain/stellar-payment/stellar-payment.ts'
import type { Phase } from '../../../domain/transaction/lifecycle.ts'
import type { Memo, Transaction } from '../../../domain/transaction/transaction.ts'
import type { Sealer } from '../sealer.ts'

/** Columns of "transaction" with their types, as `jsonb_to_recordset` wants them. */
const columnTypes = {
  id: 'uuid',
  kind: 'text',
  phase: 'text',
  version: 'integer',
  owner_account: 'text',
  owner_memo: 'text',
  asset_code: 'text',
  asset_in: 'text',
  amount_in_units: 'bigint',
  asset_out: 'text',
  amount_out_units: 'bigint',
  asset_out_decimals: 'smallint',
  destination_asset: 'text',
  fee_units: 'bigint',
  fee_parts: 'jsonb',
  funding_method: 'text',
  sender_id: 'uuid',
  receiver_id: 'uuid',
  sender_type: 'text',
  receiver_type: 'text',
  distribution_account: 'text',
  memo_type: 'text',
  memo_value: 'text',
  refund_memo_type: 'text',
  refund_memo_value: 'text',
  fields_sealed: 'bytea',
  wanted_sealed: 'bytea',
  status_message: 'text',
  language: 'text',
  stellar_epoch: 'integer',
  stellar_payment_id: 'bigint',
  stellar_transaction_hash: 'text',
  funds_received_at: 'timestamptz',
  external_transaction_id: 'text',
  callback_url: 'text',
  started_at: 'timestamptz',
  updated_at: 'timestamptz',
  completed_at: 'timestamptz',
  lapses_at: 'timestamptz',
} as const

type Column = keyof typeof columnTypes

/** Columns that may change after the transaction was opened. */
const mutable = [
  'phase',
  'version',
  'fields_sealed',
  'wanted_sealed',
  'status_message',
  'stellar_epoch',
  'stellar_payment_id',
  'stellar_transaction_hash',
  'funds_received_at',
  'external_transaction_id',
  'callback_url',
  'updated_at',
  'completed_at',
  'lapses_at',
] as const satisfies readonly Column[]

export const columns = Object.keys(columnTypes).join(', ')
export const recordColumns = Object.entries(columnTypes)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')
const placeOf = (name: Column): string =>
  `$${Object.keys(columnTypes).indexOf(name) + 1}::${columnTypes[name]}`

/** The places of these columns. */
export const valuePlaces = (...names: readonly Column[]): string => names.map(placeOf).join(', ')

/** A place for each column, for a statement about one transaction; what follows begins with `nextPlace`. */
export const places = valuePlaces(...(Object.keys(columnTypes) as Column[]))
export const nextPlace = Object.keys(columnTypes).length + 1

export const assignments = mutable.map((name) => `${name} = given.${name}`).join(', ')

/** A row as the driver gives it. */
export interface TransactionRow {
  readonly id: string
  readonly phase: string
  readonly version: number
  readonly owner_account: string
  readonly owner_memo: string
  readonly asset_code: string
  readonly asset_in: string
  readonly amount_in_units: bigint
  readonly asset_out: string
  readonly amount_out_units: bigint
  readonly asset_out_decimals: number
  readonly destination_asset: string | null
  readonly fee_units: bigint
  readonly fee_parts: readonly {
    readonly name: string
    readonly description?: string
    readonly units: string
  }[]
  readonly funding_method: string
  readonly sender_id: string | null
  readonly receiver_id: string | null
  readonly sender_type: string | null
  readonly receiver_type: string | null
  readonly distribution_account: string
  readonly memo_type: string
  readonly memo_value: string
  readonly refund_memo_type: string | null
  readonly refund_memo_value: string | null
  readonly fields_sealed: Uint8Array
  readonly wanted_sealed: Uint8Array | null
  readonly status_message: string | null
  readonly language: string
  readonly stellar_epoch: number
  readonly stellar_payment_id: bigint | null
  readonly stellar_transaction_hash: string | null
  readonly funds_received_at: Date | null
  readonly external_transaction_id: string | null
  readonly callback_url: string | null
  readonly started_at: Date
  readonly updated_at: Date
  readonly completed_at: Date | null
  readonly lapses_at: Date
}

/** The transaction in the form `jsonb_to_recordset` reads; bigints and bytes as text. */
export const toRow = (transaction: Transaction, sealer: Sealer): Record<Column, unknown> => ({
  id: transaction.id,
  kind: transaction.kind,
  phase: transaction.phase,
  version: transaction.version,
  owner_account: transaction.owner.account,
  owner_memo: transaction.owner.memo ?? '',
  asset_code: transaction.assetCode,
  asset_in: transaction.assetIn,
  amount_in_units: transaction.amountInUnits.toString(),
  asset_out: transaction.assetOut,
  amount_out_units: transaction.amountOutUnits.toString(),
  asset_out_decimals: transaction.assetOutDecimals,
  destination_asset: transaction.destinationAsset,
  fee_units: transaction.fee.totalUnits.toString(),
  fee_parts: transaction.fee.parts.map((part) => ({ ...part, units: part.units.toString() })),
  funding_method: transaction.fundingMethod,
  sender_id: transaction.senderId,
  receiver_id: transaction.receiverId,
  sender_type: transaction.senderType,
  receiver_type: transaction.receiverType,
  distribution_account: transaction.distributionAccount,
  memo_type: transaction.memo.type,
  memo_value: transaction.memo.value,
  refund_memo_type: transaction.refundMemo?.type,
  refund_memo_value: transaction.refundMemo?.value,
  fields_sealed: inHex(
    sealer.seal(JSON.stringify(transaction.fields), sealContext(transaction.id)),
  ),
  wanted_sealed: sealWanted(transaction, sealer),
  status_message: transaction.statusMessage,
  language: transaction.language,
  stellar_epoch: transaction.stellarEpoch ?? firstEpoch,
  stellar_payment_id: transaction.stellarPaymentId,
  stellar_transaction_hash: transaction.stellarTransactionHash,
  funds_received_at: transaction.fundsReceivedAt,
  external_transaction_id: transaction.externalTransactionId,
  callback_url: transaction.callbackUrl,
  started_at: transaction.startedAt,
  updated_at: transaction.updatedAt,
  completed_at: transaction.completedAt,
  lapses_at: transaction.lapsesAt,
})

/** The transaction as values for `places`, which the driver and PostgreSQL read quicker than JSON. */
export function toValues(transaction: Transaction, sealer: Sealer): readonly unknown[] {
  const row = toRow(transaction, sealer)
  return Object.keys(columnTypes).map((name) => {
    const value = row[name as Column] // the keys of a literal
    const isJson = typeof value === 'object' && value !== null && !(value instanceof Date)
    return isJson ? JSON.stringify(value) : (value ?? null)
  })
}

/** The only writer is `toRow`, and the table checks phase and memo type, so the casts hold. */
export const toTransaction = (row: TransactionRow, sealer: Sealer): Transaction => ({
  ...openRow(row, sealer),
  /** Opened when they are asked for: who only looks at a transaction seldom does. */
  get fields() {
    return JSON.parse(sealer.openText(row.fields_sealed, sealContext(row.id))) as Readonly<
      Record<string, string>
    >
  },
})

const openRow = (row: TransactionRow, sealer: Sealer): Omit<Transaction, 'fields'> => ({
  id: row.id,
  kind: 'receive',
  phase: row.phase as Phase,
  version: row.version,
  owner: present({ account: row.owner_account, memo: row.owner_memo || null }),
  assetCode: row.asset_code,
  assetIn: row.asset_in,
  amountInUnits: row.amount_in_units,
  assetOut: row.asset_out,
  amountOutUnits: row.amount_out_units,
  assetOutDecimals: row.asset_out_decimals,
  fee: {
    totalUnits: row.fee_units,
    parts: row.fee_parts.map((part) => ({ ...part, units: BigInt(part.units) })),
  },
  fundingMethod: row.funding_method,
  distributionAccount: row.distribution_account,
  memo: { type: row.memo_type as Memo['type'], value: row.memo_value },
  ...openWanted(row, sealer),
  language: row.language,
  startedAt: row.started_at,
  updatedAt: row.updated_at,
  lapsesAt: row.lapses_at,
  ...present({
    destinationAsset: row.destination_asset,
    senderId: row.sender_id,
    receiverId: row.receiver_id,
    senderType: row.sender_type,
    receiverType: row.receiver_type,
    refundMemo: refundMemoOf(row),
    statusMessage: row.status_message,
    stellarEpoch: row.stellar_epoch === firstEpoch ? null : row.stellar_epoch,
    stellarPaymentId: row.stellar_payment_id?.toString() ?? null,
    stellarTransactionHash: row.stellar_transaction_hash,
    fundsReceivedAt: row.funds_received_at,
    externalTransactionId: row.external_transaction_id,
    callbackUrl: row.callback_url,
    completedAt: row.completed_at,
  }),
})

const sealContext = (id: string): string => `transaction:${id}`
const wantedContext = (id: string): string => `transaction:${id}:wanted`
const inHex = (sealed: Buffer): string => `\\x${sealed.toString('hex')}`

/** What a rail wants corrected. Its sentences are free text, which may repeat what they are about. */
type Wanted = Pick<Transaction, 'wantedFields' | 'wantedCustomerFields' | 'requiredInfoMessage'>

const nothingWanted: Wanted = { wantedFields: {}, wantedCustomerFields: [] }

function sealWanted(transaction: Transaction, sealer: Sealer): string | undefined {
  const { wantedFields, wantedCustomerFields, requiredInfoMessage } = transaction
  const isNothing =
    requiredInfoMessage === undefined &&
    wantedCustomerFields.length === 0 &&
    Object.keys(wantedFields).length === 0
  if (isNothing) return undefined
  const wanted: Wanted = {
    wantedFields,
    wantedCustomerFields,
    ...(requiredInfoMessage !== undefined && { requiredInfoMessage }),
  }
  return inHex(sealer.seal(JSON.stringify(wanted), wantedContext(transaction.id)))
}

/** Sealed by `sealWanted` and by nobody else. */
const openWanted = ({ id, wanted_sealed: sealed }: TransactionRow, sealer: Sealer): Wanted =>
  sealed === null
    ? nothingWanted
    : (JSON.parse(sealer.openText(sealed, wantedContext(id))) as Wanted)

const refundMemoOf = (row: TransactionRow): Memo | null =>
  row.refund_memo_type === null || row.refund_memo_value === null
    ? null
    : { type: row.refund_memo_type as Memo['type'], value: row.refund_memo_value }

type Present<Given> = {
  [Key in keyof Given as null extends Given[Key] ? never : Key]: Given[Key]
} & { [Key in keyof Given as null extends Given[Key] ? Key : never]?: NonNullable<Given[Key]> }

/** Leaves out what the row does not have: absent keys in the domain, NULL in the table. */
function present<Given extends object>(given: Given): Present<Given> {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) if (value !== null) kept[name] = value
  return kept as Present<Given> // what is null was left out
}
