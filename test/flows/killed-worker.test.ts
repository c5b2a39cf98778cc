import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Memo } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { magicAccountNumbers } from '../../src/sandbox/bank/magic-account-numbers.ts'
import { startSandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'
import type { SandboxBank } from '../../src/sandbox/bank/sandbox-bank.ts'
import { startSandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'
import { stellarTown } from '../adapters/horizon/stellar-town.ts'
import type { StellarTown } from '../adapters/horizon/stellar-town.ts'
import { paymentWorld } from '../usecases/payment-world.ts'
import type { PaymentWorld } from '../usecases/payment-world.ts'
import type { ChildOrders } from './killed-worker.child.ts'

let world: PaymentWorld
let sandbox: SandboxNetwork
let bank: SandboxBank
let town: StellarTown

beforeAll(async () => {
  world = await paymentWorld()
  sandbox = await startSandboxNetwork()
  bank = await startSandboxBank({ port: 0, token: 'a-token', secret: 'a-secret' })
  town = await stellarTown(sandbox)
})
afterAll(async () => {
  await bank.stop()
  await sandbox.stop()
  await world.close()
})

const child = fileURLToPath(new URL('killed-worker.child.ts', import.meta.url))

/** Runs a worker process to its end; answers how it ended. */
async function work(orders: Omit<ChildOrders, 'databaseUrl' | 'horizonUrl' | 'bankUrl'>) {
  const all = {
    ...orders,
    databaseUrl: world.url,
    horizonUrl: sandbox.url,
    bankUrl: bank.url,
  }
  const process_ = spawn(process.execPath, [child, JSON.stringify(all)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  process_.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code, signal] = (await once(process_, 'close')) as [number | null, string | null]
  return { code, signal, said }
}

async function aPayment(number: number): Promise<string> {
  const account = town.distribution.publicKey()
  const receiver = await world.addCustomer({
    bank_account_number:
      number % 3 === 0 ? magicAccountNumbers.unknownButDone : magicAccountNumbers.delivered,
  })
  const { id } = await world.open({
    distributionAccount: account,
    memo: { type: 'id', value: `${number}` },
    assetIn: `stellar:SRT:${town.asset.getIssuer()}`,
    amountInUnits: 10_000_000n,
    amountOutUnits: 99n,
    fee: { totalUnits: 100_000n, parts: [] },
    receiverId: receiver.id,
    lapsesAt: new Date(Date.now() + 3_600_000),
  })
  await town.send(town.sender, [town.pay('1')], Memo.id(`${number}`))
  return id
}

async function timesPaid(transactionId: string): Promise<number> {
  const response = await fetch(`${bank.url}/book?transaction_id=${transactionId}`)
  const { movements } = (await response.json()) as { movements: unknown[] }
  return movements.length
}

it('pays each payment once, whichever step of collecting, matching or paying a worker is killed in', async () => {
  const account = town.distribution.publicKey()
  const transactionIds: string[] = []
  let dieAt = 1
  for (; dieAt < 100; dieAt += 2) {
    transactionIds.push(await aPayment(dieAt))
    const ended = await work({ account, transactionIds: transactionIds.slice(-1), dieAt })
    if (ended.signal !== 'SIGKILL') break
  }
  expect(dieAt).toBeGreaterThan(20) // every step of one whole payment was met
  const ended = await work({ account, transactionIds, dieAt: 0 })
  expect(ended).toEqual({ code: 0, signal: null, said: expect.any(String) as string })
  for (const id of transactionIds) {
    expect([id, await timesPaid(id)]).toEqual([id, 1])
    expect((await world.stateOf(id)).transaction?.phase).toBe('completed')
  }
}, 120_000)
