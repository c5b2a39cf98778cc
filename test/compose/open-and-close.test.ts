import { afterAll, beforeAll, expect, it } from 'vitest'
import { NetworkUnavailable } from '../../src/usecases/ports/stellar-network.ts'
import { freshDatabase, onServer } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { startWorldGateway } from '../graphql/gateway-world.ts'
import { until } from '../until.ts'
import { askBankToPay, startOutside } from './outside-world.ts'

let outside: Awaited<ReturnType<typeof startOutside>>
let database: TestDatabase

beforeAll(async () => {
  outside = await startOutside()
  database = await freshDatabase()
})
afterAll(async () => {
  outside.stop()
  await database.drop()
})

/** Connections to the database, but ours. */
async function sessions(): Promise<unknown> {
  const [row] = await onServer(
    database.url,
    `select count(*)::int as open from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  )
  return row?.['open']
}

it('a gateway that is closed leaves no connection behind, neither outwards nor to its database', async () => {
  const { url, connections } = outside
  const gateway = await startWorldGateway(database.url, { horizonUrl: url, bankUrl: url })
  await (await fetch(`${gateway.internalUrl}/health`)).text()
  const ofHealth = await connections()
  const [account = ''] = gateway.rooms.accounts
  await expect(gateway.rooms.collectStellarPayments(account)).rejects.toThrow(NetworkUnavailable)
  const ofCollecting = await connections()
  await askBankToPay(gateway.rooms)
  expect(ofHealth).toBeGreaterThan(1)
  expect(ofCollecting).toBeGreaterThan(ofHealth)
  expect(await connections()).toBeGreaterThan(ofCollecting)
  expect(await sessions()).toBeGreaterThan(1)
  await gateway.stop()
  expect(await connections()).toBe(0)
  await until(async () => (await sessions()) === 0, 'the end of the sessions')
})

it('a gateway whose page would say something wrong does not start, and leaves nothing open (SEP01-18)', async () => {
  const documentation = { ORG_NAME: 'An anchor', ORG_PHONE_NUMBER: '5' }
  await expect(startWorldGateway(database.url, { documentation })).rejects.toThrow(
    'stellar.toml: ORG_PHONE_NUMBER is not E.164',
  )
  await until(async () => (await sessions()) === 0, 'the end of the sessions')
})
