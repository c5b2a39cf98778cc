import type { Session } from './database.ts'
import type { Payout, PayoutAttempt } from '../../domain/payout/payout.ts'
import type { AskPlan, AttemptQuery, PayoutRecords } from '../../usecases/ports/payout-records.ts'
import { sql } from './database.ts'
import { prepared } from './prepared.ts'

interface PayoutRow {
  readonly transaction_id: string
  readonly state: string
  readonly attempt_number: number
  readonly failures: number
  readonly due_at: Date
  readonly dead_reason: string | null
  readonly updated_at: Date
}

interface AttemptRow {
  readonly transaction_id: string
  readonly number: number
  readonly idempotency_key: string
  readonly state: string
  readonly rail_payout_id: string | null
  readonly reason: string | null
  readonly started_at: Date
  readonly ended_at: Date | null
  readonly customer_versions: Readonly<Record<string, number>> | null
  readonly ask_again_at: Date | null
}

const payoutColumns = `transaction_id, state, attempt_number, failures, due_at, dead_reason, updated_at`
const attemptColumns = `transaction_id, number, idempotency_key, state, rail_payout_id, reason,
  started_at, ended_at, customer_versions, ask_again_at`

const insertPayouts = prepared(
  `insert into payout (${payoutColumns}) select ${payoutColumns} from ${payoutSet()}`,
)
const selectOne = prepared(`select ${payoutColumns} from payout where transaction_id = $1`)
const selectLocked = prepared(`${selectOne} for update`)
/** In one order, so that two at once never wait for each other in a ring. */
const selectManyLocked = prepared(
  `select ${payoutColumns} from payout where transaction_id = any ($1::uuid[])
   order by transaction_id for update`,
)
const updateOne = prepared(`
  update payout set state = $2, attempt_number = $3, failures = $4, due_at = $5, dead_reason = $6,
    updated_at = $7
  where transaction_id = $1`)
const updateMany = prepared(`
  update payout set state = made.state, attempt_number = made.attempt_number,
         failures = made.failures, due_at = made.due_at, dead_reason = made.dead_reason,
         updated_at = made.updated_at
       from ${payoutSet()} where payout.transaction_id = made.transaction_id`)
const insertAttempts = prepared(
  `insert into payout_attempt (${attemptColumns}) select ${attemptColumns} from ${attemptSet()}`,
)
const updateAttempts = prepared(`
  update payout_attempt as kept set state = made.state, rail_payout_id = made.rail_payout_id,
         reason = made.reason, ended_at = made.ended_at, ask_again_at = made.ask_again_at
       from ${attemptSet()}
       where kept.transaction_id = made.transaction_id and kept.number = made.number`)
const selectAttempts = prepared(`
  select ${attemptColumns} from payout_attempt where transaction_id = any ($1::uuid[])
  order by transaction_id, number`)
const selectAttemptsByKeys = prepared(
  `select ${attemptColumns} from payout_attempt where idempotency_key = any ($1::text[])`,
)

const selectToAsk = prepared(
  `select ${attemptColumns} from payout_attempt where ask_again_at <= $1 order by ask_again_at limit $2`,
)
/** Whoever changes an attempt meanwhile knows better: their rows are left alone, and not waited for. */
const updateToAsk = `
  update payout_attempt set ask_again_at = plan.at from (
    select known.idempotency_key, made.at
    from jsonb_to_recordset($1) as made (key text, at timestamptz)
    join payout_attempt as known on known.idempotency_key = made.key and known.state = 'delivered'
    for update of known skip locked) as plan
  where payout_attempt.idempotency_key = plan.idempotency_key`

export const payoutRecords = (session: Session): PayoutRecords => ({
  ...attemptRecords(session),

  async add(payouts) {
    if (payouts.length === 0) return
    await sql(session, insertPayouts, [JSON.stringify(payouts.map(toPayoutRow))])
  },

  lock: (transactionId) => onePayout(session, transactionId, selectLocked),
  find: (transactionId) => onePayout(session, transactionId, selectOne),

  async lockMany(transactionIds) {
    const rows = await sql<PayoutRow>(session, selectManyLocked, [transactionIds.filter(isUuid)])
    return rows.map(toPayout)
  },

  async findMany(transactionIds) {
    const rows = await sql<PayoutRow>(
      session,
      `select ${payoutColumns} from payout where transaction_id = any ($1::uuid[])`,
      [transactionIds.filter(isUuid)],
    )
    return rows.map(toPayout)
  },

  async save(...payouts) {
    if (payouts.length === 0) return
    const [one] = payouts
    await (one !== undefined && payouts.length === 1
      ? sql(session, updateOne, Object.values(toPayoutRow(one)))
      : sql(session, updateMany, [JSON.stringify(payouts.map(toPayoutRow))]))
  },

  async due(now, limit) {
    const rows = await sql<PayoutRow>(
      session,
      `select ${payoutColumns} from payout
       where state in ('due', 'claimed', 'pending') and due_at <= $1 order by due_at limit $2`,
      [now, limit],
    )
    return rows.map(toPayout)
  },

  async listDead({ before, limit }) {
    const rows = await sql<PayoutRow>(
      session,
      `select ${payoutColumns} from payout
       where state = 'dead'
         and ($1::timestamptz is null or (updated_at, transaction_id) < ($1, $2::uuid))
       order by updated_at desc, transaction_id desc limit $3`,
      [before?.at ?? null, before?.id ?? null, limit],
    )
    return rows.map(toPayout)
  },
})

