import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryPayoutRail } from '../../../src/adapters/memory/memory-payout-rail.ts'
import type {
  MemoryPayoutRail,
  MemoryVerdict,
} from '../../../src/adapters/memory/memory-payout-rail.ts'
import { resumeTransactionsOfCustomer } from '../../../src/usecases/transactions/resume-after-customer-update.ts'
import type { Commit } from '../../../src/usecases/ports/commit.ts'
import type { PayoutReply } from '../../../src/usecases/ports/payout-rail.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

const refusesField: MemoryVerdict = {
  does: 'reject',
  reason: 'invalid_field',
  message: 'Wrong',
  fields: [{ owner: 'receiver', name: 'bank_account_number', message: 'Wrong' }],
}
const verdicts: readonly MemoryVerdict[] = [
  { does: 'deliver' },
  { does: 'hold' },
  { does: 'lose', done: true },
  { does: 'lose', done: false },
  { does: 'turn away' },
  refusesField,
  { does: 'reject', reason: 'account_closed', message: 'Closed', fields: [] },
]

const happenings = [
  'send',
  'settle',
  'notice',
  'old notice',
  'retry',
  'deliver',
  'give back',
  'correct',
  'wait',
  'crash in send',
] as const
type What = (typeof happenings)[number]

/** A bank that delivers and tells, late notices, and people who do what they are asked. */
const honest = [
  'wait',
  'send',
  'deliver',
  'notice',
  'old notice',
  'correct',
  'retry',
] as const satisfies readonly What[]

/** One transaction, a bank, and all that may happen around them. */
async function aPayout(decided: readonly number[]) {
  let orders = 0
  const rail = memoryPayoutRail({
    now: () => world.clock.now,
    decide: () => {
      const verdict = verdicts[decided[orders] ?? 0] ?? refusesField
      orders += 1
      return verdict
    },
  })
  const customer = await world.addCustomer({ bank_account_number: '1' })
  const { id } = await world.openFunded({ receiverId: customer.id })
  const aWorker = () => world.payouts(rail) // each act is another process's, so that none waits for another
  const told: { readonly idempotencyKey: string; readonly reply: PayoutReply }[] = []

  const tell = async () => {
    for (const { idempotencyKey } of (await world.stateOf(id)).attempts) {
      const reply = await rail.find(idempotencyKey)
      if (reply === undefined) continue
      told.push({ idempotencyKey, reply })
      await aWorker().notice({ idempotencyKey, reply })
    }
  }
  const bankMoves = async (move: 'deliver' | 'giveBack') => {
    const key = (await world.stateOf(id)).attempts.at(-1)?.idempotencyKey ?? ''
    const state = key === '' ? undefined : (await rail.find(key))?.state
    if (move === 'deliver' && state === 'pending') rail.deliver(key)
    if (move === 'giveBack' && state === 'delivered') rail.giveBack(key, 'account_closed')
  }
  const acts: Readonly<Record<What, () => Promise<unknown>>> = {
    send: () => aWorker().send(id),
    settle: () => aWorker().settle(id),
    notice: tell,
    'old notice': async () => {
      for (const one of told.toReversed()) await aWorker().notice(one)
    },
    retry: () => aWorker().retry(id, 'an operator'),
    deliver: () => bankMoves('deliver'),
    'give back': () => bankMoves('giveBack'),
    correct: () => correct(customer.id),
    wait: async () => world.pass(60_000),
    'crash in send': () => crashInSend(rail, id),
  }
  return { id, rail, act: (what: What) => acts[what]() }
}

let corrections = 0
async function correct(customerId: string): Promise<void> {
  corrections += 1
  const value = `${corrections}`
  await world.commit(async (records) => {
    const before = await records.customers.lock(customerId)
    if (before === undefined) throw new Error('The customer is gone')
    const fields = { bank_account_number: { value, status: 'ACCEPTED' as const } }
    const updatedAt = world.clock.now
    await records.customers.save({ ...before, fields, version: before.version + 1, updatedAt })
    const resume = resumeTransactionsOfCustomer({
      saveChange: world.save,
      customerTypes: { byName: new Map(), defaultName: '', validation: 'formats' },
    })
    const changedFields = new Set(['bank_account_number'])
    await resume(records, { customerId, changedFields, actor: { kind: 'gateway' } }, updatedAt)
  })
}

/** Killed after the bank was called and before its answer was kept. */
async function crashInSend(rail: MemoryPayoutRail, id: string): Promise<void> {
  let commits = 0
  const dying: Commit = (work) => {
    commits += 1
    if (commits > 1) return Promise.reject(new Error('killed'))
    return world.commit(work)
  }
  await world
    .payouts(rail, dying)
    .send(id)
    .catch(() => undefined)
}

it('pays once, whatever happens at the same time, and ends when the bank is honest (AP-1.20, POLARIS-8.10)', async () => {
  const steps = fc.array(fc.array(fc.constantFrom(...happenings), { minLength: 1, maxLength: 3 }), {
    minLength: 3,
    maxLength: 14,
  })
  const decided = fc.array(fc.nat({ max: verdicts.length - 1 }), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(steps, decided, async (all, answers) => {
      const { id, rail, act } = await aPayout(answers)
      for (const step of all) {
        await Promise.all(step.map(act))
        expect(rail.timesPaid(id)).toBeLessThanOrEqual(1)
      }
      const rounds = async (most: number) => {
        for (let round = 0; round < most; round += 1) {
          for (const what of honest) await act(what)
          expect(rail.timesPaid(id)).toBeLessThanOrEqual(1)
          if ((await world.stateOf(id)).transaction?.phase === 'completed') await act('old notice')
          if ((await world.stateOf(id)).payout?.state === 'delivered') return
        }
      }
      await rounds(25)
      await act('give back')
      await act('notice')
      await rounds(25)
      const { payout, transaction, attempts } = await world.stateOf(id)
      expect(rail.timesPaid(id)).toBe(1)
      expect(payout?.state).toBe('delivered')
      expect(transaction?.phase).toBe('completed')
      expect(attempts.filter(({ state }) => state === 'delivered')).toHaveLength(1)
    }),
    { numRuns: 12, endOnFailure: true, examples: [[[['wait']], [0, 4, 3, 6, 5]]] },
  )
}, 120_000)
