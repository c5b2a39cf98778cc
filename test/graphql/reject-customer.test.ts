import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RejectCustomerDocument } from '../../schema/generated/backoffice/graphql.ts'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import type { Transaction } from '../../src/domain/transaction/transaction.ts'
import { onServer } from '../database.ts'
import { ask, codesOf, dataOf } from './ask.ts'
import {
  backofficeToken as token,
  funded,
  gatewayWorld,
  keepCustomer,
  keepTransaction,
  person,
  sendingAnchor,
  tokenFor,
} from './gateway-world.ts'
import type { World } from './gateway-world.ts'

let world: World
beforeAll(async () => {
  world = await gatewayWorld()
}, 90_000)
afterAll(() => world.stop())

const reason = 'We cannot serve you'

const reject = async (id: string, why = reason) =>
  dataOf(
    await ask(world.backoffice, RejectCustomerDocument, { token, variables: { id, reason: why } }),
  ).rejectCustomer

/** As the client sees it. */
const clientCalls = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${world.publicUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await tokenFor(sendingAnchor)}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as object }
}

const aReceiver = () => keepCustomer(world.rooms, { ...person, bank_account_number: '1000990001' })

async function keepWith(changes: Partial<Transaction>) {
  const receiver = await aReceiver()
  const { id } = await keepTransaction(world.rooms, {
    receiverId: receiver.id,
    receiverType: 'sep31-receiver',
    ...changes,
  })
  return { id, receiver }
}

const payoutOf = (id: string) => world.rooms.read(({ payouts }) => payouts.find(id))

describe('a customer that an operator rejects', () => {
  it('is REJECTED for good, with the reason (SEP12-53, SEP12-81, SEP12-135)', async () => {
    const { id } = await aReceiver()
    expect(await reject(id)).toEqual({ __typename: 'RejectedCustomer', id })
    const path = `/sep12/customer?id=${id}`
    const rejected = { id, status: 'REJECTED', message: reason }
    expect(await clientCalls('GET', path)).toMatchObject({ status: 200, body: rejected })
    const put = await clientCalls('PUT', '/sep12/customer', { id, first_name: 'Joan' })
    expect(put).toMatchObject({ status: 400, body: { error: expect.stringMatching(/rejected/) } })
    expect(await clientCalls('GET', path)).toMatchObject({ body: rejected })
  })

  it('is refused to an operator when unknown, rejected before or without a reason', async () => {
    const { id } = await aReceiver()
    expect(await reject(id, ' ')).toMatchObject({ code: 'reason_malformed' })
    expect(await reject(id, 'x'.repeat(501))).toMatchObject({ code: 'reason_malformed' })
    expect(await reject(randomUUID())).toMatchObject({ code: 'customer_unknown' })
    expect(await reject('x')).toMatchObject({ code: 'customer_unknown' })
    expect(await reject(id.toUpperCase())).toEqual({ __typename: 'RejectedCustomer', id })
    expect(await reject(id)).toMatchObject({ code: 'customer_already_rejected' })
  })

  it('is told the reason without the blanks around it, which do not count (SEP12-53)', async () => {
    const { id } = await aReceiver()
    const longest = 'x'.repeat(500)
    expect(await reject(id, ` ${longest}\n`)).toEqual({ __typename: 'RejectedCustomer', id })
    const { body } = await clientCalls('GET', `/sep12/customer?id=${id}`)
    expect(body).toMatchObject({ message: longest })
  })

  it('is not rejected by a wallet (SEP12-135)', async () => {
    const { id } = await aReceiver()
    const variables = { id, reason }
    const login = await tokenFor(sendingAnchor)
    const answer = await ask(world.backoffice, RejectCustomerDocument, { token: login, variables })
    expect([answer.status, codesOf(answer)]).toEqual([401, ['UNAUTHENTICATED']])
    expect(await clientCalls('GET', `/sep12/customer?id=${id}`)).not.toMatchObject({
      body: { status: 'REJECTED' },
    })
  })

  it('is told of once, and the subscription ends (SEP12-102, SEP12-103)', async () => {
    const { id } = await aReceiver()
    const url = 'http://127.0.0.1:9/kyc'
    await clientCalls('PUT', '/sep12/customer/callback', { id, url })
    await reject(id)
    const [owed, ...more] = await onServer(
      world.databaseUrl,
      'select id from callback where subject_id = $1',
      [id],
    )
    expect(more).toEqual([])
    const notice = await world.rooms.commit(({ callbacks }) => callbacks.lock(String(owed?.['id'])))
    expect(JSON.parse(notice?.body ?? '{}')).toMatchObject({ id, status: 'REJECTED' })
    const kept = await world.rooms.read(({ customers }) => customers.find(id))
    expect(kept?.callbackUrl).toBeUndefined()
  })
})

describe('a transaction of a customer that is rejected', () => {
  it.each(['screening', 'awaitingInfo', 'awaitingFunds'] as const)(
    'ends in error before funds, from %s (SEP31-60)',
    async (phase) => {
      const { id, receiver } = await keepWith({ phase })
      await reject(receiver.id)
      expect(await clientCalls('GET', `/sep31/transactions/${id}`)).toMatchObject({
        body: { transaction: { status: 'error', status_message: 'A customer was rejected' } },
      })
    },
  )

  it('tells in its events which operator it was (SEP31-60)', async () => {
    const { id, receiver } = await keepWith({ phase: 'awaitingFunds' })
    await reject(receiver.id)
    const rows = await onServer(
      world.databaseUrl,
      `select actor from transaction_event where transaction_id = $1 and type = 'declined'`,
      [id],
    )
    expect(rows).toEqual([{ actor: { kind: 'operator', name: 'backoffice' } }])
  })

  it('is not paid out any more, and an operator looks at it', async () => {
    const { id, receiver } = await keepWith(funded())
    await world.rooms.commit(({ payouts }) => payouts.add([newPayout(id, new Date())]))
    await reject(receiver.id)
    await world.rooms.sendPayout(id)
    expect(await payoutOf(id)).toMatchObject({ state: 'dead', deadReason: 'customer_rejected' })
  })

  it('waits no longer for data that is not taken any more', async () => {
    const name = 'bank_account_number'
    const { id, receiver } = await keepWith({
      ...funded('awaitingPayoutCustomerInfo'),
      wantedCustomerFields: [{ owner: 'receiver', name, message: 'This account does not exist' }],
    })
    const payout = { ...newPayout(id, new Date()), state: 'waiting', attemptNumber: 1 } as const
    await world.rooms.commit(({ payouts }) => payouts.add([payout]))
    await reject(receiver.id)
    await world.rooms.sendPayout(id)
    expect(await payoutOf(id)).toMatchObject({ state: 'dead', deadReason: 'customer_rejected' })
  })
})
