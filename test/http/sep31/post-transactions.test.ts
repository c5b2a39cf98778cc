import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sql } from '../../../src/adapters/postgres/database.ts'
import { openTransaction } from '../../../src/usecases/transactions/open-transaction.ts'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { distributionAccount, issuer } from '../../builders/transaction.ts'
import { openDoor, receiver, sender, sendingAnchor } from './door.ts'
import type { Door } from './door.ts'

let door: Door
let senderId: string
let receiverId: string

const { issuer: _issuer, ...nativeAsset } = anAsset()
const { minUnits: _min, maxUnits: _max, ...unbounded } = anAsset({ receiverTypes: [] })

beforeAll(async () => {
  door = await openDoor([
    anAsset(),
    anAsset({ code: 'OLD', transactionFields: routingFields }),
    anAsset({ code: 'FREE', senderTypes: [], receiverTypes: [], maxUnits: 2n ** 63n - 1n }),
    anAsset({ code: 'LATE', kycTiming: 'after' }),
    anAsset({ code: 'HASH', memoType: 'hash', senderTypes: [], receiverTypes: [] }),
    { ...nativeAsset, code: 'native', name: 'stellar:native' },
    anAsset({ code: 'NOTE', transactionFields: { note: { description: 'n', optional: true } } }),
    { ...unbounded, code: 'ANY' },
    anAsset({ code: 'NARROW', senderTypes: [], receiverTypes: [], maxUnits: 200_000_000n }),
  ])
  senderId = await door.customer({ ...sender, additional_name: 'Eve' })
  receiverId = await door.customer(receiver)
})
afterAll(() => door.close())

const opening = (changes: object = {}) => ({
  amount: 100,
  asset_code: 'SRT',
  sender_id: senderId,
  receiver_id: receiverId,
  funding_method: 'SEPA',
  ...changes,
})
const post = (changes: object = {}) => door.call('POST /transactions', opening(changes))

async function read(id: unknown): Promise<Record<string, unknown>> {
  const { body } = await door.call(`GET /transactions/${String(id)}`)
  return body['transaction'] as Record<string, unknown>
}

async function opened(changes: object = {}): Promise<Record<string, unknown>> {
  const { status, body } = await post(changes)
  expect({ status, body }).toMatchObject({ status: 201 })
  return read(body['id'])
}

