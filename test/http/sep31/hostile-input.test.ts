import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { keepWaitingTransaction } from '../../builders/waiting-transaction.ts'
import { openDoor, sendingAnchor } from './door.ts'
import type { Door } from './door.ts'

let door: Door
let waitingId: string

beforeAll(async () => {
  const nobody = { senderTypes: [], receiverTypes: [] }
  door = await openDoor([anAsset({ ...nobody, transactionFields: routingFields })])
  const { id } = await keepWaitingTransaction(door.commit, {
    owner: { account: sendingAnchor },
    wantedFields: { account_number: 'unknown' },
  })
  waitingId = id
})
afterAll(() => door.close())

const runs = { numRuns: 300 }
const anything = fc.oneof(
  fc.anything({ withNullPrototype: false }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('SRT', '100', 100, 'id', 'hash', '\u0000', '\ud800', "'; drop table", 1e308, -0),
)
const names = [
  'amount',
  'asset_code',
  'asset_issuer',
  'destination_asset',
  'quote_id',
  'funding_method',
  'sender_id',
  'receiver_id',
  'refund_memo',
  'refund_memo_type',
  'lang',
  'fields',
  'url',
]
const bodies = fc.oneof(
  fc.dictionary(fc.constantFrom(...names), anything),
  fc
    .dictionary(fc.constantFrom(...names), anything)
    .map((body) => ({ amount: 100, asset_code: 'SRT', ...body })),
  fc.dictionary(fc.string({ unit: 'binary' }), anything).map((transaction) => ({
    amount: 100,
    asset_code: 'SRT',
    fields: { transaction: { routing_number: '1', account_number: '2', ...transaction } },
  })),
  fc.string({ unit: 'binary' }),
)
const written = bodies.map((body) => {
  try {
    return JSON.stringify(body)
  } catch {
    return '{' // a bigint
  }
})

it.each(['POST /transactions', 'PATCH /transactions/:id', 'PUT /transactions/:id/callback'])(
  'answers %s in its own words to anything at all, and never with a 5xx (POLARIS-8.30)',
  async (line) => {
    const path = line.replace(':id', waitingId) as `POST /${string}`
    await fc.assert(
      fc.asyncProperty(written, async (body) => {
        const { status, body: answer } = await door.call(path, body)
        expect([200, 201, 204, 400, 415]).toContain(status)
        expect(typeof answer['error'] === 'string').toBe(status >= 400)
      }),
      runs,
    )
    expect(door.faults).toEqual([])
  },
)

it('answers 404 to anything in the place of the id (SEP31-78)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), async (id) => {
      fc.pre(!/^\.{1,2}$/.test(id))
      const { status } = await door.call(`GET /transactions/${encodeURIComponent(id)}`)
      expect([400, 404]).toContain(status)
    }),
    runs,
  )
  expect(door.faults).toEqual([])
})
