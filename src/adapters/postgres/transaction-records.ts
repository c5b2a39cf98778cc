import type { Session } from './database.ts'
import type { Owner, Transaction } from '../../domain/transaction/transaction.ts'
import type {
  IdempotentOpening,
  TransactionRecords,
} from '../../usecases/ports/transaction-records.ts'
import { rowsById, sql } from './database.ts'
import { openStop } from './network-records.ts'
import { openTransaction } from './opening.ts'
import { prepared } from './prepared.ts'
import {
  assignments,
  columns,
  recordColumns,
  toRow,
  toTransaction,
} from './rows/transaction-row.ts'
import type { TransactionRow } from './rows/transaction-row.ts'
import type { Sealer } from './sealer.ts'
import { listTransactions } from './transaction-list.ts'
import { isUuid } from './uuid.ts'

/** Another commit saved the transaction since it was loaded without a lock. */
export class TransactionChangedMeanwhile extends Error {
  override readonly name = 'TransactionChangedMeanwhile'
}

/** Plain SQL throughout: opening, matching and paying out are the hot paths. */
export function transactionRecords(session: Session, sealer: Sealer): TransactionRecords {
  const load = async (statement: string, values: readonly unknown[]) => {
    const rows = await sql<TransactionRow>(session, statement, values)
    return rows.map((row) => toTransaction(row, sealer))
  }
  const loadMany = async (ids: readonly string[]) =>
    (await rowsById<TransactionRow>(session, selectMany, ids)).map((row) =>
      toTransaction(row, sealer),
    )
  const loadOne = async (id: string, statement: string, values: readonly unknown[] = []) =>
    isUuid(id) ? (await load(statement, [id, ...values]))[0] : undefined

  return {
    open: (opening) => openTransaction(session, opening, sealer),
    save: (...transactions) => saveTransactions(session, transactions, sealer),
    async ofOwner(owner, id) {
      const rows = await rowsById<TransactionRow>(session, selectMany, [id])
      const [account, memo] = ownerKey(owner)
      const own = rows.find((row) => row.owner_account === account && row.owner_memo === memo)
      return own && toTransaction(own, sealer)
    },
    lock: (id) => loadOne(id, selectLocked),
    lockMany: (ids) => load(selectManyLocked, [ids.filter(isUuid)]),
    find: async (id) => (await loadMany([id]))[0],
    findMany: loadMany,
    lockByMemos: (account, memos) =>
      load(selectByMemos, [
        account,
        memos.map(({ type }) => type),
        memos.map(({ value }) => value),
      ]),
    lockLapsed: (ids, { now, graceMs }) => load(selectStillLapsed, [now, graceMs, ids]),
    list: (query) =>
      listTransactions((condition, values) => load(selectWhere(condition), values), query),

    async waitingForCustomer(customerId) {
      const rows = await sql<{ readonly id: string }>(
        session,
        `select id from "transaction" where (sender_id = $1 or receiver_id = $1)
         and phase in ('screening', 'awaitingInfo', 'awaitingPayoutCustomerInfo')
         order by started_at, id`,
        [customerId],
      )
      return rows.map(({ id }) => id)
    },

    async lapsed({ now, graceMs, limit }) {
      const rows = await sql<{ readonly id: string }>(
        session,
        `select id from "transaction" where ${hasLapsed} order by lapses_at limit $3`,
        [now, graceMs, limit],
      )
      return rows.map(({ id }) => id)
    },

    openingByKey: (owner, key) => openingByKey(session, owner, key),
  }
}

export const ownerKey = (owner: Owner): readonly [string, string] => [
  owner.account,
  owner.memo ?? '',
]

async function openingByKey(
  session: Session,
  owner: Owner,
  key: string,
): Promise<IdempotentOpening | undefined> {
  const [row] = await sql<{ readonly input_hash: string; readonly transaction_id: string }>(
    session,
    selectOpening,
    [...ownerKey(owner), key],
  )
  return row && { key, inputHash: row.input_hash, transactionId: row.transaction_id }
}

const selectOpening = prepared(
  `select input_hash, transaction_id from transaction_opening
   where owner_account = $1 and owner_memo = $2 and key = $3`,
)

const selectWhere = (condition: string): string =>
  `select ${columns} from "transaction" where ${condition}`

const selectLocked = prepared(selectWhere('id = $1 for update'))
const selectMany = prepared(selectWhere('id = any ($1::uuid[])'))
/** Ordered by id, so that two at once lock in the same order and never wait for each other in a ring. */
const selectManyLocked = prepared(selectWhere('id = any ($1::uuid[]) order by id for update'))

/** Ordered by id, so that two collectors lock in the same order and never wait for each other in a ring. */
const selectByMemos = selectWhere(`distribution_account = $1 and (memo_type, memo_value) in
  (select * from unnest($2::text[], $3::text[])) order by id for update`)

/**
 * A payment made in time may be unread (network away, worker down) or unmatched: both are waited for. Of
 * what is unmatched only payments that name this transaction, so that one that nobody can decide
 * keeps no other alive. One join by equality, which stays quick when many payments and transactions wait.
 */
const hasLapsed = `phase in ('screening', 'awaitingInfo', 'awaitingFunds')
  and lapses_at < $1::timestamptz - $2::int * interval '1 ms'
  and not exists (select from stellar_cursor where account = distribution_account
    and (read_until is null or read_until - $2::int * interval '1 ms' <= lapses_at))
  and not exists (select from stellar_payment as payment
    where payment.account = distribution_account and match_state = 'waiting'
      and coalesce(payment.muxed_id, payment.memo_value) = "transaction".memo_value
      and case when payment.muxed_id is null then payment.memo_type else 'id' end = "transaction".memo_type)
  and not exists (${openStop})`

const selectStillLapsed = selectWhere(
  `${hasLapsed} and id = any ($3::uuid[]) order by id for update skip locked`,
)

const updateVersions = prepared(`
  update "transaction" as kept set ${assignments}
  from jsonb_to_recordset($1) as given (${recordColumns})
  where kept.id = given.id and kept.version = given.version - 1
  returning kept.id`)

async function saveTransactions(
  session: Session,
  transactions: readonly Transaction[],
  sealer: Sealer,
): Promise<void> {
  if (transactions.length === 0) return
  const saved = await sql(session, updateVersions, [
    JSON.stringify(transactions.map((transaction) => toRow(transaction, sealer))),
  ])
  if (saved.length !== transactions.length) {
    const ids = transactions.map(({ id }) => id).join(', ')
    throw new TransactionChangedMeanwhile(`Another commit changed one of ${ids}`)
  }
}