describe('a new transaction', () => {
  it('has account and memo at once, in the 201 and in GET (SEP31-33, SEP31-35, SEP31-36, SEP31-63, SEP31-66, SEP31-67, SEP31-68, SEP31-X03, SEP31-X10, SEP31-C08, SEP31-C10)', async () => {
    const { status, body } = await post()
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      stellar_account_id: distributionAccount,
      stellar_memo_type: 'id',
      stellar_memo: expect.stringMatching(/^[1-9]\d*$/),
    })
    expect(await read(body['id'])).toEqual({
      ...body,
      status: 'pending_sender',
      amount_in: '100',
      amount_in_asset: `stellar:SRT:${issuer}`,
      amount_out: '98.99',
      amount_out_asset: 'iso4217:USD',
      amount_fee: '1.01',
      amount_fee_asset: `stellar:SRT:${issuer}`,
      fee_details: {
        total: '1.01',
        asset: `stellar:SRT:${issuer}`,
        details: [
          { name: 'Fixed fee', amount: '1' },
          { name: 'Proportional fee', amount: '0.01' },
        ],
      },
      started_at: '2026-03-01T12:00:00.000Z',
      updated_at: '2026-03-01T12:00:00.000Z',
      refunded: false,
    })
  })

  it('is kept with its event in the same commit, and without one for a refusal (SEP31-34)', async () => {
    const before = [await door.count('"transaction"'), await door.count('transaction_event')]
    await post({ amount: 'much' })
    expect([await door.count('"transaction"'), await door.count('transaction_event')]).toEqual(
      before,
    )
    await post()
    expect([await door.count('"transaction"'), await door.count('transaction_event')]).toEqual(
      before.map((count) => count + 1),
    )
  })

  it('takes amount as number or numeric string, to the last digit (SEP31-18, SEP31-C19, AP-1.26, POLARIS-8.14)', async () => {
    const large = '90071992547.4099931' // no JavaScript number has these digits
    const body = JSON.stringify(opening({ asset_code: 'FREE' })).replace('100', large)
    const { body: answer } = await door.call('POST /transactions', body)
    expect(await read(answer['id'])).toMatchObject({ amount_in: large })
    expect(await opened({ amount: '100.10' })).toMatchObject({ amount_in: '100.1' })
  })

  it('reads the amount of the body itself, not one that lies deeper (SEP31-18)', async () => {
    const deeper = { fields: { transaction: {}, other: { amount: 7 } } }
    expect(await opened(deeper)).toMatchObject({ amount_in: '100' })
  })

  it('draws another memo when one is taken (SEP31-39, AP-1.16)', async () => {
    const taken = { type: 'id', value: '4611686018427387905' } as const
    const free = { type: 'id', value: '4611686018427387906' } as const
    door.memos.push(taken, taken, free)
    expect(await opened()).toMatchObject({ stellar_memo: taken.value })
    expect(await opened()).toMatchObject({ stellar_memo: free.value })
  })

  it('writes a hash memo as base64 of 32 bytes (SEP31-38, AP-1.18)', async () => {
    const { stellar_memo: memo } = await opened({ asset_code: 'HASH' })
    expect(Buffer.from(String(memo), 'base64')).toHaveLength(32)
  })

  it('lets unknown keys, null and empty texts be (SEP31-30, SEP31-C19)', async () => {
    const changes = { sender_id: '', receiver_id: '', asset_code: 'FREE' }
    const more = { extra: { deep: [1] }, asset_issuer: null, quote_id: '' }
    expect((await post({ ...changes, ...more })).status).toBe(201)
  })

  it('takes the issuer of the asset and its payout asset, and names all assets (SEP31-21, SEP31-23, SEP31-64, SEP31-65, POLARIS-8.28)', async () => {
    await opened({ asset_issuer: issuer })
    const transaction = await opened({ destination_asset: 'iso4217:USD' })
    expect(transaction).toMatchObject({
      amount_in: '100',
      amount_in_asset: `stellar:SRT:${issuer}`,
      amount_out_asset: 'iso4217:USD',
      amount_fee_asset: `stellar:SRT:${issuer}`,
    })
    expect(transaction).not.toHaveProperty('amount_out') // only after the payment
  })

  it('knows customers by their ids in capital letters, too (SEP31-28)', async () => {
    const ids = { sender_id: senderId.toUpperCase(), receiver_id: receiverId.toUpperCase() }
    const { body } = await post(ids)
    const kept = await door.read(({ transactions }) => transactions.find(String(body['id'])))
    expect(kept).toMatchObject({ senderId, receiverId })
  })

  it('takes customers registered under any memo of the account (SEP31-28, SEP31-C12)', async () => {
    const sibling = await door.customer(receiver, { memo: { type: 'id', value: '2' } })
    const { status } = await door.call('POST /transactions', opening({ receiver_id: sibling }), {
      subject: `${sendingAnchor}:1`,
    })
    expect(status).toBe(201)
  })
})

