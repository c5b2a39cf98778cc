import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpPayoutRail } from '../../../src/adapters/rails/http/http-payout-rail.ts'
import type { HttpPayoutRail } from '../../../src/adapters/rails/http/http-payout-rail.ts'
import { payoutDueAgain } from '../../../src/domain/payout/decisions.ts'
import { magicAccountNumbers } from '../../../src/sandbox/bank/magic-account-numbers.ts'
import { startSandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'
import type { SandboxBank } from '../../../src/sandbox/bank/sandbox-bank.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
let bank: SandboxBank
let rail: HttpPayoutRail

const secrets = { token: 'a-token', secret: 'a-secret' }

beforeAll(async () => {
  world = await paymentWorld()
  bank = await startSandboxBank({ port: 0, ...secrets })
  rail = httpPayoutRail({ url: bank.url, ...secrets, timeoutMs: 5_000, now: () => new Date() })
})
afterAll(async () => {
  await rail.close()
  await bank.stop()
  await world.close()
})

interface Movement {
  readonly kind: string
  readonly amount: { readonly value: string; readonly currency: string }
}

async function book(transactionId: string): Promise<readonly Movement[]> {
  const response = await fetch(`${bank.url}/book?transaction_id=${transactionId}`)
  const { movements } = (await response.json()) as { movements: Movement[] }
  return movements
}

/** Money out, returns taken off. */
const timesPaid = async (transactionId: string): Promise<number> =>
  (await book(transactionId)).reduce((times, { kind }) => times + (kind === 'delivery' ? 1 : -1), 0)

async function control(what: 'deliver' | 'return', idempotencyKey: string): Promise<void> {
  const body = JSON.stringify({ idempotency_key: idempotencyKey })
  const response = await fetch(`${bank.url}/_sandbox/${what}`, { method: 'POST', body })
  expect(response.status).toBe(200)
}

async function fundedFor(bank_account_number: string): Promise<Transaction> {
  const receiver = await world.addCustomer({ first_name: 'Rita', bank_account_number })
  return world.openFunded({ receiverId: receiver.id })
}

describe('paying out', () => {
  it('delivers amount out once and completes the transaction (SEP31-53, SEP31-54)', async () => {
    const { id } = await fundedFor(magicAccountNumbers.delivered)
    const { send } = world.payouts(rail)
    expect(await send(id)).toBe('delivered')
    expect(await send(id)).toBe('idle')
    const { transaction, payout, attempts } = await world.stateOf(id)
    expect(transaction).toMatchObject({ phase: 'completed', completedAt: world.clock.now })
    expect(payout).toMatchObject({ state: 'delivered', attemptNumber: 1 })
    expect(attempts).toMatchObject([{ number: 1, state: 'delivered' }])
    expect(transaction?.externalTransactionId).toBe(attempts[0]?.railPayoutId)
    const amount = { value: '99.00', currency: 'USD' }
    expect(await book(id)).toMatchObject([{ kind: 'delivery', amount }])
  })

  it('waits with pending_external until the bank has delivered (SEP31-55)', async () => {
    const { id } = await fundedFor(magicAccountNumbers.pendingUntilTold)
    const { send, settle } = world.payouts(rail)
    expect(await send(id)).toBe('pending')
    expect((await world.stateOf(id)).transaction?.phase).toBe('settling')
    world.pass(2_000)
    expect(await settle(id)).toBe('pending')
    expect(await settle(id)).toBe('idle')
    await control('deliver', `${id}-1`)
    world.pass(5_000)
    expect(await settle(id)).toBe('delivered')
    expect((await world.stateOf(id)).transaction?.phase).toBe('completed')
    expect(await timesPaid(id)).toBe(1)
  })

  it('asks the sending anchor for a field of the customer that the bank refuses (SEP31-57)', async () => {
    const { id, receiverId } = await fundedFor(magicAccountNumbers.fieldRejected)
    const { send } = world.payouts(rail)
    expect(await send(id)).toBe('waiting')
    const { transaction, payout, attempts } = await world.stateOf(id)
    expect(transaction?.phase).toBe('awaitingPayoutCustomerInfo')
    expect(transaction?.wantedCustomerFields).toMatchObject([
      { owner: 'receiver', name: 'bank_account_number' },
    ])
    expect(transaction?.requiredInfoMessage).toBe(transaction?.wantedCustomerFields[0]?.message)
    expect(payout?.state).toBe('waiting')
    expect(attempts).toMatchObject([{ state: 'rejected', reason: 'invalid_field' }])
    expect(receiverId).toBeDefined()
  })

  it('pays under a new key after the data was corrected; the old key stays rejected (SEP31-53, SEP31-56, SEP31-58)', async () => {
    const fields = { account_number: magicAccountNumbers.fieldRejected }
    const { id } = await world.openFunded({ fields })
    const { send } = world.payouts(rail)
    expect(await send(id)).toBe('waiting')
    const wanting = await world.stateOf(id)
    expect(wanting.transaction?.phase).toBe('awaitingPayoutTransactionInfo')
    expect(Object.keys(wanting.transaction?.wantedFields ?? {})).toEqual(['account_number'])
    await correct(id, { account_number: magicAccountNumbers.delivered })
    expect(await send(id)).toBe('delivered')
    const { transaction, attempts } = await world.stateOf(id)
    expect(transaction).toMatchObject({ phase: 'completed', wantedFields: {} })
    expect(attempts).toMatchObject([
      { idempotencyKey: `${id}-1`, state: 'rejected' },
      { idempotencyKey: `${id}-2`, state: 'delivered' },
    ])
    expect(await timesPaid(id)).toBe(1)
  })

  it('asks again when what was corrected is refused too, as often as needed (SEP31-58, SEP31-O18, SEP31-X05)', async () => {
    const account_number = magicAccountNumbers.fieldRejected
    const { id } = await world.openFunded({ fields: { account_number } })
    const { send } = world.payouts(rail)
    for (let refusals = 1; refusals <= 3; refusals += 1) {
      expect(await send(id)).toBe('waiting')
      const { transaction, attempts } = await world.stateOf(id)
      expect(transaction?.phase).toBe('awaitingPayoutTransactionInfo')
      expect(attempts).toHaveLength(refusals)
      await correct(id, { account_number })
    }
    expect(await timesPaid(id)).toBe(0)
  })

  it.each(['unknownButDone', 'unknownNotDone'] as const)(
    'pays once when the outcome was unknown: %s (AP-1.20, POLARIS-8.2, POLARIS-8.10)',
    async (which) => {
      const { id } = await fundedFor(magicAccountNumbers[which])
      const { send } = world.payouts(rail)
      expect(await send(id)).toBe('claimed')
      expect(await send(id)).toBe('idle')
      expect((await world.stateOf(id)).attempts).toMatchObject([
        { state: 'claimed', reason: 'outcome_unknown' },
      ])
      for (let tries = 0; tries < 5; tries += 1) {
        world.pass(60_000)
        await send(id)
      }
      const { payout, attempts } = await world.stateOf(id)
      expect(payout?.state).toBe('delivered')
      expect(attempts).toMatchObject([{ number: 1, state: 'delivered' }])
      expect(await timesPaid(id)).toBe(1)
    },
  )

  it('tries again, later and later, when the bank is away (POLARIS-8.5, POLARIS-8.6)', async () => {
    const { id } = await fundedFor(magicAccountNumbers.unavailableTwice)
    const { send } = world.payouts(rail)
    const states: string[] = []
    const waits: number[] = []
    for (let tries = 0; tries < 3; tries += 1) {
      states.push(await send(id))
      const dueAt = (await world.stateOf(id)).payout?.dueAt.getTime() ?? 0
      waits.push(dueAt - world.clock.now.getTime())
      world.clock.now = new Date(dueAt)
    }
    expect(states).toEqual(['due', 'due', 'delivered'])
    expect(waits[1]).toBeGreaterThan(waits[0] ?? Number.POSITIVE_INFINITY)
    expect(await timesPaid(id)).toBe(1)
  })

  it('waits while the bank lets us not in, and pays once the token is mended', async () => {
    const { id } = await fundedFor(magicAccountNumbers.delivered)
    const settings = { url: bank.url, ...secrets, timeoutMs: 5_000, now: () => new Date() }
    const locked = httpPayoutRail({ ...settings, token: 'of-last-month' })
    expect(await world.payouts(locked).send(id)).toBe('due')
    await locked.close()
    world.clock.now = (await world.stateOf(id)).payout?.dueAt ?? world.clock.now
    expect(await world.payouts(rail).send(id)).toBe('delivered')
    expect(await timesPaid(id)).toBe(1)
  })

  it('leaves a rejection that nobody outside can mend to an operator (SEP31-59)', async () => {
    const { id } = await fundedFor(magicAccountNumbers.accountClosed)
    const { send, retry } = world.payouts(rail)
    expect(await send(id)).toBe('dead')
    const { transaction, payout } = await world.stateOf(id)
    expect(transaction?.phase).toBe('payingOut')
    expect(payout?.deadReason).toBe('rejected: account_closed')
    const dead = await world.read(({ payouts }) => payouts.listDead({ limit: 100 }))
    expect(dead.map(({ transactionId }) => transactionId)).toContain(id)
    expect(await retry(id, 'olga')).toMatchObject({ ok: true, value: { state: 'due' } })
    const refusal = { code: 'payout_not_dead', state: 'due' }
    expect(await retry(id, 'olga')).toEqual({ ok: false, refusal })
    expect(await send(id)).toBe('dead')
    expect((await world.stateOf(id)).attempts).toHaveLength(2)
    expect(await timesPaid(id)).toBe(0)
  })

  it('tells an operator when a completed payout comes back, and keeps the transaction completed', async () => {
    const { id } = await fundedFor(magicAccountNumbers.delivered)
    const { send, notice, retry } = world.payouts(rail)
    await send(id)
    await control('return', `${id}-1`)
    const reply = await rail.find(`${id}-1`)
    if (reply === undefined) throw new Error('the bank forgot the payout')
    await notice({ idempotencyKey: `${id}-1`, reply })
    await notice({ idempotencyKey: `${id}-1`, reply })
    const returned = await world.stateOf(id)
    expect(returned.transaction?.phase).toBe('completed')
    expect(returned.payout?.deadReason).toMatch(/^returned: /)
    expect(returned.attempts).toMatchObject([{ state: 'returned' }])
    await retry(id, 'olga')
    expect(await send(id)).toBe('delivered')
    expect(await timesPaid(id)).toBe(1)
    expect(await eventTypes(id)).toEqual([
      'payoutDelivered',
      'payoutFailed',
      'payoutRetried',
      'payoutDelivered',
    ])
  })

  it('takes a notice that is no news, as often as it comes and however late, and changes nothing', async () => {
    const { id } = await fundedFor(magicAccountNumbers.delivered)
    const { send, notice } = world.payouts(rail)
    await send(id)
    const before = await world.stateOf(id)
    const payoutId = before.transaction?.externalTransactionId ?? ''
    const delivered = { state: 'delivered', payoutId, deliveredAt: world.clock.now } as const
    for (const reply of [delivered, { state: 'pending', payoutId } as const, delivered]) {
      const told = await notice({ idempotencyKey: `${id}-1`, reply })
      expect(told).toEqual({ ok: true })
      expect(await world.stateOf(id)).toEqual(before)
    }
  })

  it('refuses a notice about an order we never gave', async () => {
    const { notice } = world.payouts(rail)
    const reply = { state: 'pending' as const, payoutId: 'p' }
    expect(await notice({ idempotencyKey: 'nobody-1', reply })).toEqual({
      ok: false,
      refusal: { code: 'unknown_payout_key', key: 'nobody-1' },
    })
  })

  it('lets ten workers at once pay once (AP-1.20, POLARIS-8.10)', async () => {
    const { id } = await fundedFor(magicAccountNumbers.delivered)
    const workers = Array.from({ length: 10 }, () => world.payouts(rail))
    const answers = await Promise.all(workers.map(({ send }) => send(id)))
    expect(answers.filter((answer) => answer === 'delivered')).toHaveLength(1)
    expect(await timesPaid(id)).toBe(1)
  })
})

describe('a worker that is killed while paying out', () => {
  const killed = new Error('killed')
  const kill = (): Promise<never> => Promise.reject(killed)

  it.each([
    ['before the call', { send: kill }],
    [
      'after the call, before its answer is kept',
      { send: (order: Parameters<HttpPayoutRail['send']>[0]) => rail.send(order).then(kill) },
    ],
  ])('costs nothing: %s (POLARIS-8.10)', async (_, fault) => {
    const { id } = await fundedFor(magicAccountNumbers.delivered)
    await expect(world.payouts({ ...rail, ...fault }).send(id)).rejects.toThrow(killed)
    const { send } = world.payouts(rail)
    expect(await send(id)).toBe('idle')
    world.pass(60_001)
    expect(await send(id)).toBe('delivered')
    expect(await timesPaid(id)).toBe(1)
    expect((await world.stateOf(id)).attempts).toHaveLength(1)
  })

  it('costs nothing before the claim is kept', async () => {
    const { id } = await fundedFor(magicAccountNumbers.delivered)
    const dying: typeof world.commit = (work) =>
      world.commit(async (records) => {
        await work(records)
        throw killed
      })
    await expect(world.payouts(rail, dying).send(id)).rejects.toThrow(killed)
    expect((await world.stateOf(id)).attempts).toEqual([])
    expect(await world.payouts(rail).send(id)).toBe('delivered')
    expect(await timesPaid(id)).toBe(1)
  })
})

/** What the sending anchor's PATCH does. */
async function correct(id: string, fields: Readonly<Record<string, string>>): Promise<void> {
  await world.commit(async (records) => {
    const before = await records.transactions.lock(id)
    const payout = await records.payouts.lock(id)
    if (before === undefined || payout === undefined) throw new Error('nothing to correct')
    const after = { ...before, phase: 'payingOut' as const, fields }
    const actor = { kind: 'client' as const, account: before.owner.account }
    await world.save(records, { before, after, type: 'infoReceived', actor }, world.clock.now)
    await records.payouts.save(payoutDueAgain(payout, world.clock.now))
  })
}

async function eventTypes(id: string): Promise<readonly string[]> {
  await world.commit(({ events }) => events.assignSequences(1000))
  const events = await world.read((records) => records.events.ofTransaction(id))
  return events.map(({ type }) => type)
}
