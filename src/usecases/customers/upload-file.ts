import type { Principal } from '../../domain/client/principal.ts'
import { fileTypeOf } from '../../domain/customer/file-content.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { Commit } from '../ports/commit.ts'
import type { CustomerFile } from '../ports/customer-file-records.ts'

export type UploadRefusal =
  { readonly code: 'file_unreadable' } | { readonly code: 'too_much_loose' }

export type UploadFile = (
  principal: Pick<Principal, 'account' | 'memo'>,
  bytes: Uint8Array,
) => Promise<Outcome<CustomerFile, UploadRefusal>>

interface Parts {
  readonly commit: Commit
  readonly newId: () => string
  readonly now: () => Date
  /** Fingerprint of a file. */
  readonly digest: (bytes: Uint8Array) => string
}

const looseForMs = 24 * 60 * 60_000
/** A gigabyte per account: a hundred of the largest files, before any of them is referred to. */
const looseBytesMax = 1_073_741_824n

/**
 * Keeps a file for a day, for a customer to refer to; it belongs to the full principal (SEP12-129). A
 * second upload of the same bytes is another file. Refusals: `file_unreadable`; `too_much_loose` when the
 * account's files that nobody refers to would be more than a gigabyte, whatever its memos.
 * Source: SEP-12 1.15.0, POST customer files.
 */
export const uploadFile =
  ({ commit, newId, now, digest }: Parts): UploadFile =>
  async ({ account, memo }, bytes) => {
    const contentType = fileTypeOf(bytes)
    if (contentType === undefined) return refused({ code: 'file_unreadable' })
    const createdAt = now()
    const file: CustomerFile = {
      id: newId(),
      owner: memo === undefined ? { account } : { account, memo },
      contentType,
      size: bytes.length,
      digest: digest(bytes),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + looseForMs),
    }
    return commit(async ({ customerFiles }) => {
      const loose = await customerFiles.looseBytes(account, createdAt)
      if (loose + BigInt(file.size) > looseBytesMax) return refused({ code: 'too_much_loose' })
      await customerFiles.add(file, bytes)
      return accepted(file)
    })
  }
