import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AcceptNetworkResetDocument } from '../../schema/generated/backoffice/graphql.ts'
import { startSandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'
import { freshDatabase } from '../database.ts'
import type { TestDatabase } from '../database.ts'
import { ask, dataOf } from '../graphql/ask.ts'
import { backofficeToken as token, startWorldGateway } from '../graphql/gateway-world.ts'
import type { WorldGateway } from '../graphql/gateway-world.ts'
import { until } from '../until.ts'

let database: TestDatabase
let sandbox: SandboxNetwork
let gateways: readonly WorldGateway[]
let horizonUrl: string

/** Horizon's address is known, and nobody answers there yet. */
beforeAll(async () => {
  database = await freshDatabase()
  const first = await startSandboxNetwork()
  horizonUrl = first.url
  await first.stop()
  const settings = { horizonUrl }
  gateways = [
    await startWorldGateway(database.url, settings),
    await startWorldGateway(database.url, settings),
  ]
})
afterAll(async () => {
  for (const gateway of gateways) await gateway.stop()
  await sandbox.stop()
  await database.drop()
})

const everywhere = <Answer>(work: (gateway: WorldGateway) => Promise<Answer>) =>
  Promise.all(gateways.map(work))

/** Every account is read, or not, in both processes; how often it was. */
async function collected(): Promise<readonly boolean[]> {
  const outcomes = await everywhere(async ({ rooms }) => {
    const [account = ''] = rooms.accounts
    return rooms.collectStellarPayments(account)
  })
  return outcomes.map((outcome) => outcome.ok || outcome.refusal.code === 'seat_taken')
}

const health = async (): Promise<string> =>
  (await fetch(`${gateways[0]?.internalUrl}/health`)).text()

const stops = () =>
  gateways.flatMap(({ lines }) =>
    lines
      .filter(({ msg }) => msg === 'collecting is stopped')
      .map(({ level, epoch, reason, detail }) => ({ level, epoch, reason, detail })),
  )

/** The stop as the other process tells it. */
async function openStop() {
  const { openStop: stop } = (await gateways[1]?.rooms.findNetworkState()) ?? {}
  if (stop === undefined) throw new Error('nothing is stopped')
  return stop
}

describe('two processes and a network', () => {
  it('start though Horizon is away, and read once it is there', async () => {
    await everywhere(({ rooms }) => rooms.watchAccounts())
    const { accounts } = (await gateways[0]?.rooms.findNetworkState()) ?? { accounts: [] }
    expect(accounts.length).toBeGreaterThan(0)
    expect(accounts.every(({ cursor }) => cursor === undefined)).toBe(true)
    sandbox = await startSandboxNetwork({ port: Number(new URL(horizonUrl).port) })
    expect(await collected()).toEqual([true, true])
    const [watched] = (await gateways[0]?.rooms.findNetworkState())?.accounts ?? []
    expect(watched?.cursor).toMatch(/^\d+$/)
  })

  it('stop together when it is reset, with health red, until an operator has decided', async () => {
    sandbox.control.close({ ledgers: 30 })
    await until(async () => {
      await collected()
      return ((await gateways[0]?.rooms.findNetworkState())?.epoch.anchor?.sequence ?? 0n) > 30n
    }, 'the network to be known by a later ledger')
    sandbox.control.advance(600)
    sandbox.control.reset()
    await until(async () => (await collected()).every((isRead) => !isRead), 'both to stop')
    const { id, detail } = await openStop()
    expect(stops()).toEqual([{ level: 'error', epoch: 1, reason: 'reset', detail }])
    expect(await health()).toContain('accept-reset')
    const variables = { stopId: id }
    const backoffice = gateways[1]?.backoffice ?? ''
    const answer = await ask(backoffice, AcceptNetworkResetDocument, { token, variables })
    expect(dataOf(answer).acceptNetworkReset).toMatchObject({ decision: 'new_epoch' })
    expect(await collected()).toEqual([true, true])
    expect((await gateways[0]?.rooms.findNetworkState())?.epoch.number).toBe(2)
    await until(async () => !(await health()).includes('accept-reset'), 'health to see it', 20_000)
  })
})
