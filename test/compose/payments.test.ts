import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import {
  funded,
  keepCustomer,
  keepTransaction,
  person,
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
    expect(steps).toContain('{outcome="pending"} 1')
    await stop()
  },
)
