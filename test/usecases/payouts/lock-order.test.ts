import { afterAll, beforeAll, expect, it } from 'vitest'
import { Client } from 'pg'
import type { PayoutRail, PayoutReply } from '../../../src/usecases/ports/payout-rail.ts'
import { resumeTransactionsOfCustomer } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import { onServer } from '../../database.ts'
import { untilOneWaits } from '../../builders/row-wait.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

/**
 * Customers, then transactions, then payouts; several of a kind by their ids. Whoever keeps another order may
 * wait in a ring with a correction of the same customer, until PostgreSQL breaks it.
 */

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

const refusal: PayoutReply = {
  state: 'rejected',
  reason: 'invalid_field',
  message: 'There is no such account',
  fields: [{ owner: 'receiver', name: 'bank_account_number', message: 'There is no such account' }],
}
const refusing: PayoutRail = {
  send: () => Promise.resolve(refusal),
  find: () => Promise.resolve(undefined),
  cancel: () => Promise.resolve('unknown'),
}

const receiver = () => world.addCustomer({ bank_account_number: 'wrong' })

type Table = 'customer' | 'transaction'

/** Does the work while somebody holds the row, and waits until it waits for it; then gives the row back. */
async function whileHeld(
  row: { readonly table: Table; readonly id: string },
  work: () => Promise<unknown>,
  look: () => Promise<void>,
): Promise<void> {
  const holder = new Client({ connectionString: world.url })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(`select id from "${row.table}" where id = $1 for update`, [row.id])
    const working = work()
    await untilOneWaits(world.url)
    await look()
    await holder.query('rollback')
    await working
  } finally {
    await holder.end()
  }
}

/** Those that nobody holds. */
async function freeOf(table: Table, ids: readonly string[]): Promise<readonly unknown[]> {
  const rows = await onServer(
    world.url,
    `select id from "${table}" where id = any ($1::uuid[]) order by id for update skip locked`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

it('keeps a refusal waiting for the customer before it holds the transaction', async () => {
  const customer = await receiver()
  const { id } = await world.openFunded({ receiverId: customer.id })
  const send = () => world.payouts(refusing).send(id)
  await whileHeld({ table: 'customer', id: customer.id }, send, async () => {
    expect(await freeOf('transaction', [id])).toEqual([id])
  })
  expect((await world.stateOf(id)).payout?.state).toBe('waiting')
})

it('takes both customers of a refusal by their ids, whichever is the sender', async () => {
  const ids = [(await receiver()).id, (await receiver()).id].toSorted()
  const [first = '', second = ''] = ids
  const { id } = await world.openFunded({ senderId: second, receiverId: first })
  const send = () => world.payouts(refusing).send(id)
  await whileHeld({ table: 'customer', id: first }, send, async () => {
    expect(await freeOf('customer', [second])).toEqual([second])
  })
  expect((await world.stateOf(id)).payout?.state).toBe('waiting')
})

it('takes the transactions of a corrected customer by their ids', async () => {
  const customer = await receiver()
  const ids: string[] = []
  for (const minute of [5, 4, 3, 2, 1, 0]) {
    const startedAt = new Date(Date.UTC(2026, 10, 21, 12, minute))
    const phase = 'awaitingPayoutCustomerInfo'
    ids.push((await world.openFunded({ receiverId: customer.id, phase, startedAt })).id)
  }
  const [first = '', ...others] = ids.toSorted()
  const resume = resumeTransactionsOfCustomer({
    saveChange: world.save,
    customerTypes: { byName: new Map(), defaultName: '', validation: 'formats' },
  })
  const actor = { kind: 'gateway' } as const
  const update = { customerId: customer.id, changedFields: new Set<string>(), actor }
  const correct = () => world.commit((records) => resume(records, update, world.clock.now))
  await whileHeld({ table: 'transaction', id: first }, correct, async () => {
    expect(await freeOf('transaction', ids)).toEqual(others)
  })
})

/** A payout whose order left, and was not heard of. */
async function claimed() {
  const { id } = await world.openFunded()
  const dying = { ...refusing, send: () => Promise.reject(new Error('killed')) }
  const rooms = world.payouts(dying)
  await expect(rooms.send(id)).rejects.toThrow('killed')
  const pending = { state: 'pending', payoutId: 'p' } as const
  return { ...rooms, id, told: () => rooms.notice({ idempotencyKey: `${id}-1`, reply: pending }) }
}

const freePayouts = (id: string) =>
  onServer(world.url, 'select state from payout where transaction_id = $1 for update skip locked', [
    id,
  ])

it.each(['send', 'told', 'retry'] as const)(
  'holds no payout before it holds the transaction: %s',
  async (step) => {
    const rooms = await claimed()
    const { id } = rooms
    world.pass(60_000)
    const steps = {
      send: () => world.payouts(refusing).send(id),
      told: () => rooms.told(),
      retry: () => rooms.retry(id, 'olga'),
    }
    await whileHeld({ table: 'transaction', id }, steps[step], async () => {
      expect(await freePayouts(id)).toHaveLength(1)
    })
  },
)

it('judges a word by what the attempt has become while it waited', async () => {
  const { id, told } = await claimed()
  await whileHeld({ table: 'transaction', id }, told, async () => {
    await onServer(
      world.url,
      `update payout_attempt set state = 'rejected', ended_at = now() where transaction_id = $1`,
      [id],
    )
  })
  const { attempts, payout } = await world.stateOf(id)
  expect(attempts.map(({ state }) => state)).toEqual(['rejected'])
  expect(payout?.state).toBe('claimed')
})
