import { Asset, Operation } from '@stellar/stellar-sdk'
import { afterAll, expect, it } from 'vitest'
import { horizonNetwork } from '../../src/adapters/horizon/horizon-network.ts'
import { memoryNetwork } from '../../src/adapters/memory/memory-network.ts'
import { startSandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'
import { aStellarPayment } from '../builders/stellar-payment.ts'
import { distributionAccount } from '../builders/transaction.ts'
import { stellarTown } from './horizon/stellar-town.ts'
import { describeStellarNetwork } from './stellar-network.contract.ts'

const unitsUpTo = (count: number): bigint[] =>
  Array.from({ length: count }, (_, n) => BigInt(n + 1))

describeStellarNetwork('in memory', async () => {
  const network = memoryNetwork()
  const pay = async (count: number) =>
    network.credit(...unitsUpTo(count).map((units) => aStellarPayment({ units })))
  return { network, account: distributionAccount, pay }
})

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})

describeStellarNetwork('by Horizon', async () => {
  const sandbox = await startSandboxNetwork()
  const { distribution, sender, send } = await stellarTown(sandbox)
  const network = horizonNetwork({ horizonUrl: sandbox.url })
  closing.push(
    () => network.close(),
    () => sandbox.stop(),
  )
  const destination = distribution.publicKey()
  const pay = async (count: number) => {
    const payments = unitsUpTo(count).map((units) =>
      Operation.payment({
        destination,
        asset: Asset.native(),
        amount: `0.${units.toString().padStart(7, '0')}`,
      }),
    )
    await send(sender, payments)
  }
  return { network, account: destination, pay }
})

it('in memory, each account is shown its own payments only, by id whatever came first', async () => {
  const network = memoryNetwork()
  const [first, other, last] = [
    aStellarPayment({ id: '9' }),
    aStellarPayment({ id: '10', account: 'another' }),
    aStellarPayment({ id: '11' }),
  ]
  network.credit(last, first)
  network.credit(other)
  expect((await network.creditsAfter(distributionAccount, '0', 2)).credits).toEqual([first, last])
  expect((await network.creditsAfter('another', '9', 200)).credits).toEqual([other])
  expect(await network.newestCursor()).toBe('11')
})
