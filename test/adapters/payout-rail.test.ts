import { afterAll, beforeAll, expect, it } from 'vitest'
import { httpPayoutRail } from '../../src/adapters/rails/http/http-payout-rail.ts'
import { memoryPayoutRail } from '../../src/adapters/memory/memory-payout-rail.ts'
import { magicAccountNumbers } from '../../src/sandbox/bank/magic-account-numbers.ts'
import { startSandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'
import { anOrder, describePayoutRail } from './payout-rail.contract.ts'
import type { HttpPayoutRail } from '../../src/adapters/rails/http/http-payout-rail.ts'
import type { MemoryVerdict } from '../../src/adapters/memory/memory-payout-rail.ts'
import type { PayoutOrder } from '../../src/usecases/ports/payout-rail.ts'
import type { RailScenario, RailUnderTest } from './payout-rail.contract.ts'
import type { SandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'

const wrongField = (owner: 'receiver' | 'transaction', name: string): MemoryVerdict => ({
  does: 'reject',
  reason: 'invalid_field',
  message: `Send another ${name}`,
  fields: [{ owner, name, message: `Send another ${name}` }],
})

const verdicts: Record<RailScenario, readonly MemoryVerdict[]> = {
  delivered: [{ does: 'deliver' }],
  held: [{ does: 'hold' }],
  'receiver field rejected': [wrongField('receiver', 'bank_account_number')],
  'transaction field rejected': [wrongField('transaction', 'routing_number')],
  'rejected for good': [
    { does: 'reject', reason: 'account_closed', message: 'Closed', fields: [] },
  ],
  'lost but done': [{ does: 'lose', done: true }],
  'lost and not done': [{ does: 'lose', done: false }],
  'turned away': [{ does: 'turn away' }],
}

function memoryUnderTest(): RailUnderTest {
  const due = new Map<string, MemoryVerdict[]>()
  const decide = ({ idempotencyKey }: PayoutOrder): MemoryVerdict =>
    due.get(idempotencyKey)?.shift() ?? { does: 'deliver' }
  const rail = memoryPayoutRail({ now: () => new Date(), decide })
  return {
    rail,
    order: (scenario, key) => {
      due.set(key, [...verdicts[scenario]])
      return anOrder(key)
    },
    deliver: async (key) => rail.deliver(key),
    giveBack: async (key) => rail.giveBack(key, 'account_closed'),
    timesPaid: async (transactionId) => rail.timesPaid(transactionId),
  }
}

const inMemory = memoryUnderTest()
describePayoutRail('memory', () => inMemory)

it('counts a payout in memory once, however often it is told that it arrived', async () => {
  const rail = memoryPayoutRail({ now: () => new Date() })
  const { transactionId } = anOrder('k')
  await rail.send(anOrder('k'))
  rail.deliver('k')
  expect(rail.timesPaid(transactionId)).toBe(1)
  rail.giveBack('k', 'cancelled')
  rail.giveBack('k', 'cancelled')
  expect(rail.timesPaid(transactionId)).toBe(0)
  expect(await rail.cancel('k')).toBe('too_late')
  expect(() => rail.deliver('k2')).toThrow('No payout was ordered under k2')
})

it('tells in memory why it refused a payout, in the words of that', async () => {
  const given = { reason: 'account_closed', message: 'The account is closed', fields: [] }
  const rail = memoryPayoutRail({
    now: () => new Date(),
    decide: () => ({ does: 'reject', ...given }),
  })
  const refused = { state: 'rejected', payoutId: 'memory-k', ...given }
  expect([await rail.send(anOrder('k')), await rail.find('k')]).toEqual([refused, refused])
})

it('dates each payout in memory by the clock of its own call', async () => {
  let now = 0
  const rail = memoryPayoutRail({
    now: () => new Date(now),
    decide: ({ idempotencyKey }) => ({ does: idempotencyKey === 'held' ? 'hold' : 'deliver' }),
  })
  const given = []
  for (const key of ['one', 'held', 'two']) {
    now += 1_000
    given.push(await rail.send(anOrder(key)))
  }
  now += 1_000
  rail.deliver('held')
  given.push(await rail.find('held'))
  expect(given).toEqual([
    { state: 'delivered', payoutId: 'memory-one', deliveredAt: new Date(1_000) },
    { state: 'pending', payoutId: 'memory-held' },
    { state: 'delivered', payoutId: 'memory-two', deliveredAt: new Date(3_000) },
    { state: 'delivered', payoutId: 'memory-held', deliveredAt: new Date(4_000) },
  ])
})

const toAccount = (bank_account_number: string): Partial<PayoutOrder> => ({
  receiver: { first_name: 'Rita', bank_account_number },
})
const magicOrders: Record<RailScenario, Partial<PayoutOrder>> = {
  delivered: toAccount(magicAccountNumbers.delivered),
  held: toAccount(magicAccountNumbers.pendingUntilTold),
  'receiver field rejected': toAccount(magicAccountNumbers.fieldRejected),
  'transaction field rejected': {
    transactionFields: {
      account_number: magicAccountNumbers.delivered,
      routing_number: magicAccountNumbers.fieldRejected,
    },
  },
  'rejected for good': toAccount(magicAccountNumbers.accountClosed),
  'lost but done': toAccount(magicAccountNumbers.unknownButDone),
  'lost and not done': toAccount(magicAccountNumbers.unknownNotDone),
  'turned away': toAccount(magicAccountNumbers.unavailableTwice),
}

let bank: SandboxBank
let rail: HttpPayoutRail

beforeAll(async () => {
  const secrets = { token: 'a-token', secret: 'a-secret' }
  bank = await startSandboxBank({ port: 0, ...secrets })
  rail = httpPayoutRail({ url: bank.url, ...secrets, timeoutMs: 5_000, now: () => new Date() })
})
afterAll(async () => {
  await rail.close()
  await bank.stop()
})

async function move(where: 'deliver' | 'return', idempotencyKey: string): Promise<void> {
  const body = JSON.stringify({ idempotency_key: idempotencyKey })
  const response = await fetch(`${bank.url}/_sandbox/${where}`, { method: 'POST', body })
  if (!response.ok) throw new Error(await response.text())
}

async function timesPaid(transactionId: string): Promise<number> {
  const response = await fetch(`${bank.url}/book?transaction_id=${transactionId}`)
  const { movements } = (await response.json()) as { movements: { kind: string }[] }
  return movements.reduce((times, { kind }) => times + (kind === 'delivery' ? 1 : -1), 0)
}

describePayoutRail('http, against the sandbox bank', () => ({
  rail,
  order: (scenario, key) => anOrder(key, magicOrders[scenario]),
  deliver: (key) => move('deliver', key),
  giveBack: (key) => move('return', key),
  timesPaid,
}))
