import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lifecycle } from '../../../src/domain/transaction/lifecycle.ts'
import { holdsFunds } from '../../builders/holds-funds.ts'
import type { Phase } from '../../../src/domain/transaction/lifecycle.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { aTransaction, distributionAccount, issuer } from '../../builders/transaction.ts'
import { keepWaitingTransaction } from '../../builders/waiting-transaction.ts'
import { untilOneWaits } from '../../builders/row-wait.ts'
import { openDoor, sendingAnchor } from './door.ts'
import type { Door } from './door.ts'

let door: Door

beforeAll(async () => {
  door = await openDoor([anAsset({ transactionFields: routingFields })])
})
afterAll(() => door.close())

const owner = { account: sendingAnchor }

async function kept(changes: Partial<Transaction> = {}): Promise<Transaction> {
  const transaction = aTransaction({ owner, ...changes })
  await door.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
  return transaction
}

/** With its funds, where the phase has them. */
const inPhase = (phase: Phase): Partial<Transaction> => ({
  phase,
  ...((holdsFunds(phase) || phase === 'completed') && {
    stellarPaymentId: `${1_000 + Object.keys(lifecycle).indexOf(phase)}`,
    stellarTransactionHash: 'cd'.repeat(32),
    fundsReceivedAt: new Date('2026-03-01T11:30:00Z'),
  }),
  ...(phase === 'completed' && { completedAt: new Date('2026-03-01T11:40:00Z') }),
})

const waiting = (changes: Partial<Transaction> = {}) =>
  keepWaitingTransaction(door.commit, {
    owner,
    fields: { routing_number: '0110', account_number: 'wrong' },
    wantedFields: { account_number: 'The bank knows no such account.' },
    ...changes,
  })

describe('who may read and change a transaction', () => {
  const other = `${sendingAnchor}:7`
  const lines = [
    ['GET /transactions/', undefined],
    ['PATCH /transactions/', { fields: { transaction: { account_number: '43' } } }],
    ['PUT /transactions/', { url: 'https://wallet.example.com' }],
  ] as const

  it.each(lines)(
    'answers 404 to %s of another client (SEP31-79, SEP31-W01, SEP31-W02, AP-2.2, AP-2.3, POLARIS-8.21)',
    async (line, body) => {
      const { id } = await waiting()
      const path = `${line}${id}${line.startsWith('PUT') ? '/callback' : ''}` as `GET /${string}`
      const own = await door.call(path, body)
      expect(own.status).toBeLessThan(300)
      for (const subject of [other, distributionAccount]) {
        expect(await door.call(path, body, { subject })).toMatchObject({
          status: 404,
          body: { error: expect.any(String) },
        })
      }
    },
  )

  it.each(lines)(
    'answers 404 to %s whatever the id looks like (SEP31-78, SEP31-C11)',
    async (line, body) => {
      const end = line.startsWith('PUT') ? '/callback' : ''
      for (const id of ['not-an-id', '1', "'--", 'd3f2a8e0-1111-4222-8333-444455556666']) {
        const answer = await door.call(`${line}${id}${end}` as `GET /${string}`, body)
        expect(answer.status).toBe(404)
      }
    },
  )

  it.each([
    ['POST /transactions', '{}'],
    ['GET /transactions/1', undefined],
    ['PATCH /transactions/1', '{}'],
    ['PUT /transactions/1/callback', '{}'],
  ] as const)(
    'answers 403 to %s without a token, before it looks at the body (SEP31-04, SEP31-07, SEP31-C05)',
    async (line, body) => {
      const headers = { 'content-type': 'text/plain' }
      for (const subject of [null, 'nonsense']) {
        const answer = await door.call(line, body, { subject, ...(body && { headers }) })
        expect(answer).toMatchObject({ status: 403, body: { error: expect.any(String) } })
      }
    },
  )

  it('finds a transaction by nothing but its own id, not by what others can see (POLARIS-8.20)', async () => {
    const transaction = await kept({
      ...inPhase('completed'),
      stellarPaymentId: '2000',
      externalTransactionId: 'bank-20',
    })
    const { id, memo, stellarTransactionHash = '', externalTransactionId = '' } = transaction
    const { stellarPaymentId = '' } = transaction
    for (const seen of [
      stellarTransactionHash,
      externalTransactionId,
      memo.value,
      stellarPaymentId,
    ]) {
      expect((await door.call(`GET /transactions/${seen}`)).status).toBe(404)
      for (const name of ['stellar_transaction_id', 'external_transaction_id', 'memo']) {
        const { status } = await door.call(`GET /transactions?${name}=${seen}`)
        expect([404, 405]).toContain(status)
      }
    }
    expect((await door.call(`GET /transactions/${id}`, undefined, { subject: null })).status).toBe(
      403,
    )
    expect((await door.call(`GET /transactions/${id}`)).status).toBe(200)
  })

  it('knows a muxed account and its id as one client (SEP31-06)', async () => {
    const { id } = await kept({ owner: { ...owner, memo: '7' } })
    expect(await door.call(`GET /transactions/${id}`, undefined, { subject: other })).toMatchObject(
      {
        status: 200,
      },
    )
    expect((await door.call(`GET /transactions/${id}`)).status).toBe(404)
  })
})

