import type { Session } from './database.ts'
import type {
  Match,
  NetworkMemo,
  PaymentKey,
  SeenPayment,
  StellarPayment,
} from '../../domain/stellar-payment/stellar-payment.ts'
import type {
  SettledMatch,
  StellarPaymentRecords,
  UnmatchedQuery,
} from '../../usecases/ports/stellar-payment-records.ts'
import { sql } from './database.ts'
import { accountPlaces } from './account-places.ts'
import { currentEpoch, openStop } from './network-records.ts'

interface PaymentRow {
  readonly epoch: number
  readonly id: bigint
  readonly account: string
  readonly part: number
  readonly kind: string
  readonly asset: string
  readonly units: bigint
  readonly from_account: string
  readonly memo_type: string
  readonly memo_value: string | null
  readonly muxed_id: string | null
  readonly transaction_hash: string
  readonly ledger_closed_at: Date
  readonly seen_at: Date
  readonly match_state: string
  readonly match_reason: string | null
  readonly transaction_id: string | null
}

const columns = `epoch, id, account, part, kind, asset, units, from_account, memo_type, memo_value, muxed_id,
  transaction_hash, ledger_closed_at, seen_at, match_state, match_reason, transaction_id`

/** Ids come from outside through the doors; what is no operation id is found nowhere. */
const isOperationId = (text: string): boolean => /^\d{1,19}$/.test(text) && BigInt(text) < 2n ** 63n

export const stellarPaymentRecords = (session: Session): StellarPaymentRecords => ({
  ...accountPlaces(session),

  add: (payments, seenAt) => addPayments(session, payments, seenAt),

  async lockWaiting(account, { after, limit }) {
    const rows = await sql<PaymentRow>(
      session,
      `select ${columns} from stellar_payment
       where account = $1 and match_state = 'waiting' and (epoch, id, part) > ($2::integer, $3::bigint, $4::smallint)
         and not exists (${openStop})
       order by epoch, id, part limit $5 for update skip locked`,
      [account, after?.epoch ?? 0, after?.id ?? 0, after?.part ?? 0, limit],
    )
    return rows.map(toSeenPayment)
  },

  settleMatches: (matches) => settleMatches(session, matches),

  async find(id) {
    if (!isOperationId(id)) return undefined
    const rows = await sql<PaymentRow>(
      session,
      `select ${columns} from stellar_payment where id = $1 order by epoch desc, account, part limit 1`,
      [id],
    )
    return rows.map(toSeenPayment)[0]
  },

  listUnmatched: (query) => listUnmatched(session, query),

  async waitingCount() {
    const [row] = await sql<{ waiting: bigint }>(
      session,
      `select count(*) as waiting from stellar_payment where match_state = 'waiting'`,
    )
    return Number(row?.waiting ?? 0n)
  },
})

async function addPayments(
  session: Session,
  payments: readonly StellarPayment[],
  seenAt: Date,
): Promise<number> {
  if (payments.length === 0) return 0
  const rows = payments.map((payment) => ({
    id: payment.id,
    account: payment.account,
    part: payment.part ?? 0,
    kind: payment.kind,
    asset: payment.asset,
    units: payment.units.toString(),
    from_account: payment.from,
    memo_type: payment.memo.type,
    memo_value: payment.memo.type === 'none' ? null : payment.memo.value,
    muxed_id: payment.muxedId ?? null,
    transaction_hash: payment.transactionHash,
    ledger_closed_at: payment.ledgerClosedAt,
  }))
  const added = await sql(
    session,
    `insert into stellar_payment (epoch, id, account, part, kind, asset, units, from_account, memo_type,
       memo_value, muxed_id, transaction_hash, ledger_closed_at, seen_at)
     select (${currentEpoch}), id, account, part, kind, asset, units, from_account, memo_type,
       memo_value, muxed_id, transaction_hash, ledger_closed_at, $2
     from jsonb_to_recordset($1) as (id bigint, account text, part smallint, kind text, asset text, units bigint,
       from_account text, memo_type text, memo_value text, muxed_id text, transaction_hash text,
       ledger_closed_at timestamptz)
     on conflict (epoch, id, account, part) do nothing returning id`,
    [JSON.stringify(rows), seenAt],
  )
  return added.length
}

/** Only what still waits is settled: a match made by hand meanwhile stands. */
async function settleMatches(session: Session, matches: readonly SettledMatch[]): Promise<void> {
  if (matches.length === 0) return
  const rows = matches.map(({ payment: { epoch, id, account, part }, match }) => ({
    epoch,
    id,
    account,
    part: part ?? 0,
    state: match.state,
    reason: match.state === 'unmatched' ? match.reason : null,
    transaction_id: match.state === 'waiting' ? null : (match.transactionId ?? null),
  }))
  await sql(
    session,
    `update stellar_payment as payment
     set match_state = made.state, match_reason = made.reason, transaction_id = made.transaction_id
     from jsonb_to_recordset($1) as made (epoch integer, id bigint, account text, part smallint, state text,
       reason text, transaction_id uuid)
     where payment.epoch = made.epoch and payment.id = made.id and payment.account = made.account
       and payment.part = made.part and payment.match_state = 'waiting'`,
    [JSON.stringify(rows)],
  )
}

async function listUnmatched(
  session: Session,
  { reason, before, limit }: UnmatchedQuery,
): Promise<readonly SeenPayment[]> {
  if (before !== undefined && !isOperationId(before.id)) return []
  const rows = await sql<PaymentRow>(
    session,
    `select ${columns} from stellar_payment
     where match_state = 'unmatched'
       and ($1::text is null or match_reason = $1)
       and ($2::integer is null or (epoch, id, account, part) < ($2, $3::bigint, $4::text, $5::smallint))
     order by epoch desc, id desc, account desc, part desc limit $6`,
    [reason ?? null, ...placeOf(before), limit],
  )
  return rows.map(toSeenPayment)
}

const placeOf = (key: PaymentKey | undefined) =>
  key === undefined ? [null, null, null, null] : [key.epoch, key.id, key.account, key.part ?? 0]

/** The only writers are the functions above, so kinds, memo types and reasons are of the domain. */
function toSeenPayment(row: PaymentRow): SeenPayment {
  return {
    epoch: row.epoch,
    id: row.id.toString(),
    account: row.account,
    ...(row.part === 0 ? {} : { part: row.part }),
    kind: row.kind as SeenPayment['kind'],
    asset: row.asset,
    units: row.units,
    from: row.from_account,
    memo: toMemo(row),
    ...(row.muxed_id === null ? {} : { muxedId: row.muxed_id }),
    transactionHash: row.transaction_hash,
    ledgerClosedAt: row.ledger_closed_at,
    seenAt: row.seen_at,
    match: toMatch(row),
  }
}

const toMemo = ({ memo_type, memo_value }: PaymentRow): NetworkMemo =>
  memo_value === null
    ? { type: 'none' }
    : { type: memo_type as Exclude<NetworkMemo['type'], 'none'>, value: memo_value }

function toMatch({ match_state, match_reason, transaction_id }: PaymentRow): Match {
  const named = transaction_id === null ? {} : { transactionId: transaction_id }
  if (match_state === 'unmatched') {
    return {
      state: 'unmatched',
      reason: match_reason as Extract<Match, { state: 'unmatched' }>['reason'],
      ...named,
    }
  }
  return match_state === 'matched' && transaction_id !== null
    ? { state: 'matched', transactionId: transaction_id }
    : { state: 'waiting' }
}
