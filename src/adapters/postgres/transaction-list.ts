import type { Transaction } from '../../domain/transaction/transaction.ts'
import type { TransactionQuery } from '../../usecases/ports/transaction-records.ts'

type Load = (condition: string, values: readonly unknown[]) => Promise<Transaction[]>

/** Newest first by keyset: as fast on the millionth page as on the first. */
export async function listTransactions(
  load: Load,
  query: TransactionQuery,
): Promise<readonly Transaction[]> {
  const { conditions, values } = conditionsOf(query)
  const where = conditions.length === 0 ? 'true' : conditions.join(' and ')
  const direction = query.backwards === true ? 'asc' : 'desc'
  const found = await load(
    `${where} order by started_at ${direction}, id ${direction} limit $${values.length + 1}`,
    [...values, query.limit],
  )
  return query.backwards === true ? found.toReversed() : found
}

/** Filter to SQL; `?` stands for the next value. */
const filters = {
  owner: ({ account, memo }) => ['owner_account = ? and owner_memo = ?', account, memo ?? ''],
  ownerAccount: (account) => ['owner_account = ?', account],
  ids: (ids) => ['id = any (?::uuid[])', ids.filter((id) => uuid.test(id))],
  phases: (phases) => ['phase = any (?::text[])', phases],
  externalTransactionId: (id) => ['external_transaction_id = ?', id],
  stellarTransactionHash: (hash) => ['stellar_transaction_hash = ?', hash],
  customerId: (id) => (uuid.test(id) ? ['(sender_id = ? or receiver_id = ?)', id, id] : ['false']),
  memo: (memo) => ['memo_value = ?', memo],
  assetCode: (code) => ['asset_code = ?', code],
  startedFrom: (from) => ['started_at >= ?', from],
  startedBefore: (before) => ['started_at < ?', before],
  after: ({ startedAt, id }) => ['(started_at, id) < (?, ?)', startedAt, id],
  before: ({ startedAt, id }) => ['(started_at, id) > (?, ?)', startedAt, id],
} satisfies {
  [Name in keyof Omit<TransactionQuery, 'limit' | 'backwards'>]: (
    value: NonNullable<TransactionQuery[Name]>,
  ) => readonly [string, ...unknown[]]
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function conditionsOf(query: TransactionQuery): {
  readonly conditions: readonly string[]
  readonly values: readonly unknown[]
} {
  const conditions: string[] = []
  const values: unknown[] = []
  for (const name of Object.keys(filters) as (keyof typeof filters)[]) {
    if (query[name] === undefined) continue
    const filter = filters[name] as (value: unknown) => readonly [string, ...unknown[]]
    const [condition, ...given] = filter(query[name])
    let next = values.length
    conditions.push(condition.replaceAll('?', () => `$${(next += 1)}`))
    values.push(...given)
  }
  return { conditions, values }
}