describe('an unfit request gets 400 with a sentence, and nothing is stored', () => {
  const long = '9'.repeat(21)
  it.each([
    ['SEP31-18', { amount: undefined }, /amount is missing/],
    ['SEP31-18', { amount: null }, /amount is missing/],
    ['SEP31-18', { amount: '' }, /amount is missing/],
    ['SEP31-18', { amount: 'much' }, /plain decimal/],
    ['SEP31-18', { amount: 0 }, /above 0/],
    ['SEP31-18', { amount: -5 }, /above 0/],
    ['SEP31-18', { amount: true }, /amount must be a number/],
    ['SEP31-18', { amount: '100.12345678' }, /at most 7 decimals/],
    ['SEP31-W26', { amount: '1e2' }, /plain decimal/],
    ['SEP31-W26', { amount: long }, /plain decimal/],
    ['SEP31-W26', { amount: '9'.repeat(60) }, /at most 50 characters/],
    ['SEP31-19', { amount: 9.9999999 }, /at least 10 and at most 10000/],
    ['SEP31-19', { amount: '10000.0000001' }, /at least 10 and at most 10000/],
    ['SEP31-20', { asset_code: undefined }, /asset_code is missing/],
    ['SEP31-20', { asset_code: 'EUR' }, /asset of \/info: SRT/],
    ['SEP31-20', { asset_code: '__proto__' }, /asset of \/info/],
    ['SEP31-20', { asset_code: 7 }, /asset_code must be a string/],
    ['SEP31-21', { asset_issuer: distributionAccount }, /asset_issuer must be G/],
    ['SEP31-22', { funding_method: 'PIGEON' }, /one of: SEPA, WIRE/],
    ['SEP31-23', { destination_asset: 'iso4217:BRL' }, /must be iso4217:USD/],
    ['SEP31-27', { quote_id: 'de762cda-a193-4961-861e-57b31fed6eb3' }, /leave out quote_id/],
    ['SEP31-29', { refund_memo: '1' }, /given together/],
    ['SEP31-29', { refund_memo_type: 'id' }, /given together/],
    ['SEP31-29', { refund_memo: '-1', refund_memo_type: 'id' }, /must fit refund_memo_type/],
    ['SEP31-29', { refund_memo: 'x'.repeat(29), refund_memo_type: 'text' }, /must fit/],
    ['SEP31-29', { refund_memo: 'ff', refund_memo_type: 'hash' }, /must fit/],
    ['SEP31-29', { refund_memo: '1', refund_memo_type: 'return' }, /must fit/],
    ['SEP31-28', { receiver_id: 7 }, /receiver_id must be a string/],
    ['SEP31-O07', { fields: 'x' }, /fields must be an object/],
    ['SEP31-O07', { fields: { transaction: [] } }, /fields.transaction must be an object/],
    ['SEP31-O07', { fields: { transaction: { a: 1 } } }, /fields.transaction.a must be a string/],
  ])('%s: %j', async (_, changes, sentence) => {
    const before = await door.count('"transaction"')
    const { status, body } = await post(changes)
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: expect.stringMatching(sentence) },
    })
    expect(await door.count('"transaction"')).toBe(before)
  })

  it.each(['1e2', '1E2', '100e0', '0.1e4'])(
    'refuses the exponent of %s also as a number (SEP31-W26, AP-2.8)',
    async (source) => {
      const body = JSON.stringify(opening()).replace('"amount":100', `"amount":${source}`)
      expect(await door.call('POST /transactions', body)).toMatchObject({ status: 400 })
    },
  )

  it('has no issuer for the native asset (SEP31-W17)', async () => {
    expect(await post({ asset_code: 'native', asset_issuer: issuer })).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/native asset has no asset_issuer/) },
    })
    await opened({ asset_code: 'native' })
  })

  it.each(['[]', '"x"', '7', 'null', '{', '', '\u0000'])(
    'answers JSON to the body %j (SEP31-09)',
    async (body) => {
      const answer = await door.call('POST /transactions', body)
      expect(answer.status).toBe(400)
      expect(answer.body).toEqual({ error: expect.any(String) })
    },
  )

  it('refuses bodies that are no JSON (SEP31-09)', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await door.call('POST /transactions', 'amount=100&asset_code=SRT', { headers })
    expect(answer).toMatchObject({ status: 415, body: { error: expect.any(String) } })
  })

  it('takes any amount where there are no bounds (SEP31-W18)', async () => {
    for (const amount of ['1.5', '123456789']) {
      const { amount_in: taken } = await opened({ asset_code: 'ANY', amount })
      expect(taken).toBe(amount)
    }
  })

  it('takes the bounds themselves (SEP31-19)', async () => {
    for (const amount of [10, 20]) await opened({ asset_code: 'NARROW', amount })
    for (const amount of ['9.9999999', '20.0000001']) {
      expect((await post({ asset_code: 'NARROW', amount })).status).toBe(400)
    }
  })

  it('keeps the language, for what is asked later (SEP31-31)', async () => {
    const { body } = await post({ lang: 'es-MX' })
    const kept = await door.read(({ transactions }) => transactions.find(String(body['id'])))
    expect(kept?.language).toBe('es')
  })

  it('keeps the memo of a refund, should there be one (SEP31-29)', async () => {
    const { body } = await post({ refund_memo: 'to aunt May', refund_memo_type: 'text' })
    const kept = await door.read(({ transactions }) => transactions.find(String(body['id'])))
    expect(kept?.refundMemo).toEqual({ type: 'text', value: 'to aunt May' })
  })

  it('says it in the language asked for, else in English (SEP31-31, SEP31-32)', async () => {
    const sentence = async (lang: unknown) =>
      (await post({ amount: 1, lang })).body['error'] as string
    expect(await sentence('es-MX')).toMatch(/^amount debe ser al menos 10/)
    expect(await sentence('xx')).toMatch(/^amount must be at least 10/)
    expect(await sentence(7)).toMatch(/^amount must be at least 10/)
  })
})

