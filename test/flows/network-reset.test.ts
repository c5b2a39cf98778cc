import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../until.ts'
import { bothCustomers, logIn } from './anchor.ts'
import { startFairlead } from './fairlead.ts'
import type { Fairlead } from './fairlead.ts'
import { acceptReset, networkOf, resetNetwork, untilStopped } from './network-reset.ts'
import { movementsOf } from './outside.ts'

let fairlead: Fairlead
beforeAll(async () => {
  fairlead = await startFairlead()
}, 90_000)
afterAll(() => fairlead.stop())

it('stays up while the network is reset and its accounts are made again, and goes on with one word of an operator (SEP31-G17)', async ({
  onTestFailed,
}) => {
  onTestFailed(() => void process.stderr.write(fairlead.said()))
  const world = fairlead.world()
  const anchor = await logIn({ url: world.publicUrl, world })
  const customers = await bothCustomers(anchor, '1000990001')
  const open = () => anchor.open({ amount: '100', asset_code: 'USDC', ...customers })
  const [old, waiting] = [await open(), await open()]
  await anchor.pay(old, 'USDC', '100')
  await anchor.untilStatus(old.id, 'completed')

  await resetNetwork(world)
  await untilStopped(world)
  const fresh = await open()
  for (const opened of [waiting, fresh]) await anchor.pay(opened, 'USDC', '100')
  expect((await anchor.find(fresh.id)).status).toBe('pending_sender')
  expect(await acceptReset(world)).toBe(2)

  for (const { id } of [waiting, fresh]) await anchor.untilStatus(id, 'completed')
  for (const { id } of [old, waiting, fresh]) {
    expect((await anchor.find(id)).status).toBe('completed')
    expect(await movementsOf(world, id)).toHaveLength(1)
  }
  const isHealthy = async () => (await fetch(`${world.internalUrl}/health`)).status === 200
  await until(isHealthy, 'health to be green again')
  expect((await networkOf(world)).openStop).toBeNull()
}, 180_000)
