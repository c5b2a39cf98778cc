import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { until } from '../until.ts'
import { logIn } from './anchor.ts'
import type { Anchor } from './anchor.ts'
import { expectEachOnce, openMany, payMany, untilPaid } from './crowd.ts'
import { startFairlead } from './fairlead.ts'
import type { Fairlead } from './fairlead.ts'
import { addNetworkFault, askBackoffice, movementsOf, setBank } from './outside.ts'
import { subscribe } from './subscriber.ts'
import type { Running } from './running.ts'

let fairlead: Fairlead
let gateway: Running & { readonly url: string }
let anchor: Anchor

const ownPorts = () => ({
  FAIRLEAD_PUBLIC_PORT: new URL(fairlead.world().publicUrl).port,
  FAIRLEAD_INTERNAL_PORT: new URL(fairlead.world().internalUrl).port,
})

beforeAll(async () => {
  fairlead = await startFairlead({ withoutGateway: true })
  gateway = await fairlead.addGateway(ownPorts())
  anchor = await logIn({ url: gateway.url, world: fairlead.world() })
}, 120_000)
afterAll(() => fairlead.stop())
beforeEach(({ onTestFailed }) => {
  onTestFailed(() => void process.stderr.write(fairlead.said()))
})

/** State of the newest attempt to pay a transaction out. */
async function attemptOf(transactionId: string): Promise<unknown> {
  const query = 'query Q($id: ID!) { transaction(id: $id) { payoutAttempts { state } } }'
  const answer = await askBackoffice(fairlead.world(), query, { id: transactionId })
  const { transaction } = answer as { transaction: { payoutAttempts: { state: string }[] } } // as asked
  return transaction.payoutAttempts[0]?.state
}

it('pays once what a killed worker was paying, whether the bank had done it or not (AP-1.20)', async () => {
  const world = fairlead.world()
  await setBank(world, { unknown_as: 'hang' })
  const [done] = await openMany(anchor, 1, '1000990005')
  const [notDone] = await openMany(anchor, 1, '1000990006')
  const opened = [done, notDone].filter((one) => one !== undefined)
  const partner = await subscribe(gateway.url, anchor.token)
  const worker = await fairlead.addWorker()
  await payMany(world, anchor, opened)
  await untilPaid(fairlead, opened, { least: 1 })
  for (const { id } of opened) {
    await until(async () => (await attemptOf(id)) !== undefined, 'the attempt to be under way')
  }
  expect(await worker.end('SIGKILL')).toBe('SIGKILL')
  expect(await movementsOf(world, notDone?.id ?? '')).toEqual([])

  await setBank(world, { unknown_as: 'drop' })
  const next = await fairlead.addWorker()
  await untilPaid(fairlead, opened, { limitMs: 90_000 })
  await expectEachOnce(world, opened, [partner])
  await next.end('SIGTERM')
  await partner.stop()
}, 150_000)

const crowd = 220 // more than one page of Horizon

it('collects and pays each of many payments once, though worker and gateway are killed in between', async () => {
  const world = fairlead.world()
  const opened = await openMany(anchor, crowd)
  const partner = await subscribe(gateway.url, anchor.token)
  await payMany(world, anchor, opened)
  const second = await addNetworkFault(world, {
    match: { method: 'GET', path: '/accounts/*', nth: 2 },
    effect: { kind: 'slow', headersMs: 20_000 },
  })
  const collecting = await fairlead.addWorker()
  await until(() => second.isMet(), 'the second page to be asked for', 30_000)
  await collecting.end('SIGKILL')
  await second.remove()

  for (const least of [1, 60]) {
    const worker = await fairlead.addWorker()
    await untilPaid(fairlead, opened, { least })
    await worker.end('SIGKILL')
  }
  await gateway.end('SIGKILL')
  await Promise.all([fairlead.addWorker(), fairlead.addWorker()])
  gateway = await fairlead.addGateway(ownPorts())
  await untilPaid(fairlead, opened, { limitMs: 120_000 })
  const late = await subscribe(gateway.url, anchor.token)
  await expectEachOnce(world, opened, [partner, late])
  expect(partner.connections()).toBeGreaterThan(1)
  await partner.stop()
  await late.stop()
}, 240_000)
