import { defineEntity, p } from '@mikro-orm/core'
import type { InferEntity } from '@mikro-orm/core'
import type { FileType } from '../../../domain/customer/file-content.ts'
import type { CustomerFile, FileOwner } from '../../../usecases/ports/customer-file-records.ts'
import type { Sealer } from '../sealer.ts'

/** The bytes are in the table too, and are written and read by themselves: a row is loaded without them. */
export const CustomerFileRow = defineEntity({
  name: 'CustomerFileRow',
  tableName: 'customer_file',
  properties: {
    id: p.uuid().primary(),
    ownerAccount: p.string(),
    ownerMemo: p.string(),
    customerId: p.uuid().nullable(),
    contentType: p.string(),
    size: p.integer(),
    digestSealed: p.blob(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().nullable(),
  },
})

/** In the order of `valuesOfFile`. */
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

export const toFile = (row: InferEntity<typeof CustomerFileRow>, sealer: Sealer): CustomerFile => ({
  id: row.id,
  owner: { account: row.ownerAccount, ...(row.ownerMemo !== '' && { memo: row.ownerMemo }) },
  ...(row.customerId && { customerId: row.customerId }),
  // written from the same union, and by nobody else
  contentType: row.contentType as FileType,
  size: row.size,
  digest: sealer.openText(Buffer.from(row.digestSealed), digestPlace(row.id)),
  createdAt: row.createdAt,
  ...(row.expiresAt && { expiresAt: row.expiresAt }),
})

const digestPlace = (id: string): string => `customer_file_digest:${id}`