type AttemptRecords = Pick<
  PayoutRecords,
  | 'addAttempts'
  | 'saveAttempts'
  | 'attempts'
  | 'attemptsOfMany'
  | 'attemptsByKeys'
  | 'attemptsToAsk'
  | 'askAgain'
  | 'listAttempts'
>

const attemptRecords = (session: Session): AttemptRecords => ({
  async addAttempts(attempts) {
    if (attempts.length === 0) return
    await sql(session, insertAttempts, [JSON.stringify(attempts.map(toAttemptRow))])
  },

  async saveAttempts(attempts) {
    if (attempts.length === 0) return
    await sql(session, updateAttempts, [JSON.stringify(attempts.map(toAttemptRow))])
  },

  attempts: (transactionId) => attemptsOf(session, [transactionId]),
  attemptsOfMany: (transactionIds) => attemptsOf(session, transactionIds.filter(isUuid)),

  async attemptsByKeys(idempotencyKeys) {
    const rows = await sql<AttemptRow>(session, selectAttemptsByKeys, [idempotencyKeys])
    return rows.map(toAttempt)
  },

  async attemptsToAsk(now, limit) {
    return (await sql<AttemptRow>(session, selectToAsk, [now, limit])).map(toAttempt)
  },
  askAgain: (plans) => askAgain(session, plans),

  listAttempts: (query) => listAttempts(session, query),
})

async function askAgain(session: Session, plans: readonly AskPlan[]): Promise<void> {
  if (plans.length === 0) return
  const rows = plans.map(({ idempotencyKey, at }) => ({ key: idempotencyKey, at: at ?? null }))
  await sql(session, updateToAsk, [JSON.stringify(rows)])
}

async function onePayout(
  session: Session,
  transactionId: string,
  statement: string,
): Promise<Payout | undefined> {
  if (!isUuid(transactionId)) return undefined
  const rows = await sql<PayoutRow>(session, statement, [transactionId])
  return rows.map(toPayout)[0]
}

async function attemptsOf(
  session: Session,
  transactionIds: readonly string[],
): Promise<readonly PayoutAttempt[]> {
  const rows = await sql<AttemptRow>(session, selectAttempts, [transactionIds])
  return rows.map(toAttempt)
}

async function listAttempts(
  session: Session,
  { transactionId, states, before, limit }: AttemptQuery,
): Promise<readonly PayoutAttempt[]> {
  if (transactionId !== undefined && !isUuid(transactionId)) return []
  const rows = await sql<AttemptRow>(
    session,
    `select ${attemptColumns} from payout_attempt
     where ($1::uuid is null or transaction_id = $1)
       and ($2::text[] is null or state = any ($2))
       and ($3::timestamptz is null or (started_at, idempotency_key) < ($3, $4::text))
     order by started_at desc, idempotency_key desc limit $5`,
    [transactionId ?? null, states ?? null, before?.startedAt ?? null, before?.key ?? null, limit],
  )
  return rows.map(toAttempt)
}

/** Ids come from outside through the doors; what is no id of ours is found nowhere. */
const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)

function payoutSet(): string {
  return `jsonb_to_recordset($1) as made (transaction_id uuid, state text,
  attempt_number integer, failures integer, due_at timestamptz, dead_reason text,
  updated_at timestamptz)`
}

function attemptSet(): string {
  return `jsonb_to_recordset($1) as made (transaction_id uuid, number integer, idempotency_key text,
  state text, rail_payout_id text, reason text, started_at timestamptz, ended_at timestamptz,
  customer_versions jsonb, ask_again_at timestamptz)`
}

/** In the order of `payoutColumns`. */
const toPayoutRow = (payout: Payout): PayoutRow => ({
  transaction_id: payout.transactionId,
  state: payout.state,
  attempt_number: payout.attemptNumber,
  failures: payout.failures,
  due_at: payout.dueAt,
  dead_reason: payout.deadReason ?? null,
  updated_at: payout.updatedAt,
})

/** The only writers are the functions above, so the states are of the domain. */
const toPayout = (row: PayoutRow): Payout => ({
  transactionId: row.transaction_id,
  state: row.state as Payout['state'],
  attemptNumber: row.attempt_number,
  failures: row.failures,
  dueAt: row.due_at,
  ...(row.dead_reason === null ? {} : { deadReason: row.dead_reason }),
  updatedAt: row.updated_at,
})

const toAttemptRow = (attempt: PayoutAttempt): AttemptRow => ({
  transaction_id: attempt.transactionId,
  number: attempt.number,
  idempotency_key: attempt.idempotencyKey,
  state: attempt.state,
  rail_payout_id: attempt.railPayoutId ?? null,
  reason: attempt.reason ?? null,
  started_at: attempt.startedAt,
  ended_at: attempt.endedAt ?? null,
  customer_versions: attempt.customerVersions ?? null,
  ask_again_at: attempt.askAgainAt ?? null,
})

const toAttempt = (row: AttemptRow): PayoutAttempt => ({
  transactionId: row.transaction_id,
  number: row.number,
  idempotencyKey: row.idempotency_key,
  state: row.state as PayoutAttempt['state'],
  ...(row.rail_payout_id === null ? {} : { railPayoutId: row.rail_payout_id }),
  ...(row.reason === null ? {} : { reason: row.reason }),
  startedAt: row.started_at,
  ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  ...(row.customer_versions === null ? {} : { customerVersions: row.customer_versions }),
  ...(row.ask_again_at === null ? {} : { askAgainAt: row.ask_again_at }),
})