describe('GET /transactions/:id', () => {
  const read = async (id: string) => {
    const { body } = await door.call(`GET /transactions/${id}`)
    return body['transaction'] as Record<string, unknown>
  }

  it('tells everything about a completed payment (SEP31-54, SEP31-61, SEP31-65, SEP31-68, SEP31-80)', async () => {
    const { id } = await kept({
      phase: 'completed',
      stellarPaymentId: '42',
      stellarTransactionHash: 'cd'.repeat(32),
      fundsReceivedAt: new Date('2026-03-01T11:30:00Z'),
      externalTransactionId: 'bank-1',
      completedAt: new Date('2026-03-01T11:40:00Z'),
      updatedAt: new Date('2026-03-01T11:40:00Z'),
      destinationAsset: 'iso4217:USD',
    })
    expect(await read(id)).toMatchObject({
      status: 'completed',
      amount_out: '99',
      completed_at: '2026-03-01T11:40:00.000Z',
      updated_at: '2026-03-01T11:40:00.000Z',
      stellar_transaction_id: 'cd'.repeat(32),
      external_transaction_id: 'bank-1',
      refunded: false,
      stellar_account_id: distributionAccount,
      amount_in_asset: `stellar:SRT:${issuer}`,
    })
  })

  it('names the wanted fields while they are wanted (SEP31-56, SEP31-O19, SEP31-G16)', async () => {
    expect(await read((await waiting()).id)).toMatchObject({
      status: 'pending_transaction_info_update',
      required_info_message: 'The bank knows no such account.',
      required_info_updates: {
        transaction: {
          account_number: { description: 'bank account number of the destination' },
        },
      },
    })
  })

  it.each(Object.keys(lifecycle) as Phase[])(
    'does not call it refunded in the phase %s, as nothing was returned (SEP31-O20)',
    async (phase) => {
      const transaction = await read((await kept(inPhase(phase))).id)
      expect(transaction).toMatchObject({ refunded: false })
      expect(transaction).not.toHaveProperty('refunds')
    },
  )

  it('has no null and no empty text anywhere (SEP31-W10, SEP31-C10)', async () => {
    const { id } = await kept()
    const text = JSON.stringify(await read(id))
    expect(text).not.toMatch(/null|""/)
    expect(text).not.toContain('required_info')
  })

  it('tells no memo before it is ready to be paid (SEP31-36, SEP31-37)', async () => {
    for (const phase of ['screening', 'awaitingInfo'] as const) {
      expect(Object.keys(await read((await kept({ phase })).id))).not.toContain('stellar_memo')
    }
  })
})

