import { createHash, randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { v7 } from 'uuid'
import { createSealer } from '../../src/adapters/postgres/sealer.ts'
import type { BenchWorld } from './world.ts'

export interface Filling {
  readonly databaseUrl: string
  /** A transaction that Fairlead opened: the new ones are like it. */
  readonly sampleId: string
  /** Memos `first` to `first + count - 1`. */
  readonly first: number
  readonly count: number
  /** Waiting for its payment, or long completed with everything that is kept of it. */
  readonly state: 'awaiting' | 'completed'
  /** Owners in turn; the sample's when left out. */
  readonly owners?: readonly string[]
}

/** The id of the transaction with this memo, as Fairlead would have made it: one a second, and then chance. */
export function idOf(memo: number): string {
  const chance = createHash('md5').update(`transaction ${memo}`).digest()
  return v7({ msecs: firstIdAt + memo * 1_000, random: chance, seq: chance.readUInt32BE() })
}

const firstIdAt = Date.UTC(2023, 0, 1)

const batch = 5_000

/** Adds transactions by SQL: what only has to be there does not go through Fairlead. */
export async function fill(world: BenchWorld, filling: Filling): Promise<void> {
  const client = new Client({ connectionString: filling.databaseUrl })
  await client.connect()
  try {
    await client.query('set synchronous_commit = off')
    const columns = await columnsOf(client)
    for (let done = 0; done < filling.count; done += batch) {
      const count = Math.min(batch, filling.count - done)
      await addBatch(client, columns, { world, ...filling, first: filling.first + done, count })
    }
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

async function columnsOf(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ readonly name: string }>(
    `select column_name as name from information_schema.columns
     where table_name = 'transaction' and table_schema = 'public' order by ordinal_position`,
  )
  return rows.map(({ name }) => name)
}

async function addBatch(
  client: Client,
  columns: readonly string[],
  filling: Filling & { readonly world: BenchWorld },
): Promise<void> {
  const { sampleId, first, count, state, owners } = filling
  const sealer = createSealer([{ id: 'bench', secret: filling.world.dataKey }])
  const memos = Array.from({ length: count }, (_, place) => first + place)
  const ids = memos.map(idOf)
  const changed: Readonly<Record<string, string>> = {
    id: 'made.id',
    memo_type: `'id'`,
    memo_value: 'made.memo::text',
    fields_sealed: 'made.sealed',
    owner_account: 'coalesce(made.owner, sample.owner_account)',
    ...(state === 'completed' && completed),
  }
  const values = columns.map((name) => changed[name] ?? `sample.${name}`)
  await client.query('begin')
  await client.query(
    `insert into "transaction" (${columns.join(', ')})
     select ${values.join(', ')} from "transaction" as sample,
       unnest($2::uuid[], $3::bigint[], $4::bytea[], $5::text[]) as made (id, memo, sealed, owner)
     where sample.id = $1`,
    [
      sampleId,
      ids,
      memos,
      ids.map((id) => sealer.seal('{}', `transaction:${id}`)),
      memos.map((memo) => owners?.[memo % owners.length] ?? null),
    ],
  )
  if (state === 'completed') await addTraces(client, ids)
  await client.query('commit')
}

/** A transaction of some day of the last three years. */
const completed = {
  phase: `'completed'`,
  version: '3',
  stellar_payment_id: 'made.memo',
  stellar_transaction_hash: `lpad(to_hex(made.memo), 64, '0')`,
  started_at: `now() - made.memo * interval '90 s'`,
  funds_received_at: `now() - made.memo * interval '90 s' + interval '10 s'`,
  updated_at: `now() - made.memo * interval '90 s' + interval '20 s'`,
  completed_at: `now() - made.memo * interval '90 s' + interval '20 s'`,
  lapses_at: `now() - made.memo * interval '90 s' + interval '1 day'`,
}

/** Events, payment, payout and attempt, as they are left behind. */
async function addTraces(client: Client, ids: readonly string[]): Promise<void> {
  const of = `"transaction" as kept where kept.id = any ($1::uuid[])`
  await client.query(
    `insert into transaction_event (id, sequence, transaction_id, owner_account, owner_memo, type,
       from_phase, to_phase, version, at, actor)
     select gen_random_uuid(), (select last_sequence from event_stream) + row_number() over (),
       kept.id, kept.owner_account, kept.owner_memo, step.type, step.from_phase, step.to_phase,
       step.version, kept.started_at, '{"kind":"gateway"}'
     from (values ('opened', null, 'awaitingFunds', 1), ('fundsReceived', 'awaitingFunds', 'payingOut', 2),
       ('payoutDelivered', 'payingOut', 'completed', 3)) as step (type, from_phase, to_phase, version), ${of}`,
    [ids],
  )
  await client.query(
    'update event_stream set last_sequence = (select max(sequence) from transaction_event)',
  )
  await client.query(
    `insert into stellar_payment (id, account, kind, asset, units, from_account, memo_type, memo_value,
       transaction_hash, ledger_closed_at, seen_at, match_state, transaction_id)
     select kept.stellar_payment_id, kept.distribution_account, 'payment', kept.asset_in,
       kept.amount_in_units, kept.owner_account, 'id', kept.memo_value, kept.stellar_transaction_hash,
       kept.funds_received_at, kept.funds_received_at, 'matched', kept.id from ${of}`,
    [ids],
  )
  await client.query(
    `insert into payout (transaction_id, state, attempt_number, failures, due_at, updated_at)
     select kept.id, 'delivered', 1, 0, kept.completed_at, kept.completed_at from ${of}`,
    [ids],
  )
  await client.query(
    `insert into payout_attempt (transaction_id, number, idempotency_key, state, started_at, ended_at)
     select kept.id, 1, 'key ' || kept.id, 'delivered', kept.completed_at, kept.completed_at from ${of}`,
    [ids],
  )
}

/** A memo far from those of others, so that a database can be filled several times. */
export const freshMemos = (): number => Number.parseInt(randomUUID().slice(0, 8), 16) * 1_000_000
