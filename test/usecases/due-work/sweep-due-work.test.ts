import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryNetwork } from '../../../src/adapters/memory/memory-network.ts'
import { memoryPayoutRail } from '../../../src/adapters/memory/memory-payout-rail.ts'
import { sweepDueWork } from '../../../src/usecases/due-work/sweep-due-work.ts'
import type { Job } from '../../../src/usecases/ports/job-queue.ts'
import { aStellarPayment } from '../../builders/stellar-payment.ts'
import { distributionAccount } from '../../builders/transaction.ts'
import { paymentWorld } from '../payment-world.ts'
import type { PaymentWorld } from '../payment-world.ts'

let world: PaymentWorld
beforeAll(async () => {
  world = await paymentWorld()
})
afterAll(() => world.close())

async function swept(): Promise<readonly Job[]> {
  const jobs: Job[] = []
  const add = async (more: readonly Job[]) => void jobs.push(...more)
  const accounts = [distributionAccount]
  const { read } = world
  const sweep = sweepDueWork({ read, queue: { add }, accounts, now: () => world.clock.now })
  expect(await sweep()).toBe(jobs.length)
  return jobs
}

it('does not ask the queue for anything when nothing is due', async () => {
  const queue = { add: () => Promise.reject(new Error('nothing is to be added')) }
  const { read } = world
  const sweep = sweepDueWork({ read, queue, accounts: ['GDIST'], now: () => world.clock.now })
  expect(await sweep()).toBe(0)
})

it('finds everything that is due after the queue was flushed, and nothing that is not', async () => {
  expect(await swept()).toEqual([])
  const rail = memoryPayoutRail({ now: () => world.clock.now, decide: () => ({ does: 'hold' }) })
  const sent = await world.openFunded()
  const dying = { ...rail, send: () => Promise.reject(new Error('killed')) }
  const claimed = await world.openFunded()
  await world.payouts(rail).send(sent.id)
  await expect(world.payouts(dying).send(claimed.id)).rejects.toThrow('killed')
  const due = await world.openFunded()
  const network = memoryNetwork()
  network.credit(aStellarPayment())
  await world.collect(network)(distributionAccount)
  await world.takeJobs() // the queue loses them all

  const namesOf = (jobs: readonly Job[]) =>
    jobs.map(({ name, payload }) => [name, ...Object.values(payload).flat()].join(' ')).sort()
  const matching = `match-stellar-payments ${distributionAccount}`
  expect(namesOf(await swept())).toEqual([matching, `send-payout ${due.id}`])
  world.pass(60_000)
  expect(namesOf(await swept())).toEqual(
    [matching, `send-payouts ${due.id} ${claimed.id}`, `settle-payout ${sent.id}`].sort(),
  )
})

it('has the payments of every account matched while any waits', async () => {
  const jobs: Job[] = []
  const add = async (more: readonly Job[]) => void jobs.push(...more)
  const accounts = ['GONE', 'GOTHER']
  const { read } = world
  await sweepDueWork({ read, queue: { add }, accounts, now: () => world.clock.now })()
  expect(jobs.filter(({ name }) => name === 'match-stellar-payments')).toEqual(
    accounts.map((account) => ({
      name: 'match-stellar-payments',
      payload: { account },
      subject: account,
    })),
  )
})

it('gives the queue the names it knows, so that twins are not added twice', async () => {
  const funded = await world.openFunded()
  const found = await swept()
  const named = found.flatMap(({ payload }) => Object.values(payload).flat())
  expect(named).toContain(funded.id)
  expect(await swept()).toEqual(found)
})

it('finds the notices that are due, the longest due first', async () => {
  const at = (seconds: number) => new Date(world.clock.now.getTime() + seconds * 1000)
  const [late, due, later] = [-2, -1, 1].map((seconds) => ({
    id: randomUUID(),
    subject: { kind: 'transaction', id: randomUUID() } as const,
    url: 'https://wallet.example.com/',
    body: '{}',
    state: 'due' as const,
    tries: 3,
    dueAt: at(seconds),
    createdAt: at(-9),
  }))
  if (late === undefined || due === undefined || later === undefined) throw new Error('none')
  await world.commit(({ callbacks }) => callbacks.add(later, due, late))
  const found = (await swept()).filter(({ name }) => name === 'deliver-callback')
  expect(found).toEqual(
    [late, due].map(({ id }) => ({
      name: 'deliver-callback',
      payload: { callbackId: id },
      subject: `${id}-swept`,
    })),
  )
})
