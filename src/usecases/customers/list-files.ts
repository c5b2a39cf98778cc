import type { Principal } from '../../domain/client/principal.ts'
import type { Read } from '../ports/commit.ts'
import type { CustomerFile } from '../ports/customer-file-records.ts'

/** Files by their own id or by their customer's. */
export type FileQuery = { readonly id: string } | { readonly customerId: string }

export type ListFiles = (
  principal: Pick<Principal, 'account' | 'memo'>,
  query: FileQuery,
) => Promise<readonly CustomerFile[]>

/**
 * What is known of the caller's own files, without their bytes; those of others are not there
 * (SEP12-129, SEP12-132). Source: SEP-12 1.15.0, GET customer files.
 */
export const listFiles =
  ({ read, now }: { readonly read: Read; readonly now: () => Date }): ListFiles =>
  (principal, query) =>
    read(({ customerFiles }) => customerFiles.list(principal, query, now()))
