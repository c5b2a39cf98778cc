import { onServer } from '../database.ts'

/** For tests of the event log alone: lets events refer to transactions that are not there. */
export async function withoutTransactions(url: string): Promise<void> {
  await onServer(
    url,
    'alter table transaction_event drop constraint transaction_event_transaction_id_fkey',
  )
}
