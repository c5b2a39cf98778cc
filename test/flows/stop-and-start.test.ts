import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { bothCustomers, logIn } from './anchor.ts'
import { freePorts, startFairlead } from './fairlead.ts'
import type { Fairlead } from './fairlead.ts'
import { movementsOf, setBank } from './outside.ts'
import { fairlead as command, repository, run } from './running.ts'
import { subscribe } from './subscriber.ts'
import { until } from '../until.ts'

let fairlead: Fairlead
beforeAll(async () => {
  fairlead = await startFairlead()
}, 90_000)
afterAll(() => fairlead.stop())
beforeEach(({ onTestFailed }) => {
  onTestFailed(() => void process.stderr.write(fairlead.said()))
})

const stopLimitMs = 5_000

it.each(['SIGINT', 'SIGTERM'] as const)(
  'ends with code 0 within five seconds of %s, with work on its way, and goes on at the next start',
  async (signal) => {
    const world = fairlead.world()
    const anchor = await logIn({ url: world.publicUrl, world })
    const partner = await subscribe(world.publicUrl, anchor.token)
    const customers = await bothCustomers(anchor, '1000990002')
    const opened = await anchor.open({ amount: '100', asset_code: 'USDC', ...customers })
    await setBank(world, { latency_ms: 300 })
    await anchor.pay(opened, 'USDC', '100')
    await until(() => partner.of(opened.id).includes('fundsReceived'), 'the funds to be seen')

    const toldAt = performance.now()
    expect(await fairlead.end(signal)).toBe(0)
    expect(performance.now() - toldAt).toBeLessThan(stopLimitMs)
    expect(existsSync(join(fairlead.dataDir, 'postgres', 'postmaster.pid'))).toBe(false)

    await fairlead.start()
    expect(fairlead.world()).toEqual({
      ...world,
      databaseUrl: fairlead.world().databaseUrl,
      publicHttpsUrl: fairlead.world().publicHttpsUrl,
    })
    await anchor.untilStatus(opened.id, 'completed')
    await until(() => partner.of(opened.id).includes('payoutDelivered'), 'the last event')
    expect(partner.of(opened.id)).toEqual([...new Set(partner.of(opened.id))])
    expect(await movementsOf(world, opened.id)).toHaveLength(1)
    await partner.stop()
  },
  120_000,
)

it('takes two signals at once, as npm and a terminal send them, for one', async () => {
  const network = run('network', [command, 'sandbox', 'network', '--port', '0'])
  await network.untilReady()
  process.kill(network.pid, 'SIGINT')
  expect(await network.end('SIGINT')).toBe(0)
  expect(await Promise.all([fairlead.end('SIGINT'), fairlead.end('SIGINT')])).toEqual([0, 0])
  await fairlead.start()
}, 60_000)

const npm = process.env['npm_execpath'] ?? ''
if (npm === '') process.stderr.write('SKIPPED: not run by npm, npm start is not tried\n')

it.skipIf(npm === '')(
  'stops and answers 0 when only npm is told',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-flow-'))
    const start = run('npm start', [npm, '--prefix', repository, 'start'], {
      ...freePorts,
      FAIRLEAD_DATA_DIR: dataDir,
    })
    await start.untilReady()
    expect(await start.end('SIGTERM')).toBe(0)
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
    await rm(dataDir, { recursive: true })
  },
  90_000,
)
