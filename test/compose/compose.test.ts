import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../src/compose/compose.ts'
import type { Rooms } from '../../src/compose/compose.ts'
import type { Customer } from '../../src/domain/customer/customer.ts'
import { createLog } from '../../src/observability/log.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import {
  configOf,
  distributionAccount,
  keepCustomer,
  otherAnchor,
  person,
  sendingAnchor,
} from '../graphql/gateway-world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const log = createLog({ level: 'silent' })

const fields = { routing_number: '021000021', account_number: '1000990001' }

let known: Promise<Customer> | undefined
const customer = (rooms: Rooms) => (known ??= keepCustomer(rooms, person))

describe('the rooms of a process', () => {
  it('read every account that is paid into', async () => {
    const { config, secrets } = configOf(database.url, {})
    const startCursors = new Map([
      [distributionAccount, 'now'],
      [otherAnchor, '7'],
    ])
    const rooms = await compose({
      config: { ...config, startCursors },
      secrets,
      sites: [config.site],
      log,
    })
    expect(rooms.accounts).toEqual([distributionAccount, otherAnchor])
    await rooms.close()
  })

  it('know a repeated opening again by the secret of the tokens, and by no other', async () => {
    const { config, secrets } = configOf(database.url, {})
    const open = async (changes: Partial<typeof secrets>) => {
      const sites = [config.site]
      const rooms = await compose({ config, secrets: { ...secrets, ...changes }, sites, log })
      const { id } = await customer(rooms)
      const outcome = await rooms.openTransaction({
        principal: { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'localhost:8080' },
        request: { amount: '100', assetCode: 'SRT', senderId: id, receiverId: id, fields },
        idempotencyKey: 'one',
      })
      await rooms.close()
      return outcome.ok ? outcome.value.isReplay : outcome.refusal.code
    }
    const other = 'another secret of the tests, long enough to be one'
    expect(await open({})).toBe(false)
    expect(await open({ signingSeed: Keypair.random().secret(), railSecret: other })).toBe(true)
    expect(await open({ tokenSecret: other })).toBe('idempotency_key_reused')
  })

  it('know a code again by the secret of the tokens, and by no other', async () => {
    const { config, secrets } = configOf(database.url, {})
    const checked = {
      description: 'Whose mailbox is checked',
      requirements: [{ field: 'email_address', description: 'E-mail' }],
      verify: ['email_address'],
    }
    const asking = {
      ...config,
      kycValidation: 'full',
      customerTypes: { ...config.customerTypes, 'sep31-sender': checked },
    } as const
    const principal = { account: Keypair.random().publicKey() }
    const send = async (changes: Partial<typeof secrets>, name: string, text: string) => {
      const sites = [config.site]
      const own = { ...secrets, ...changes }
      const rooms = await compose({ config: asking, secrets: own, sites, log })
      const sent = new Map([[name, { kind: 'text', text } as const]])
      const outcome = await rooms.registerCustomer({ principal, type: 'sep31-sender', sent })
      await rooms.close()
      return outcome.ok ? 'ok' : outcome.refusal.code
    }
    const other = 'another secret of the tests, long enough to be one'
    const code = ['email_address_verification', '000000'] as const
    expect(await send({}, 'email_address', 'ada@example.com')).toBe('ok')
    expect(await send({ tokenSecret: other }, ...code)).toBe('code_wrong')
    const others = { signingSeed: Keypair.random().secret(), railSecret: other, railToken: other }
    expect(await send(others, ...code)).toBe('ok')
  })

  it('are not opened when the page of any address would say something wrong (SEP01-18)', async () => {
    const urls = { horizonUrl: 'https://127.0.0.1:9', bankUrl: 'https://127.0.0.1:9' }
    const { config, secrets } = configOf(database.url, { isLive: true, ...urls })
    const plain = { url: 'http://second.example.com', homeDomain: 'second.example.com' }
    for (const sites of [
      [config.site, plain],
      [plain, config.site],
    ]) {
      await expect(compose({ config, secrets, sites, log })).rejects.toMatchObject({
        faults: ['stellar.toml: the base URL has to begin with https://'],
      })
    }
  })
})
