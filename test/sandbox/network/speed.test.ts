import { Asset, Operation } from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import { openForTest, recordsOf } from '../http/client.ts'

test('a page of 200 joined payments does not cost more in a long history (SBX-117)', async () => {
  const client = await openForTest({ mode: 'manual' })
  const [from, to] = [await client.funded(), await client.funded()]
  const payment = Operation.payment({
    destination: to.publicKey(),
    asset: Asset.native(),
    amount: '0.0000001',
  })
  const payments = Array.from({ length: 100 }, () => payment)
  for (let count = 0; count < 100; count += 1) {
    const transaction = await client.build(from, payments)
    expect(await client.sandbox.control.submit(transaction.toXdr())).toMatchObject({
      successful: true,
    })
  }
  const [middle] = recordsOf(await client.get('/transactions?limit=1&order=desc'))
  const path = `/accounts/${to.publicKey()}/payments?join=transactions&limit=200&order=desc`
  const times: number[] = []
  for (let count = 0; count < 5; count += 1) {
    const start = performance.now()
    const page = await client.get(`${path}&cursor=${String(middle?.paging_token)}`)
    times.push(performance.now() - start)
    expect(recordsOf(page)).toHaveLength(200)
  }
  // Twenty milliseconds with a core to itself; ten times that leaves room for a busy machine.
  expect(Math.min(...times)).toBeLessThan(200)
})