describe('customers asked for before the payment', () => {
  it.each(['sender_id', 'receiver_id'])(
    'wants %s: absent, unknown, no id at all (SEP31-28, SEP31-42, SEP31-43, SEP31-O21)',
    async (name) => {
      const type = name === 'sender_id' ? 'sep31-sender' : 'sep31-receiver'
      const unknown = 'd3f2a8e0-1111-4222-8333-444455556666'
      for (const id of [undefined, '', unknown, 'not-an-id', `${unknown}'--`]) {
        const { status, body } = await post({ [name]: id })
        expect({ status, body }).toEqual({
          status: 400,
          body: { error: 'customer_info_needed', type },
        })
      }
    },
  )

  it('refuses a customer of another account, and one who is not accepted (SEP31-28, SEP31-43)', async () => {
    const foreign = await door.customer(receiver, { account: distributionAccount })
    const incomplete = await door.customer(sender)
    for (const id of [foreign, incomplete]) {
      expect(await post({ receiver_id: id })).toMatchObject({
        status: 400,
        body: { error: 'customer_info_needed', type: 'sep31-receiver' },
      })
    }
  })

  it('asks for the type that the amount wants', async () => {
    expect(await post({ amount: 5000 })).toMatchObject({
      status: 400,
      body: { error: 'customer_info_needed', type: 'sep31-large-receiver' },
    })
  })

  it.each(['sender_id', 'receiver_id'])(
    'looks up no %s that only contains an id (SEP31-28)',
    async (name) => {
      const id = name === 'sender_id' ? senderId : receiverId
      for (const text of [`x${id}`, `${id}x`, id.replaceAll('-', ''), id.replace('-', '_')]) {
        const { status, body } = await post({ [name]: text })
        expect([status, body['error']]).toEqual([400, 'customer_info_needed'])
      }
    },
  )

  it('are asked for after the terms, and before the fields (SEP31-42, SEP31-O08)', async () => {
    const wrong = { asset_code: 'OLD', receiver_id: undefined, funding_method: 'PIGEON' }
    const error = async (changes: object) => (await post(changes)).body['error']
    expect(await error({ ...wrong, fields: {} })).toMatch(/^funding_method/)
    expect(await error({ ...wrong, funding_method: 'WIRE' })).toBe('customer_info_needed')
    expect(await error({ asset_code: 'OLD' })).toBe('transaction_info_needed')
  })
})

