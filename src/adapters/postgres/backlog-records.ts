import type {
  AccountBacklog,
  Backlog,
  BacklogRecords,
} from '../../usecases/ports/backlog-records.ts'
import { countMax } from '../../usecases/ports/backlog-records.ts'
import { sql } from './database.ts'
import type { Session } from './database.ts'

const openPhases = [
  'screening',
  'awaitingInfo',
  'awaitingFunds',
  'payingOut',
  'awaitingPayoutCustomerInfo',
  'awaitingPayoutTransactionInfo',
  'settling',
]

interface BacklogRow {
  readonly transactions: Backlog['transactions'] | null
  readonly ended: Backlog['transactions'] | null
  readonly accounts: readonly AccountRow[] | null
  readonly unmatched: Backlog['unmatched'] | null
  readonly payouts: Backlog['payouts'] | null
  readonly dead_payouts: bigint
  readonly payout_due_since: Date | null
  readonly callbacks_due: bigint
  readonly callbacks_dead: bigint
  readonly callbacks_dead_lately: bigint
  readonly callback_due_since: Date | null
  readonly highest: bigint | null
  readonly unnumbered: bigint
  readonly unnumbered_since: Date | null
  readonly outbox: bigint
  readonly stop_reason: string | null
  readonly stopped_at: Date | null
}

/** Inside JSON: numbers of ledgers come as text, moments as ISO text. */
interface AccountRow {
  readonly account: string
  readonly watched_since: string
  readonly read_ledger: string | null
  readonly read_until: string | null
  readonly waiting: number
}

/** Counts by partial indexes, and none beyond the bound: the same cost at a million transactions. */
const bounded = (from: string): string =>
  `(select count(*) from (select 1 from ${from} limit $1) as counted)`

/** Ended transactions are many: PostgreSQL's own statistics tell their share, as of the last ANALYZE. */
const ended = `select json_agg(json_build_object('phase', phase, 'count', round(share * reltuples)))
  from pg_class, lateral (
    select unnest(most_common_vals::text::text[]) as phase, unnest(most_common_freqs) as share
    from pg_stats where schemaname = current_schema() and tablename = 'transaction' and attname = 'phase'
  ) as shares
  where pg_class.oid = '"transaction"'::regclass and reltuples > 0 and phase <> all ($2)`

const statement = `select
  (select json_agg(json_build_object('phase', phase, 'count',
      ${bounded('"transaction" t where t.phase = open.phase')}))
    from unnest($2::text[]) as open (phase)) as transactions,
  (${ended}) as ended,
  (select json_agg(json_build_object('account', c.account, 'watched_since', c.moved_at,
      'read_ledger', c.read_ledger::text, 'read_until', c.read_until,
      'waiting', ${bounded(`stellar_payment p where p.account = c.account and p.match_state = 'waiting'`)})
      order by c.account) from stellar_cursor c) as accounts,
  (select json_agg(json_build_object('reason', match_reason, 'count', n)) from (
      select match_reason, count(*) as n from (
        select match_reason from stellar_payment where match_state = 'unmatched'
        order by epoch desc, id desc, account desc limit $1) as newest
      group by 1) as reasons) as unmatched,
  (select json_agg(json_build_object('state', state, 'count', n)) from (
      select state, count(*) as n from (
        select state from payout where state in ('due', 'claimed', 'pending') limit $1) as counted
      group by 1) as states) as payouts,
  ${bounded(`payout where state = 'dead'`)} as dead_payouts,
  (select min(due_at) from payout where state in ('due', 'claimed', 'pending')) as payout_due_since,
  ${bounded(`callback where state = 'due'`)} as callbacks_due,
  ${bounded(`callback where state = 'dead'`)} as callbacks_dead,
  ${bounded(`callback where state = 'dead' and ended_at > now() - interval '1 day'`)} as callbacks_dead_lately,
  (select min(due_at) from callback where state = 'due') as callback_due_since,
  (select last_sequence from event_stream) as highest,
  ${bounded('transaction_event where sequence is null')} as unnumbered,
  (select at from transaction_event where sequence is null order by recorded limit 1) as unnumbered_since,
  ${bounded('outbox')} as outbox,
  (select reason from network_stop where decision is null) as stop_reason,
  (select stopped_at from network_stop where decision is null) as stopped_at`

/** Counts nothing beyond `max`. */
export const backlogRecords = (session: Session, max = countMax): BacklogRecords => ({
  async read() {
    const [row] = await sql<BacklogRow>(session, statement, [max, openPhases])
    if (row === undefined) throw new Error('A select without a table answers one row')
    return toBacklog(row)
  },
  async appliedMigrations() {
    const rows = await sql<{ name: string }>(session, 'select name from migration')
    return rows.map(({ name }) => name)
  },
})

function toBacklog(row: BacklogRow): Backlog {
  const dead = { state: 'dead', count: Number(row.dead_payouts) }
  return {
    transactions: [...(row.transactions ?? []), ...(row.ended ?? [])],
    accounts: (row.accounts ?? []).map(toAccount),
    unmatched: row.unmatched ?? [],
    payouts: [...(row.payouts ?? []), dead],
    ...(row.payout_due_since && { payoutDueSince: row.payout_due_since }),
    callbacks: toCallbacks(row),
    events: toEvents(row),
    ...toStop(row),
  }
}

const toCallbacks = (row: BacklogRow): Backlog['callbacks'] => ({
  due: Number(row.callbacks_due),
  dead: Number(row.callbacks_dead),
  deadLately: Number(row.callbacks_dead_lately),
  ...(row.callback_due_since && { dueSince: row.callback_due_since }),
})

const toEvents = (row: BacklogRow): Backlog['events'] => ({
  highest: row.highest ?? 0n,
  unnumbered: Number(row.unnumbered),
  ...(row.unnumbered_since && { unnumberedSince: row.unnumbered_since }),
  outbox: Number(row.outbox),
})

const toStop = ({ stop_reason, stopped_at }: BacklogRow): Pick<Backlog, 'networkStop'> =>
  stop_reason === null || stopped_at === null
    ? {}
    : { networkStop: { reason: stop_reason, since: stopped_at } }

const toAccount = (row: AccountRow): AccountBacklog => ({
  account: row.account,
  watchedSince: new Date(row.watched_since),
  ...(row.read_ledger !== null && { readLedger: BigInt(row.read_ledger) }),
  ...(row.read_until !== null && { readUntil: new Date(row.read_until) }),
  waiting: row.waiting,
})
