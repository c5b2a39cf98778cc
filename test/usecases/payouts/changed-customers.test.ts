import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryPayoutRail } from '../../../src/adapters/memory/memory-payout-rail.ts'
import { PayoutOutcomeUnknown } from '../../../src/usecases/ports/payout-rail.ts'
import type {
  PayoutOrder,
  PayoutRail,
  PayoutReply,
} from '../../../src/usecases/ports/payout-rail.ts'
import { deleteCustomer } from '../../../src/usecases/customers/delete-customer.ts'
import { resumeTransactionsOfCustomer } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import { onServer } from '../../database.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

const erase = ({ id }: Customer) => world.commit(({ customers }) => customers.remove(id))

const setAccount = (customer: Customer, value: string) =>
  world.commit(async ({ customers }) => {
    const before = await customers.lock(customer.id)
    if (before === undefined) throw new Error('The customer is gone')
    const fields = { bank_account_number: { value, status: 'ACCEPTED' as const } }
    const updatedAt = world.clock.now
    await customers.save({ ...before, fields, version: before.version + 1, updatedAt })
  })

/** As attempts were kept before they had the versions of their customers. */
const forgetVersions = (id: string) =>
  onServer(
    world.url,
    'update payout_attempt set customer_versions = null where transaction_id = $1',
    [id],
  )

const receiver = () => world.addCustomer({ bank_account_number: 'wrong' })

const refusal: PayoutReply = {
  state: 'rejected',
  payoutId: 'refused-1',
  reason: 'invalid_field',
  message: 'There is no such account',
  fields: [{ owner: 'receiver', name: 'bank_account_number', message: 'There is no such account' }],
}

/** A bank that takes one account number only; `meanwhile` happens while an order is on its way. */
function pickyRail(meanwhile: (order: PayoutOrder) => Promise<unknown>) {
  const orders: PayoutOrder[] = []
  const rail: Pick<PayoutRail, 'send' | 'find'> = {
    find: () => Promise.resolve(undefined),
    send: async (order) => {
      orders.push(order)
      await meanwhile(order)
      return order.receiver['bank_account_number'] === 'right'
        ? { state: 'delivered', payoutId: 'paid-1', deliveredAt: world.clock.now }
        : refusal
    },
  }
  return { orders, rail: { ...rail, cancel: () => Promise.resolve('unknown' as const) } }
}

