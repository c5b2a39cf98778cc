import { randomUUID } from 'node:crypto'
import { onServer } from '../database.ts'

/** A bare transaction row for tests of what refers to one; returns its id. */
export async function aTransactionRow(url: string): Promise<string> {
  const id = randomUUID()
  await onServer(
    url,
    `insert into "transaction" (id, kind, phase, version, owner_account, asset_code, asset_in,
       amount_in_units, asset_out, amount_out_units, fee_units, fee_parts, funding_method,
       distribution_account, memo_type, memo_value, fields_sealed, started_at, updated_at, lapses_at)
     values ($1, 'receive', 'screening', 1, 'GOWNER', 'USDC', 'stellar:USDC:GISSUER',
       100000000, 'iso4217:USD', 1000, 0, '[]', 'WIRE', 'GDIST', 'id', $2, '', now(), now(), now())`,
    [id, id],
  )
  return id
}
