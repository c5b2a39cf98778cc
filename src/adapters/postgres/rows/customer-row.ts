import type {
  Customer,
  CustomerKey,
  CustomerMemo,
  ProvidedFields,
} from '../../../domain/customer/customer.ts'
import type { Sealer } from '../sealer.ts'

export interface CustomerRow {
  readonly id: string
  readonly owner_account: string
  readonly memo_type: '' | CustomerMemo['type']
  readonly memo_value: string
  readonly fields_sealed: Buffer
  readonly rejected: string | null
  readonly last_type: string | null
  readonly callback_url: string | null
  readonly version: number
  readonly created_at: Date
  readonly updated_at: Date
}

/** In the order of `valuesOfCustomer`. */
export const customerColumns =
  'id, owner_account, memo_type, memo_value, fields_sealed, rejected, last_type, callback_url, version, created_at, updated_at'

export const valuesOfCustomer = (customer: Customer, sealer: Sealer): readonly unknown[] => [
  customer.id,
  ...keyValues(customer.key),
  sealer.seal(JSON.stringify(customer.fields), placeOf(customer.id)),
  customer.rejected ?? null,
  customer.lastType ?? null,
  customer.callbackUrl ?? null,
  customer.version,
  customer.createdAt,
  customer.updatedAt,
]

export const keyValues = (key: CustomerKey): readonly [string, string, string] => [
  key.account,
  key.memo?.type ?? '',
  key.memo?.value ?? '',
]

export const toCustomer = (row: CustomerRow, sealer: Sealer): Customer => ({
  id: row.id,
  key: {
    account: row.owner_account,
    ...(row.memo_type !== '' && { memo: { type: row.memo_type, value: row.memo_value } }),
  },
  // sealed by `valuesOfCustomer` and by nobody else
  fields: JSON.parse(sealer.openText(row.fields_sealed, placeOf(row.id))) as ProvidedFields,
  ...(row.rejected !== null && { rejected: row.rejected }),
  ...(row.last_type !== null && { lastType: row.last_type }),
  ...(row.callback_url !== null && { callbackUrl: row.callback_url }),
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

const placeOf = (id: string): string => `customer:${id}`