describe('PATCH /transactions/:id', () => {
  const patch = (id: string, transaction: unknown) =>
    door.call(`PATCH /transactions/${id}`, { fields: { transaction } })

  it('takes the corrected field and tries the payout again (SEP31-58, SEP31-O17, SEP31-W12, SEP31-W13)', async () => {
    const { id } = await waiting()
    const { status, body } = await patch(id, { account_number: '43' })
    const transaction = body['transaction'] as Record<string, unknown>
    expect({ status, transaction }).toMatchObject({
      status: 200,
      transaction: {
        id,
        status: 'pending_receiver',
        updated_at: door.clock.now.toISOString(),
      },
    })
    expect(transaction).not.toHaveProperty('required_info_updates')
    expect(transaction).not.toHaveProperty('required_info_message')
    await door.read(async ({ transactions, payouts }) => {
      expect((await transactions.find(id))?.fields).toEqual({
        routing_number: '0110',
        account_number: '43',
      })
      expect(await payouts.find(id)).toMatchObject({ state: 'due', failures: 0 })
    })
    const jobs = await door.commit(({ outbox }) => outbox.unsent(1000))
    expect(jobs.map(({ job }) => job)).toContainEqual(
      expect.objectContaining({ name: 'send-payout', payload: { transactionId: id } }),
    )
  })

  it('breaks, and keeps nothing, when there is no payout to be tried again', async () => {
    const { id } = await kept({
      phase: 'awaitingPayoutTransactionInfo',
      wantedFields: { account_number: 'a' },
      stellarPaymentId: '77',
    })
    const before = await door.read(({ transactions }) => transactions.find(id))
    expect((await patch(id, { account_number: '43' })).status).toBe(500)
    expect(door.faults.splice(0)).toMatchObject([
      { error: { message: `Transaction ${id} has no payout` } },
    ])
    expect(await door.read(({ transactions }) => transactions.find(id))).toEqual(before)
  })

  it('waits for what somebody else is changing, and then sees what was made of it', async () => {
    const { id } = await waiting()
    const patched = await door.commit(async ({ transactions }) => {
      const before = await transactions.lock(id)
      if (before === undefined) throw new Error('the transaction is there')
      const answer = patch(id, { account_number: '43' })
      await untilOneWaits(door.url)
      const phase = 'payingOut'
      await transactions.save({ ...before, phase, wantedFields: {}, version: before.version + 1 })
      return { answer }
    })
    expect((await patched.answer).status).toBe(400)
    expect(await door.read(({ transactions }) => transactions.find(id))).toMatchObject({
      phase: 'payingOut',
      fields: { routing_number: '0110' },
    })
    expect(door.faults).toEqual([])
  })

  it('keeps a part, stays, and names the rest (SEP31-O16)', async () => {
    const { id } = await waiting({ wantedFields: { account_number: 'a', routing_number: 'b' } })
    expect(await patch(id, { routing_number: '', account_number: '43' })).toMatchObject({
      status: 400,
      body: { error: 'These fields are still to be corrected: routing_number' },
    })
    const { body } = await door.call(`GET /transactions/${id}`)
    expect(body).toMatchObject({
      transaction: {
        status: 'pending_transaction_info_update',
        required_info_updates: { transaction: { routing_number: expect.anything() } },
      },
    })
    expect(await door.read(({ transactions }) => transactions.find(id))).toMatchObject({
      fields: { routing_number: '0110', account_number: '43' },
      wantedFields: { routing_number: 'b' },
    })
    expect((await patch(id, { routing_number: '0111' })).status).toBe(200)
  })

  it('is told of in the events as the work of that client, its memo included (SEP31-O16)', async () => {
    const client = { ...owner, memo: '7' }
    const wantedFields = { account_number: 'a', routing_number: 'b' }
    const { id } = await waiting({ owner: client, wantedFields })
    const more = { subject: `${sendingAnchor}:7` }
    for (const transaction of [{ account_number: '43' }, { routing_number: '0111' }]) {
      await door.call(`PATCH /transactions/${id}`, { fields: { transaction } }, more)
    }
    const told = await door.commit(async ({ events }) => {
      await events.assignSequences(1000)
      return events.ofTransaction(id)
    })
    expect(told.map(({ type, actor }) => [type, actor])).toEqual([
      ['infoPartlyReceived', { kind: 'client', ...client }],
      ['infoReceived', { kind: 'client', ...client }],
    ])
  })

  it('refuses a field nobody asked for, and stores nothing (SEP31-O14, AP-1.29)', async () => {
    const { id, version } = await waiting()
    expect(await patch(id, { account_number: '43', colour: 'red' })).toMatchObject({
      status: 400,
      body: { error: 'colour is not to be corrected; send only: account_number' },
    })
    expect((await patch(id, { '<b>\n': 'red' })).body['error']).toMatch(/^\?b\?\? is not /)
    expect(await door.read(({ transactions }) => transactions.find(id))).toMatchObject({ version })
  })

  it('refuses a value outside of the choices (SEP31-O09)', async () => {
    const { id } = await waiting({ wantedFields: { type: 'not offered' } })
    expect(await patch(id, { type: 'PIGEON' })).toMatchObject({
      status: 400,
      body: { error: 'fields.transaction.type must be one of: SEPA, WIRE' },
    })
    expect(await patch(id, { type: 'WIRE' })).toMatchObject({ status: 200 })
  })

  it('is refused in any other status, the second time too (SEP31-O13)', async () => {
    const { id } = await kept()
    const error = 'This transaction is not in the status pending_transaction_info_update'
    const refused = { status: 400, body: { error } }
    expect(await patch(id, { account_number: '43' })).toMatchObject(refused)
    expect(await patch(id, {})).toMatchObject(refused)
    const corrected = await waiting()
    await patch(corrected.id, { account_number: '43' })
    expect(await patch(corrected.id, { account_number: '43' })).toMatchObject(refused)
  })

  const missing = 'fields.transaction is missing: send the fields of required_info_updates'
  it.each([
    [{}, missing],
    [{ fields: {} }, missing],
    [{ fields: null }, missing],
    [{ fields: { transaction: null } }, missing],
    [{ fields: [] }, 'fields must be an object'],
    [[], 'The body must be a JSON object'],
  ])('is refused for the body %j (SEP31-O15, SEP31-W12)', async (body, error) => {
    const { id } = await waiting()
    expect(await door.call(`PATCH /transactions/${id}`, body)).toMatchObject({
      status: 400,
      body: { error },
    })
  })

  it('corrects nothing with an empty value', async () => {
    const { id, version } = await waiting()
    expect(await patch(id, { account_number: '' })).toMatchObject({ status: 400 })
    expect(await door.read(({ transactions }) => transactions.find(id))).toMatchObject({ version })
  })

  it('succeeds once when ten come at the same time (SEP31-W25, AP-1.23)', async () => {
    const { id } = await waiting()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => patch(id, { account_number: '43' })),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array<number>(9).fill(400),
    ])
  })
})