it('takes the fee that /info tells, and no other (SEP31-15, SEP31-67, SEP31-G03)', async () => {
  const { body } = await door.call('GET /info', undefined, { subject: null })
  const told = (body['receive'] as Record<string, { fee_fixed: number; fee_percent: number }>)[
    'SRT'
  ]
  for (const amount of [10, 100, 4999]) {
    const { amount_fee: fee, amount_out: out } = await opened({ amount })
    const owed = (told?.fee_fixed ?? 0) + (amount * (told?.fee_percent ?? 0)) / 100
    expect(Number(fee) - owed).toBeGreaterThan(-1e-7)
    expect(Number(fee) - owed).toBeLessThan(0.01) // what the payout currency cannot carry
    expect(Number(out) + Number(fee)).toBeCloseTo(amount, 7)
  }
})

/** One whose data is still being looked at. */
async function checkedCustomer(fields: Readonly<Record<string, string>>): Promise<string> {
  const id = await door.customer(fields)
  await door.commit(async ({ customers }) => {
    const before = await customers.lock(id)
    if (before === undefined) throw new Error('the customer is gone')
    const checked = Object.entries(before.fields).map(
      ([name, field]) => [name, { ...field, status: 'PROCESSING' as const }] as const,
    )
    await customers.save({ ...before, fields: Object.fromEntries(checked), version: 2 })
  })
  return id
}

describe('customers who are being checked', () => {
  it('have to be accepted before, where the asset says so (SEP31-43, SEP31-O21)', async () => {
    const receiver_id = await checkedCustomer(receiver)
    expect(await post({ receiver_id })).toMatchObject({
      status: 400,
      body: { error: 'customer_info_needed', type: 'sep31-receiver' },
    })
  })

  it('may be accepted after, where the asset says so (SEP31-35, SEP31-36)', async () => {
    const receiver_id = await checkedCustomer(receiver)
    const transaction = await opened({ asset_code: 'LATE', receiver_id })
    expect(transaction).toMatchObject({ status: 'pending_receiver' })
    expect(transaction).not.toHaveProperty('stellar_memo')
  })
})

describe('customers asked for after the opening', () => {
  it('waits for the data and tells no memo yet (SEP31-35, SEP31-36, SEP31-40)', async () => {
    const incomplete = await door.customer(sender)
    const { status, body } = await post({ asset_code: 'LATE', receiver_id: incomplete })
    expect({ status, keys: Object.keys(body) }).toEqual({ status: 201, keys: ['id'] })
    const transaction = await read(body['id'])
    expect(transaction).toMatchObject({ status: 'pending_customer_info_update' })
    expect(transaction).not.toHaveProperty('stellar_memo')
  })

  it('wants somebody to wait for: both have to be known, the sender first (SEP31-40, SEP31-42)', async () => {
    const unknown = 'd3f2a8e0-1111-4222-8333-444455556666'
    for (const [changes, type] of [
      [{ receiver_id: undefined }, 'sep31-receiver'],
      [{ receiver_id: unknown }, 'sep31-receiver'],
      [{ sender_id: undefined, receiver_id: undefined }, 'sep31-sender'],
    ] as const) {
      const { status, body } = await post({ asset_code: 'LATE', ...changes })
      expect([status, body]).toEqual([400, { error: 'customer_info_needed', type }])
    }
  })

  it('waits for nobody whom an operator rejected (SEP31-40, SEP12-53)', async () => {
    const rejected = await door.customer(sender)
    await door.commit(async ({ customers }) => {
      const before = await customers.lock(rejected)
      if (before === undefined) throw new Error('the customer is gone')
      await customers.save({ ...before, rejected: 'no', version: 2 })
    })
    for (const [name, side] of [
      ['sender_id', 'sending'],
      ['receiver_id', 'receiving'],
    ] as const) {
      expect(await post({ asset_code: 'LATE', [name]: rejected })).toMatchObject({
        status: 400,
        body: { error: `The ${side} customer cannot be served` },
      })
    }
  })

  it('is ready at once when both are accepted (SEP31-35)', async () => {
    expect(await opened({ asset_code: 'LATE' })).toMatchObject({ status: 'pending_sender' })
  })
})

