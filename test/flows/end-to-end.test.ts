import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { hasRedis, startRedis } from '../redis.ts'
import type { TestRedis } from '../redis.ts'
import { until } from '../until.ts'
import { bothCustomers, logIn, thirdParty } from './anchor.ts'
import type { Anchor } from './anchor.ts'
import { startFairlead } from './fairlead.ts'
import type { Fairlead } from './fairlead.ts'
import { movementsOf } from './outside.ts'
import { subscribe } from './subscriber.ts'

/** Where things are kept and queued: on the embedded default, or on servers of their own. */
const stores = [
  { store: 'the embedded default', onServers: false },
  { store: 'PostgreSQL and Redis', onServers: true },
] as const
const shapes = [
  { shape: 'one process', many: false },
  { shape: 'two gateways and two workers', many: true },
] as const
const settings = stores.flatMap((store) => shapes.map((shape) => ({ ...store, ...shape })))

describe.each(settings)('on $store with $shape', ({ onServers, many }) => {
  describe.skipIf(onServers && !hasRedis)('a cross-border payment', () => {
    let fairlead: Fairlead
    let database: TestDatabase | undefined
    let redis: TestRedis | undefined
    /** The partner listens at the first gateway, everything else goes through the second. */
    const urls = { first: '', second: '' }

    beforeAll(async () => {
      if (onServers) {
        database = await freshDatabase()
        redis = await startRedis()
      }
      const env = onServers
        ? { DATABASE_URL: database?.url ?? '', REDIS_URL: redis?.url ?? '' }
        : {}
      fairlead = await startFairlead({ withoutGateway: many, settings: env })
      urls.first = urls.second = fairlead.world().publicUrl
      if (many) {
        const first = await fairlead.addGateway(theSandboxsOwn(fairlead))
        const second = await fairlead.addGateway()
        await Promise.all([fairlead.addWorker(), fairlead.addWorker()])
        Object.assign(urls, { first: first.url, second: second.url })
      }
    }, 120_000)
    afterAll(async () => {
      await fairlead.stop()
      await redis?.stop()
      await database?.drop()
    })
    beforeEach(({ onTestFailed }) => {
      onTestFailed(() => void process.stderr.write(fairlead.said()))
    })

    it('arrives once in the current form of SEP-31, and the partner hears of each step (AP-1.1, POLARIS-8.34)', async () => {
      const world = fairlead.world()
      const anchor = await logIn({ url: urls.second, world })
      const partner = await subscribe(urls.first, anchor.token)
      const customers = await bothCustomers(anchor, '1000990001')
      const opened = await anchor.open({ amount: '100', asset_code: 'USDC', ...customers })
      await anchor.pay(opened, 'USDC', '100')
      await until(() => partner.of(opened.id).includes('payoutDelivered'), 'delivery', 30_000)
      expect(partner.of(opened.id)).toEqual(['opened', 'fundsReceived', 'payoutDelivered'])
      expect(await anchor.find(opened.id)).toMatchObject({
        status: 'completed',
        amount_out: '98.5',
      })
      await expectOneMovement(opened.id)
      await partner.stop()
    }, 60_000)

    it('arrives once in the old form of SEP-31, after a field of the transaction was corrected', async () => {
      const world = fairlead.world()
      const anchor = await logIn({ url: urls.second, world })
      const partner = await subscribe(urls.first, anchor.token)
      const opened = await openInOldForm(anchor, '1000990004')
      await anchor.pay(opened, 'SRT', '50')
      await anchor.untilStatus(opened.id, 'pending_transaction_info_update')
      const asked = await anchor.find(opened.id)
      expect(asked.required_info_message).toMatch(/account_number/)
      expect(Object.keys(asked.required_info_updates?.transaction ?? {})).toEqual([
        'account_number',
      ])
      await anchor.call(`${urls.second}/sep31/transactions/${opened.id}`, {
        method: 'PATCH',
        json: { fields: { transaction: { account_number: '1000990001' } } },
      })
      await until(() => partner.of(opened.id).includes('payoutDelivered'), 'delivery', 30_000)
      expect(partner.of(opened.id)).toEqual([
        'opened',
        'fundsReceived',
        'transactionInfoWanted',
        'infoReceived',
        'payoutDelivered',
      ])
      await expectOneMovement(opened.id)
      await partner.stop()
    }, 60_000)

    it('is open to an account that nobody knew, as a test server has to be', async () => {
      const world = fairlead.world()
      const keypair = await thirdParty(world, 'USDC')
      const anchor = await logIn({ url: urls.second, world, keypair })
      const customers = await bothCustomers(anchor, '1000990002')
      const opened = await anchor.open({ amount: '20', asset_code: 'USDC', ...customers })
      await anchor.pay(opened, 'USDC', '20')
      await anchor.untilStatus(opened.id, 'completed')
      await expectOneMovement(opened.id)
      const known = await logIn({ url: urls.second, world })
      await expect(known.find(opened.id)).rejects.toThrow('404')
    }, 60_000)

    const expectOneMovement = async (id: string) =>
      expect(await movementsOf(fairlead.world(), id)).toHaveLength(1)
  })
})

/** The ports that the sandbox keeps for a gateway: the bank sends its notices there. */
const theSandboxsOwn = (fairlead: Fairlead) => ({
  FAIRLEAD_PUBLIC_PORT: new URL(fairlead.world().publicUrl).port,
  FAIRLEAD_INTERNAL_PORT: new URL(fairlead.world().internalUrl).port,
})

/** Bank data in `fields.transaction`, names by SEP-12. */
async function openInOldForm(anchor: Anchor, accountNumber: string) {
  const person = { first_name: 'Ada', last_name: 'Okafor' }
  const senderId = await anchor.putCustomer({
    ...person,
    type: 'sep31-sender',
    memo: '11',
    email_address: 'ada@example.com',
  })
  const receiverId = await anchor.putCustomer({
    ...person,
    type: 'sep31-receiver-name',
    memo: '12',
  })
  return anchor.open({
    amount: '50',
    asset_code: 'SRT',
    sender_id: senderId,
    receiver_id: receiverId,
    fields: { transaction: { routing_number: '021000021', account_number: accountNumber } },
  })
}
