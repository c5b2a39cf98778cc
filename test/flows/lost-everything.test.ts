import { afterEach, describe, expect, it } from 'vitest'
import { Redis } from 'ioredis'
import { hasRedis, startRedis } from '../redis.ts'
import { until } from '../until.ts'
import { logIn } from './anchor.ts'
import { countPaid, expectEachOnce, openMany, payMany, untilPaid } from './crowd.ts'
import { startFairlead } from './fairlead.ts'
import type { Fairlead } from './fairlead.ts'
import { setBank } from './outside.ts'
import { subscribe } from './subscriber.ts'

let fairlead: Fairlead | undefined
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(fairlead?.said() ?? '')
  await fairlead?.stop()
})

const crowd = 40

it('goes on after the whole sandbox was killed: database, network, bank and gateway', async () => {
  const running = (fairlead = await startFairlead())
  const world = running.world()
  const anchor = await logIn({ url: world.publicUrl, world })
  const partner = await subscribe(world.publicUrl, anchor.token)
  const opened = await openMany(anchor, crowd)
  await setBank(world, { latency_ms: 200 })
  await payMany(world, anchor, opened)
  await untilPaid(running, opened, { least: 5 })
  expect(await countPaid(world, opened)).toBeLessThan(crowd)
  expect(await running.end('SIGKILL')).toBe('SIGKILL')

  await running.start()
  await untilPaid(running, opened, { limitMs: 90_000 })
  await expectEachOnce(running.world(), opened, [partner])
  await partner.stop()
}, 180_000)

describe.skipIf(!hasRedis)('with Redis', () => {
  it('loses nothing when Redis is emptied, and when it is killed and comes back empty', async () => {
    const redis = await startRedis()
    const running = (fairlead = await startFairlead({ settings: { REDIS_URL: redis.url } }))
    const world = running.world()
    const anchor = await logIn({ url: world.publicUrl, world })
    const partner = await subscribe(world.publicUrl, anchor.token)
    const opened = await openMany(anchor, crowd)
    await setBank(world, { latency_ms: 300 })
    await payMany(world, anchor, opened)
    await untilPaid(running, opened, { least: 5 })
    expect(await emptied(redis.url)).toBeGreaterThan(0)
    await until(async () => (await countPaid(world, opened)) > 10, 'payouts to go on', 60_000)
    await redis.restart()
    await untilPaid(running, opened, { limitMs: 90_000 })
    await expectEachOnce(world, opened, [partner])
    await partner.stop()
    await running.stop()
    await redis.stop()
  }, 180_000)
})

/** Empties it; answers how many keys there were. */
async function emptied(url: string): Promise<number> {
  const redis = new Redis(url)
  const size = await redis.dbsize()
  await redis.flushall()
  redis.disconnect()
  return size
}
