import type { FileType } from '../../../domain/customer/file-content.ts'
import type { CustomerFile, FileOwner } from '../../../usecases/ports/customer-file-records.ts'
import type { Sealer } from '../sealer.ts'

export interface CustomerFileRow {
  readonly id: string
  readonly owner_account: string
  readonly owner_memo: string
  readonly customer_id: string | null
  readonly content_type: string
  readonly size: number
  readonly digest_sealed: Buffer
  readonly created_at: Date
  readonly expires_at: Date | null
}

/** In the order of `valuesOfFile`. The bytes are left where they are unless asked for. */
export const fileColumns =
  'id, owner_account, owner_memo, customer_id, content_type, size, digest_sealed, created_at, expires_at'

export const valuesOfFile = (file: CustomerFile, sealer: Sealer): readonly unknown[] => [
  file.id,
  ...ownerValues(file.owner),
  file.customerId ?? null,
  file.contentType,
  file.size,
  sealer.seal(file.digest, digestPlace(file.id)),
  file.createdAt,
  file.expiresAt ?? null,
]

export const ownerValues = (owner: FileOwner): readonly [string, string] => [
  owner.account,
  owner.memo ?? '',
]

export const toFile = (row: CustomerFileRow, sealer: Sealer): CustomerFile => ({
  id: row.id,
  owner: {
    account: row.owner_account,
    ...(row.owner_memo !== '' && { memo: row.owner_memo }),
  },
  ...(row.customer_id !== null && { customerId: row.customer_id }),
  // written from the same union, and by nobody else
  contentType: row.content_type as FileType,
  size: row.size,
  digest: sealer.openText(row.digest_sealed, digestPlace(row.id)),
  createdAt: row.created_at,
  ...(row.expires_at !== null && { expiresAt: row.expires_at }),
})

const digestPlace = (id: string): string => `customer_file_digest:${id}`