describe('the old form', () => {
  const bank = { routing_number: '0110', account_number: '42' }

  it('asks for the missing fields only, as /info describes them (SEP31-O08)', async () => {
    const fields = { transaction: { routing_number: '0110', account_number: '' } }
    const { status, body } = await post({ asset_code: 'OLD', fields })
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        error: 'transaction_info_needed',
        fields: {
          transaction: {
            account_number: { description: 'bank account number of the destination' },
          },
        },
      },
    })
  })

  it('does not ask for what either customer has already brought (SEP31-O11)', async () => {
    const asked = (name: string) => {
      const asset = anAsset({ transactionFields: { [name]: { description: 'n' } } })
      return openTransaction({ ...door.openParts, assets: new Map([['SRT', asset]]) })({
        principal: { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'localhost' },
        request: { amount: '100', assetCode: 'SRT', senderId, receiverId, fields: {} },
      })
    }
    expect(await asked('bank_account_number')).toMatchObject({ ok: true }) // the receiver's
    expect(await asked('additional_name')).toMatchObject({ ok: true }) // the sender's
    expect(await asked('tax_id')).toMatchObject({ refusal: { code: 'transaction_info_needed' } })
  })

  it('does not insist on a field that is optional (SEP31-O08)', async () => {
    expect((await post({ asset_code: 'NOTE' })).status).toBe(201)
  })

  it.each([undefined, null, {}, { transaction: {} }, { transaction: null }])(
    'accepts fields = %j when no field is wanted (SEP31-O07, SEP31-W11, SEP31-C07)',
    async (fields) => {
      expect((await post({ fields })).status).toBe(201)
    },
  )

  it('refuses a value outside of the choices (SEP31-O09)', async () => {
    const fields = { transaction: { ...bank, type: 'PIGEON' } }
    expect(await post({ asset_code: 'OLD', fields })).toMatchObject({
      status: 400,
      body: { error: 'fields.transaction.type must be one of: SEPA, WIRE' },
    })
  })

  it('keeps what is asked for, sealed, and nothing else (SEP31-O10, SEP31-O12)', async () => {
    const fields = { transaction: { ...bank, colour: 'red' } }
    const { body } = await post({ asset_code: 'OLD', fields })
    const kept = await door.read(({ transactions }) => transactions.find(String(body['id'])))
    expect(kept?.fields).toEqual({ ...bank, type: 'SEPA' })
    const [row] = await sql<{ readonly sealed: string }>(
      door.database.pooled,
      `select encode(fields_sealed, 'escape') as sealed from "transaction" where id = $1`,
      [String(body['id'])],
    )
    expect(row?.sealed).not.toContain('0110')
  })

  it.each([
    [{ funding_method: undefined, fields: { transaction: { ...bank, type: 'WIRE' } } }, 'WIRE'],
    [{ funding_method: undefined, fields: { transaction: bank } }, 'SEPA'],
    [{ funding_method: 'WIRE', fields: { transaction: bank } }, 'WIRE'],
  ])('finds the method in %j (SEP31-O12)', async (changes, method) => {
    const { body } = await post({ asset_code: 'OLD', ...changes })
    const kept = await door.read(({ transactions }) => transactions.find(String(body['id'])))
    expect(kept?.fundingMethod).toBe(method)
  })
})

it('logged no fault of ours for any of these', () => {
  expect(door.faults).toEqual([])
})