describe('PUT /transactions/:id/callback', () => {
  const put = (id: string, url: unknown) => door.call(`PUT /transactions/${id}/callback`, { url })

  it('answers 204 without a body; a later call replaces the address (SEP31-81)', async () => {
    const { id } = await kept()
    expect(await put(id, 'https://one.example.com/')).toMatchObject({ status: 204, body: {} })
    expect((await put(id, 'https://two.example.com/')).status).toBe(204)
    expect(await door.read(({ transactions }) => transactions.find(id))).toMatchObject({
      callbackUrl: 'https://two.example.com/',
    })
  })

  it('changes nothing when the address is set again, and makes one version of another (SEP31-81)', async () => {
    const { id, version } = await kept()
    for (const path of ['one', 'one', 'two']) await put(id, `https://${path}.example.com/`)
    expect(await door.read(({ transactions }) => transactions.find(id))).toMatchObject({
      version: version + 2,
    })
  })

  it('sends to the new address also what is still to be told (SEP31-81, SEP31-83)', async () => {
    const { id } = await waiting({ callbackUrl: 'https://one.example.com/' })
    const body = { fields: { transaction: { account_number: '43' } } }
    expect((await door.call(`PATCH /transactions/${id}`, body)).status).toBe(200)
    await put(id, 'https://two.example.com/')
    const owed = await door.read(({ callbacks }) => callbacks.due(door.clock.now, 1000))
    const told = await door.commit(({ callbacks }) =>
      Promise.all(owed.map((each) => callbacks.lock(each))),
    )
    const own = told.filter((each) => each?.subject.id === id)
    expect(own.map((each) => each?.url)).toEqual(['https://two.example.com/'])
  })

  it.each([
    [undefined, 'missing'],
    [null, 'missing'],
    [7, 'missing'],
    ['nonsense', 'must be an absolute https address'],
    ['http://wallet.example.com', 'must begin with https://'],
    ['https://localhost/x', 'private or local network'],
    ['https://10.0.0.1/x', 'private or local network'],
    ['https://inside.example.com/x', 'private or local network'],
  ])('refuses %j, and says what to mend: %s (SEP31-82)', async (url, words) => {
    const { id } = await kept()
    const error = expect.stringMatching(new RegExp(`^url .*${words}`)) as string
    expect(await put(id, url)).toMatchObject({ status: 400, body: { error } })
  })
})

it('logged no fault of ours for any of these', () => {
  expect(door.faults).toEqual([])
})
