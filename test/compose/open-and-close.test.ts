import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Rooms } from '../../src/compose/compose.ts'
import { newPayout } from '../../src/domain/payout/decisions.ts'
import { NetworkUnavailable } from '../../src/usecases/ports/stellar-network.ts'
import { freshDatabase, onServer } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import {
  funded,
  keepCustomer,
  keepTransaction,
  person,
  startWorldGateway,
} from '../graphql/gateway-world.ts'
import { until } from '../until.ts'

/** Answers all that is asked of Horizon and of the bank, and keeps each connection. */
const outside = createServer({ keepAliveTimeout: 600_000 }, (_, response) => response.end('{}'))
const connections = () =>
  new Promise<number>((resolve, reject) =>
    outside.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
let url: string
let database: TestDatabase

beforeAll(async () => {
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
  database = await freshDatabase()
})
afterAll(async () => {
  outside.close()
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

/** Sends a payout to a bank whose answer says nothing. */
async function askBankToPay(rooms: Rooms): Promise<void> {
  const receiver = await keepCustomer(rooms, { ...person, bank_account_number: '1000990001' })
  const { id } = await keepTransaction(rooms, { ...funded(), receiverId: receiver.id })
  await rooms.commit(({ payouts }) => payouts.add([newPayout(id, rooms.now())]))
  await rooms.sendPayout(id)
}

it('a gateway that is closed leaves no connection behind, neither outwards nor to its database', async () => {
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
