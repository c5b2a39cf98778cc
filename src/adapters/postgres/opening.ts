import type { NewTransaction } from '../../usecases/ports/transaction-records.ts'
import type { Session } from './database.ts'
import { sql } from './database.ts'
import { noteOutgoing } from './outgoing.ts'
import { prepared } from './prepared.ts'
import {
  columns,
  nextPlace,
  places,
  recordColumns,
  toRow,
  toValues,
  valuePlaces,
} from './rows/transaction-row.ts'
import type { Sealer } from './sealer.ts'

/**
 * One statement, so it may be a commit of its own. Without an idempotency key it is shared with those that come
 * in the same turn: a memo that is taken keeps back its own opening and no other.
 */
export async function openTransaction(
  session: Session,
  opening: NewTransaction,
  sealer: Sealer,
): Promise<'opened' | 'memo_taken' | 'key_taken'> {
  const { idempotency } = opening
  const stored =
    idempotency === undefined
      ? await storeTogether(session, opening, sealer)
      : await storeKeyed(session, { ...opening, idempotency }, sealer)
  if (stored === 'opened') noteOutgoing(session)
  return stored
}

const eventColumns =
  'id, transaction_id, owner_account, owner_memo, type, from_phase, to_phase, version, at, actor'
const givenEvent = `(id uuid, type text, "from" text, "to" text, version integer, at timestamptz, actor jsonb)`

const insertOpenings = prepared(`
  with given as materialized (
    select * from jsonb_to_recordset($1) as given (${recordColumns}, events jsonb)
  ), added as (
    insert into "transaction" (${columns}) select ${columns} from given
    on conflict (distribution_account, memo_type, memo_value) do nothing
    returning id
  ), logged as (
    insert into transaction_event (${eventColumns})
    select event.id, given.id, given.owner_account, given.owner_memo, type, "from", "to", event.version, at, actor
    from added join given using (id), jsonb_to_recordset(given.events) as event ${givenEvent}
    order by given.id, event.version
  )
  select id from added`)

async function storeTogether(
  session: Session,
  { transaction, events }: NewTransaction,
  sealer: Sealer,
): Promise<'opened' | 'memo_taken'> {
  const added = await session.together(insertOpenings, { ...toRow(transaction, sealer), events })
  return added === undefined ? 'memo_taken' : 'opened'
}

const eventsPlace = nextPlace
const keyPlace = nextPlace + 1
const hashPlace = nextPlace + 2

const insertKeyedOpening = prepared(`
  with given (account, memo_type, memo_value, id, owner_account, owner_memo) as (
    values (${valuePlaces(
      'distribution_account',
      'memo_type',
      'memo_value',
      'id',
      'owner_account',
      'owner_memo',
    )})
  ), free as (
    select given.* from given where not exists (
      select from "transaction" as taken where taken.distribution_account = given.account
        and taken.memo_type = given.memo_type and taken.memo_value = given.memo_value)
  ), keyed as (
    insert into transaction_opening (owner_account, owner_memo, key, input_hash, transaction_id)
    select owner_account, owner_memo, $${keyPlace}, $${hashPlace}, id from free
    on conflict (owner_account, owner_memo, key) do nothing
    returning key
  ), added as (
    insert into "transaction" (${columns}) select ${places} from keyed
    on conflict (distribution_account, memo_type, memo_value) do nothing
    returning id, owner_account, owner_memo
  ), logged as (
    insert into transaction_event (${eventColumns})
    select event.id, added.id, added.owner_account, added.owner_memo, type, "from", "to", version, at, actor
    from added, jsonb_to_recordset($${eventsPlace}) as event ${givenEvent}
    order by version
  )
  select exists (select from added) as is_added,
    exists (select from free) and not exists (select from keyed) as is_key_taken`)

/**
 * Should two openings with keys draw the same memo in the same moment, the key of the second names no
 * transaction, and PostgreSQL refuses it as a whole: so these share their statement with nobody.
 */
async function storeKeyed(
  session: Session,
  {
    transaction,
    events,
    idempotency,
  }: NewTransaction & Required<Pick<NewTransaction, 'idempotency'>>,
  sealer: Sealer,
): Promise<'opened' | 'memo_taken' | 'key_taken'> {
  const { key, inputHash } = idempotency
  const [answer] = await sql<{ readonly is_added: boolean; readonly is_key_taken: boolean }>(
    session,
    insertKeyedOpening,
    [...toValues(transaction, sealer), JSON.stringify(events), key, inputHash],
  )
  if (answer?.is_added === true) return 'opened'
  return answer?.is_key_taken === true ? 'key_taken' : 'memo_taken'
}
