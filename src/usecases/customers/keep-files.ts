import type { Customer } from '../../domain/customer/customer.ts'
import { fileTypeOf } from '../../domain/customer/file-content.ts'
import type { Records } from '../ports/commit.ts'
import type { FileOwner } from '../ports/customer-file-records.ts'
import type { References } from './check-references.ts'

/** A file that came with the request, under the id it is kept by. */
export interface Upload {
  readonly id: string
  readonly field: string
  readonly bytes: Uint8Array
  readonly digest: string
}

export interface KeepingFiles {
  readonly owner: FileOwner
  readonly before: Customer
  readonly after: Customer
  readonly uploads: readonly Upload[]
  readonly references: References
  readonly now: Date
}

/** Stores what the customer now refers to, and drops what it no longer does. */
export async function keepFiles(
  { customerFiles }: Pick<Records, 'customerFiles'>,
  { owner, before, after, uploads, references, now }: KeepingFiles,
): Promise<void> {
  const kept = new Set(Object.values(after.fields).map(({ value }) => value))
  for (const { id, bytes, digest } of uploads.filter((upload) => kept.has(upload.id))) {
    const contentType = fileTypeOf(bytes)
    if (contentType === undefined) throw new Error('A file was accepted and is none')
    const customerId = after.id
    const size = bytes.length
    await customerFiles.add(
      { id, owner, customerId, contentType, size, digest, createdAt: now },
      bytes,
    )
  }
  for (const { id } of references.files.values()) {
    if (kept.has(id)) await customerFiles.attach(id, after.id)
  }
  const dropped = Object.values(before.fields)
    .filter(({ value, digest }) => digest !== undefined && !kept.has(value))
    .map(({ value }) => value)
  if (dropped.length > 0) await customerFiles.remove(dropped)
}
