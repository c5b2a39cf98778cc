import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import { signWebhook } from '../../src/sandbox/bank/signature.ts'
import { freshDatabase, onServer } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import {
  funded,
  keepCustomer,
  keepTransaction,
  person,
  sendingAnchor,
  startWorldGateway,
} from '../graphql/gateway-world.ts'
import { until } from '../until.ts'

/** A bank that keeps its answers to itself until it is told to give them. */
const held: ServerResponse[] = []
const bank = createServer((_request, response) => void held.push(response))
let bankUrl: string
let database: TestDatabase
beforeAll(async () => {
  await new Promise<void>((resolve) => bank.listen(0, '127.0.0.1', resolve))
  bankUrl = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`
  database = await freshDatabase()
})
afterAll(async () => {
  bank.close()
  await database.drop()
})

it.each([
  ['this machine', false, 10_000],
  ['others', true, 40_000],
])(
  'a payout is left to the worker that asks the bank of %s, and what that tells unasked is counted',
  async (_, isLive, claimMs) => {
    const { rooms, stop } = await startWorldGateway(database.url, { bankUrl, isLive })
    const receiver = await keepCustomer(rooms, { ...person, bank_account_number: '1000990001' })
    const { id } = await keepTransaction(rooms, { ...funded(), receiverId: receiver.id })
    await rooms.commit(({ payouts }) => payouts.add([newPayout(id, rooms.now())]))
    const before = rooms.now().getTime()
    const sending = rooms.sendPayout(id)
    await until(() => held.length > 0, 'the bank to be asked')
    const payout = await rooms.read(({ payouts }) => payouts.find(id))
    const leftForMs = Number(payout?.dueAt.getTime()) - before
    expect(payout?.state).toBe('claimed')
    expect([leftForMs >= claimMs, leftForMs < claimMs + 5_000]).toEqual([true, true])
    for (const response of held.splice(0)) response.writeHead(503).end('{}')
    await sending
    const attempts = await rooms.read(({ payouts }) => payouts.attemptsOfMany([id]))
    const notice = {
      idempotencyKey: attempts[0]?.idempotencyKey ?? '',
      reply: { state: 'pending', payoutId: 'bank-1' },
    } as const
    expect(await rooms.receivePayoutNotice(notice)).toMatchObject({ ok: true })
    const steps = await rooms.metrics.registry.getSingleMetricAsString(
      'fairlead_payout_steps_total',
    )
    const counted = steps.split('\n').filter((line) => line.startsWith('fairlead'))
    expect(counted).toEqual([
      'fairlead_payout_steps_total{outcome="claimed"} 1',
      'fairlead_payout_steps_total{outcome="pending"} 1',
    ])
    await stop()
  },
)

it('a bank that refuses a field is believed by its secret alone, and whoever listens for the customer is told', async () => {
  const { rooms, internalUrl, stop } = await startWorldGateway(database.url, { bankUrl })
  const receiver = await keepCustomer(rooms, { ...person, bank_account_number: '1000990001' })
  const url = 'http://127.0.0.1:9/kyc'
  const principal = { account: sendingAnchor }
  const { id: receiverId } = receiver
  expect(await rooms.setCustomerCallback({ principal, id: receiverId, url })).toMatchObject({
    ok: true,
  })
  const parties = { receiverId, receiverType: 'sep31-receiver-name' }
  const { id } = await keepTransaction(rooms, { ...funded(), ...parties })
  const now = rooms.now()
  await rooms.commit(async ({ payouts }) => {
    await payouts.add([{ ...newPayout(id, now), state: 'claimed', attemptNumber: 1 }])
    const of = { transactionId: id, number: 1, idempotencyKey: 'refused-1' }
    await payouts.addAttempts([{ ...of, state: 'claimed', startedAt: now }])
  })
  const fields = [{ name: 'first_name', owner: 'receiver', message: 'It is another' }]
  const rejection = { reason: 'invalid_field', message: 'No', fields }
  const payout = { id: 'bank-2', idempotency_key: 'refused-1', state: 'rejected', rejection }
  const body = JSON.stringify({ payout })
  const tell = async (secret: string) => {
    const timestamp = Math.floor(now.getTime() / 1_000).toString()
    const signature = signWebhook(secret, { timestamp, body: Buffer.from(body) })
    const signed = { 'payout-timestamp': timestamp, 'payout-signature': signature }
    const headers = { 'content-type': 'application/json', ...signed }
    return (await fetch(`${internalUrl}/rail/notices`, { method: 'POST', body, headers })).status
  }
  const told = () =>
    onServer(database.url, 'select url from callback where subject_id = $1', [receiverId])
  expect(await tell('a-rail-token-of-the-tests-0123456789')).toBe(401)
  expect(await told()).toEqual([])
  expect(await tell('a-rail-secret-of-the-tests-0123456789')).toBe(204)
  expect(await told()).toEqual([{ url }])
  await stop()
})
