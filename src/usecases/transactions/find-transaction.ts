import type { Principal } from '../../domain/client/principal.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { Read } from '../ports/commit.ts'

/** One transaction of the client; undefined when there is none, or it is another's (SEP31-78, SEP31-79). */
export type FindTransaction = (
  principal: Pick<Principal, 'account' | 'memo'>,
  id: string,
) => Promise<Transaction | undefined>

export const findTransaction =
  ({ read }: { readonly read: Read }): FindTransaction =>
  (principal, id) =>
    read(({ transactions }) => transactions.ofOwner(principal, id))