describe('a customer that is erased while a payout is due', () => {
  it('sends no order without the data of the receiver, and tells an operator', async () => {
    const customer = await receiver()
    const { id } = await world.openFunded({ receiverId: customer.id })
    await erase(customer)
    const { rail, orders } = pickyRail(() => Promise.resolve())
    expect(await world.payouts(rail).send(id)).toBe('dead')
    expect(orders).toEqual([])
    const { payout, transaction } = await world.stateOf(id)
    expect(payout?.deadReason).toBe('customer_erased')
    expect(transaction?.phase).toBe('payingOut')
  })

  it.each(['sender', 'receiver'] as const)(
    'sends no order either when of two customers only the %s was turned away',
    async (side) => {
      const parties = { sender: await receiver(), receiver: await receiver() }
      const ids = { senderId: parties.sender.id, receiverId: parties.receiver.id }
      const { id } = await world.openFunded(ids)
      const rejected = { ...parties[side], rejected: 'No', version: 2 }
      await world.commit(({ customers }) => customers.save(rejected))
      const { rail, orders } = pickyRail(() => Promise.resolve())
      expect(await world.payouts(rail).send(id)).toBe('dead')
      expect((await world.stateOf(id)).payout?.deadReason).toBe('customer_rejected')
      expect(orders).toEqual([])
    },
  )

  it('is told to the operator before the other one, who was turned away', async () => {
    const [gone, turnedAway] = [await receiver(), await receiver()]
    const { id } = await world.openFunded({ senderId: gone.id, receiverId: turnedAway.id })
    await erase(gone)
    const rejected = { ...turnedAway, rejected: 'No', version: 2 }
    await world.commit(({ customers }) => customers.save(rejected))
    const { rail, orders } = pickyRail(() => Promise.resolve())
    expect(await world.payouts(rail).send(id)).toBe('dead')
    expect((await world.stateOf(id)).payout?.deadReason).toBe('customer_erased')
    expect(orders).toEqual([])
  })

  it.each(['receiver', 'sender'] as const)(
    'tells an operator also when the payout waits for data of this %s (SEP12-126)',
    async (owner) => {
      const customer = await receiver()
      const { id } = await world.openFunded({ [`${owner}Id`]: customer.id })
      const picky = pickyRail(() => Promise.resolve())
      const fields = [{ owner, name: 'bank_account_number', message: 'There is no such account' }]
      const rail: PayoutRail = {
        ...picky.rail,
        send: () => Promise.resolve({ ...refusal, fields }),
      }
      expect(await world.payouts(rail).send(id)).toBe('waiting')
      const { account, memo } = customer.key
      const erased = await deleteCustomer({
        commit: world.commit,
        resumeTransactions: resumeTransactionsOfCustomer({
          saveChange: world.save,
          customerTypes: { byName: new Map(), defaultName: '', validation: 'formats' },
        }),
        now: () => world.clock.now,
      })({
        principal: { account },
        account,
        ...(memo && { memo: memo.value, memoType: memo.type }),
      })
      expect(erased.ok).toBe(true)
      expect(await world.payouts(rail).send(id)).toBe('dead')
      const { payout, transaction } = await world.stateOf(id)
      expect(payout?.deadReason).toBe('customer_erased')
      expect(transaction?.phase).toBe('payingOut')
    },
  )

  it('still hears what became of an order that had left before', async () => {
    const customer = await world.addCustomer({ bank_account_number: '1' })
    const { id } = await world.openFunded({ receiverId: customer.id })
    const bank = memoryPayoutRail({ now: () => world.clock.now })
    const deaf: PayoutRail = {
      ...bank,
      send: async (order) => {
        await bank.send(order)
        throw new PayoutOutcomeUnknown('The answer was lost')
      },
    }
    expect(await world.payouts(deaf).send(id)).toBe('claimed')
    await erase(customer)
    world.pass(60_000)
    expect(await world.payouts(bank).send(id)).toBe('delivered')
  })

  it.each(['receiver', 'sender'] as const)(
    'tells an operator when the bank refuses an order that has left, as no %s can correct it (SEP12-126)',
    async (owner) => {
      const customer = await receiver()
      const { id } = await world.openFunded({ [`${owner}Id`]: customer.id })
      const fields = [{ owner, name: 'bank_account_number', message: 'There is no such account' }]
      const { rail } = pickyRail(() => Promise.resolve())
      const refusing: PayoutRail = {
        ...rail,
        send: async () => {
          await erase(customer)
          return { ...refusal, fields }
        },
      }
      const { send } = world.payouts(refusing)
      expect(await send(id)).toBe('due')
      expect(await send(id)).toBe('dead')
      const { payout, transaction, attempts } = await world.stateOf(id)
      expect(payout?.deadReason).toBe('customer_erased')
      expect(transaction).toMatchObject({ phase: 'payingOut', wantedCustomerFields: [] })
      expect(attempts.map(({ state }) => state)).toEqual(['rejected', 'claimed'])
    },
  )

  it.each(
    (['sender', 'receiver'] as const).flatMap((owner) => [
      { owner, versions: 'of today' },
      { owner, versions: 'of old, without versions' },
    ]),
  )(
    'is asked for nothing when the bank refuses later, the $owner of two, in an attempt $versions',
    async ({ owner, versions }) => {
      const parties = { sender: await receiver(), receiver: await receiver() }
      const ids = { senderId: parties.sender.id, receiverId: parties.receiver.id }
      const { id } = await world.openFunded(ids)
      const pending: PayoutReply = { state: 'pending', payoutId: 'refused-1' }
      const rail = { ...pickyRail(() => Promise.resolve()).rail, send: async () => pending }
      const { send, notice } = world.payouts(rail)
      expect(await send(id)).toBe('pending')
      if (versions !== 'of today') await forgetVersions(id)
      await erase(parties[owner])
      const fields = [{ owner, name: 'bank_account_number', message: 'There is no such account' }]
      await notice({ idempotencyKey: `${id}-1`, reply: { ...refusal, fields } })
      const { payout, transaction } = await world.stateOf(id)
      expect(payout?.state).toBe('due')
      expect(transaction).toMatchObject({ phase: 'payingOut', wantedCustomerFields: [] })
    },
  )

  it('calls an order lost that the bank took and knows no more, whoever is erased since', async () => {
    const customer = await receiver()
    const { id } = await world.openFunded({ receiverId: customer.id })
    const pending: PayoutReply = { state: 'pending', payoutId: 'taken-1' }
    const { rail } = pickyRail(() => Promise.resolve())
    const { send, settle, retry } = world.payouts({ ...rail, send: async () => pending })
    expect(await send(id)).toBe('pending')
    await erase(customer)
    world.pass(60_000)
    expect(await settle(id)).toBe('dead')
    await retry(id, 'olga')
    expect(await send(id)).toBe('dead')
    expect((await world.stateOf(id)).payout?.deadReason).toBe('lost')
  })

  it('sends no second order when the bank does not know the first', async () => {
    const customer = await receiver()
    const { id } = await world.openFunded({ receiverId: customer.id })
    const { rail, orders } = pickyRail(() => Promise.reject(new PayoutOutcomeUnknown('lost')))
    expect(await world.payouts(rail).send(id)).toBe('claimed')
    await erase(customer)
    world.pass(60_000)
    expect(await world.payouts(rail).send(id)).toBe('dead')
    expect(orders).toHaveLength(1)
  })
})

