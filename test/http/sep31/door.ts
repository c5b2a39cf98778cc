import { createHash, randomUUID } from 'node:crypto'
import { sql } from '../../../src/adapters/postgres/database.ts'
import { newMemo } from '../../../src/adapters/random/new-memo.ts'
import type { AssetPolicy } from '../../../src/domain/asset/asset-policy.ts'
import { readSubject } from '../../../src/domain/client/principal.ts'
import type { Customer, CustomerMemo } from '../../../src/domain/customer/customer.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { sep31Routes } from '../../../src/http/sep31/routes.ts'
import { writeTransaction } from '../../../src/http/sep31/write-transaction.ts'
import { createHttpServer } from '../../../src/http/server/http-server.ts'
import { correctTransaction } from '../../../src/usecases/transactions/correct-transaction.ts'
import { expireTransactions } from '../../../src/usecases/transactions/expire-transactions.ts'
import { findTransaction } from '../../../src/usecases/transactions/find-transaction.ts'
import { openTransaction } from '../../../src/usecases/transactions/open-transaction.ts'
import { resumeTransactionsOfCustomer } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import { saveChange, saveChanges } from '../../../src/usecases/transactions/save-change.ts'
import { setTransactionCallback } from '../../../src/usecases/transactions/set-transaction-callback.ts'
import { anAsset } from '../../builders/asset.ts'
import { customerTypes } from '../../builders/customer-types.ts'
import { freshCommit } from '../../database.ts'

/** An agreed sending anchor. */
export const sendingAnchor = 'GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57'

/** The SEP-31 door with the real rooms on a real database; only the token check is the test's own. */
export async function openDoor(policies: readonly AssetPolicy[] = [anAsset()]) {
  const db = await freshCommit()
  const { commit, commitAtOnce, read } = db
  const assets = new Map(policies.map((policy) => [policy.code, policy] as const))
  const clock = { now: new Date('2026-03-01T12:00:00Z') }
  const faults: object[] = []
  const memos: Transaction['memo'][] = []
  const now = () => clock.now
  const newId = () => randomUUID()
  const saving = {
    newId,
    writeNotice: (transaction: Transaction) =>
      JSON.stringify(writeTransaction(transaction, assets)),
  }
  const openParts = {
    commitAtOnce,
    read,
    assets,
    customerTypes: customerTypes(),
    newId,
    newMemo: (type: Transaction['memo']['type']) => memos.shift() ?? newMemo(type),
    digest: (text: string) => createHash('sha256').update(text).digest('base64'),
    now,
  }
  const rooms = {
    saveChange: saveChange(saving),
    saveChanges: saveChanges(saving),
    openTransaction: openTransaction(openParts),
    findTransaction: findTransaction({ read }),
  }
  const parts = { commit, saveChange: rooms.saveChange, assets, now }
  const resume = resumeTransactionsOfCustomer({ ...parts, customerTypes: customerTypes() })
  const app = createHttpServer({
    tables: [
      sep31Routes({
        assets,
        ...rooms,
        correctTransaction: correctTransaction(parts),
        setTransactionCallback: setTransactionCallback({
          commit,
          callbackRules: { allowHttp: false, allowPrivateHosts: false },
          hosts: { isPublic: (url) => Promise.resolve(!url.includes('inside.example.com')) },
        }),
      }),
    ],
    authenticate: (authorization) => Promise.resolve(authenticate(authorization)),
    log: { info: () => undefined, warn: () => undefined, error: (fields) => faults.push(fields) },
  })

  return {
    ...db,
    ...rooms,
    app,
    openParts,
    clock,
    /** Memos to be drawn first, before random ones. */
    memos,
    /** What the server logged as an error; stays empty. */
    faults,
    resume,
    expireTransactions: expireTransactions({ ...db, ...rooms, now, graceMs: 60_000 }),

    /** For example `call('GET /transactions/1')`; a string body is sent as it is. */
    async call(line: `${Method} /${string}`, body?: string | object, more: Sending = {}) {
      const [method, path = ''] = line.split(' ')
      const { subject = sendingAnchor } = more
      const answer = await app.inject({
        method: method as Method,
        url: `/sep31${path}`,
        headers: {
          ...(subject !== null && { authorization: `Bearer ${subject}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...more.headers,
        },
        ...(body !== undefined && {
          payload: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body === '' ? {} : answer.json<Record<string, unknown>>(),
      }
    },

    async customer(
      fields: Readonly<Record<string, string>>,
      owner: { readonly account?: string; readonly memo?: CustomerMemo } = {},
    ): Promise<string> {
      const customer = aCustomer(fields, owner)
      await commit(({ customers }) => customers.add(customer))
      return customer.id
    },

    async count(table: string): Promise<number> {
      const rows = await sql<{ readonly count: string }>(
        db.database.pooled,
        `select count(*)::text as count from ${table}`,
      )
      return Number(rows[0]?.count)
    },

    async close() {
      await app.close()
      await db.close()
    },
  }
}

export type Door = Awaited<ReturnType<typeof openDoor>>

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT'

interface Sending {
  /** Subject of the token; null: no token. */
  readonly subject?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

function authenticate(authorization: string | undefined) {
  const subject = authorization?.replace('Bearer ', '') ?? ''
  const read = readSubject(subject)
  return read === undefined
    ? { error: 'no token' }
    : { principal: { ...read, subject, homeDomain: 'localhost' } }
}

export const sender = { first_name: 'Ann', last_name: 'Send', email_address: 'ann@example.com' }
export const receiver = {
  first_name: 'Bob',
  last_name: 'Receive',
  email_address: 'bob@example.com',
  bank_account_number: '12345678',
}

function aCustomer(
  fields: Readonly<Record<string, string>>,
  { account = sendingAnchor, memo }: { readonly account?: string; readonly memo?: CustomerMemo },
): Customer {
  const at = new Date('2026-03-01T11:00:00Z')
  return {
    id: randomUUID(),
    key: { account, memo: memo ?? { type: 'text', value: randomUUID().slice(0, 28) } },
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, { value, status: 'ACCEPTED' as const }]),
    ),
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
}