describe('a customer that is corrected while the bank refuses the old data', () => {
  it('is tried again with the new data, and nobody is asked for it twice (SEP31-58)', async () => {
    const customer = await receiver()
    const { id } = await world.openFunded({ receiverId: customer.id })
    const { rail } = pickyRail(async ({ idempotencyKey }) => {
      world.pass(1_000)
      if (idempotencyKey.endsWith('-1')) await setAccount(customer, 'right')
    })
    const { send } = world.payouts(rail)
    expect(await send(id)).toBe('due')
    expect((await world.stateOf(id)).transaction?.phase).toBe('payingOut')
    expect(await send(id)).toBe('delivered')
    const { attempts, transaction } = await world.stateOf(id)
    expect(attempts.map(({ state }) => state)).toEqual(['rejected', 'delivered'])
    expect(transaction?.phase).toBe('completed')
  })

  it('is tried again also when the correction noted its time before the order was made', async () => {
    const customer = await receiver()
    const { id } = await world.openFunded({ receiverId: customer.id })
    const { rail } = pickyRail(async ({ idempotencyKey }) => {
      world.pass(-5_000) // begun earlier and committed later, or by a process whose clock is behind
      if (idempotencyKey.endsWith('-1')) await setAccount(customer, 'right')
      world.pass(5_000)
    })
    const { send } = world.payouts(rail)
    expect(await send(id)).toBe('due')
    expect(await send(id)).toBe('delivered')
  })

  it.each(['sender', 'receiver'] as const)(
    'is tried again when of two customers only the %s was corrected',
    async (corrected) => {
      const parties = { sender: await receiver(), receiver: await receiver() }
      const { sender, receiver: receiving } = parties
      const { id } = await world.openFunded({ senderId: sender.id, receiverId: receiving.id })
      const { rail } = pickyRail(() => setAccount(parties[corrected], 'corrected'))
      expect(await world.payouts(rail).send(id)).toBe('due')
    },
  )

  it('is asked for the field when the new data is refused, too', async () => {
    const customer = await receiver()
    const { id } = await world.openFunded({ receiverId: customer.id })
    const { rail } = pickyRail(async ({ idempotencyKey }) => {
      world.pass(1_000)
      if (idempotencyKey.endsWith('-1')) await setAccount(customer, 'wrong again')
    })
    const { send } = world.payouts(rail)
    expect(await send(id)).toBe('due')
    expect(await send(id)).toBe('waiting')
    expect((await world.stateOf(id)).transaction?.phase).toBe('awaitingPayoutCustomerInfo')
  })

  it('is tried again from a refusal that the bank tells later', async () => {
    const customer = await receiver()
    const { id } = await world.openFunded({ receiverId: customer.id })
    const pending: PayoutReply = { state: 'pending', payoutId: 'refused-1' }
    const rail = { ...pickyRail(() => Promise.resolve()).rail, send: async () => pending }
    const { send, notice } = world.payouts(rail)
    expect(await send(id)).toBe('pending')
    world.pass(1_000)
    await setAccount(customer, 'right')
    await notice({ idempotencyKey: `${id}-1`, reply: refusal })
    const { payout, transaction } = await world.stateOf(id)
    expect(payout?.state).toBe('due')
    expect(transaction?.phase).toBe('payingOut')
  })

  it.each([
    ['before', -1, 'waiting'],
    ['when', 0, 'waiting'],
    ['after', 1, 'due'],
  ] as const)(
    'is judged by its time where an attempt of old has no versions: corrected %s it began',
    async (_, ms, state) => {
      const customer = await receiver()
      const { id } = await world.openFunded({ receiverId: customer.id })
      const pending: PayoutReply = { state: 'pending', payoutId: 'refused-1' }
      const rail = { ...pickyRail(() => Promise.resolve()).rail, send: async () => pending }
      const { send, notice } = world.payouts(rail)
      expect(await send(id)).toBe('pending')
      await forgetVersions(id)
      world.pass(ms)
      await setAccount(customer, 'right')
      await notice({ idempotencyKey: `${id}-1`, reply: refusal })
      expect((await world.stateOf(id)).payout?.state).toBe(state)
    },
  )
})
