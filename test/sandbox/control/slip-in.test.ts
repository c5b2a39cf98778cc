import { Asset, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import { openForTest } from '../http/client.ts'

const noop = [Operation.bumpSequence({ bumpTo: '0' })]

test('a foreign transaction of the account takes the sequence number first (SBX-110)', async () => {
  const client = await openForTest()
  const [from, to] = [await client.funded(), await client.funded()]
  const pay = (amount: string) =>
    client.build(from, [
      Operation.payment({ destination: to.publicKey(), asset: Asset.native(), amount }),
    ])
  const [mine, foreign] = [await pay('1'), await pay('2')]
  const before = Buffer.from(mine.hash()).toString('hex')
  client.sandbox.control.slipIn({ tx: foreign.toXdr(), before, when: 'admission' })
  expect(await (await client.submit(mine)).json()).toMatchObject({
    extras: { result_codes: { transaction: 'tx_bad_seq' } },
  })
  const { balances } = await client.server.loadAccount(to.publicKey())
  expect(balances[0]?.balance).toBe('10002.0000000')
})

test('authorization is taken away between admission and application (SBX-112)', async () => {
  const client = await openForTest()
  const [issuer, holder] = [await client.funded(), await client.funded()]
  const asset = new Asset('USDC', issuer.publicKey())
  await client.server.submitTransaction(
    await client.build(issuer, [Operation.setOptions({ setFlags: 2 })]),
  )
  await client.server.submitTransaction(
    await client.build(holder, [Operation.changeTrust({ asset })]),
  )
  const trustor = holder.publicKey()
  const sender = await client.funded()
  await client.server.submitTransaction(
    await client.build(sender, [Operation.changeTrust({ asset })]),
  )
  const pay = (destination: string) => Operation.payment({ destination, asset, amount: '5' })
  await client.server.submitTransaction(await client.build(issuer, [pay(sender.publicKey())]))
  const freeze = await client.build(issuer, [
    Operation.setTrustLineFlags({ trustor, asset, flags: { authorized: false } }),
  ])
  const payment = await client.build(sender, [pay(trustor)])
  client.sandbox.control.slipIn({ tx: freeze.toXdr(), before: trustor, when: 'application' })
  expect(await (await client.submit(payment)).json()).toMatchObject({
    extras: { result_codes: { transaction: 'tx_failed', operations: ['op_not_authorized'] } },
  })
  const hash = Buffer.from(payment.hash()).toString('hex')
  expect((await client.get(`/transactions/${hash}`)).body).toMatchObject({ successful: false })
})

test('a foreign transaction comes in once, and only before the one it waits for (SBX-110)', async () => {
  const client = await openForTest()
  const [from, other, foreign] = [
    await client.funded(),
    await client.funded(),
    await client.funded(),
  ]
  const { control } = client.sandbox
  const waiting = await client.build(foreign, noop)
  control.slipIn({ tx: waiting.toXdr(), before: from.publicKey(), when: 'admission' })
  const ledgersOf = async (key: typeof from) => {
    const before = control.state().coreLatestLedger
    expect((await client.submit(await client.build(key, noop))).status).toBe(200)
    return control.state().coreLatestLedger - before
  }
  expect([await ledgersOf(other), await ledgersOf(from), await ledgersOf(from)]).toEqual([1, 2, 1])
})

test('the time since the last ledger counts when a transaction is late (SBX-21, SBX-22)', async () => {
  const client = await openForTest({ mode: 'manual' })
  const from = await client.funded()
  const { control } = client.sandbox
  control.freeze()
  control.close()
  const last = Math.floor(Date.parse(control.state().clock.now) / 1000)
  const late = async (maxTime: number) => {
    const account = await client.server.loadAccount(from.publicKey())
    const timebounds = { minTime: 0, maxTime }
    const how = { fee: '100', networkPassphrase: Networks.TESTNET, timebounds }
    const transaction = new TransactionBuilder(account, how)
      .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
      .build()
    transaction.sign(from)
    const body = new URLSearchParams({ tx: transaction.toXdr() })
    const path = `${client.sandbox.url}/transactions_async`
    return (await fetch(path, { method: 'POST', body })).status
  }
  expect(await late(last + 9)).toBe(400) // two ledgers of five seconds are looked ahead
  expect(await late(last + 10)).toBe(201)
  control.close()
  control.advance(1)
  expect([await late(last + 10), await late(last + 11)]).toEqual([400, 201])
  control.close({ closeTime: BigInt(last) + 1n })
  control.advance(20)
  const before = control.state().coreLatestLedger
  expect([await late(last + 30), await late(last + 31)]).toEqual([400, 201])
  expect(control.state().coreLatestLedger).toBe(before)
})

test.each([
  ['fifo', false],
  ['shuffled', true],
] as const)(
  'transactions come as they were sent where that was asked for, or one slips in first: %s, %j (SBX-34, SBX-112)',
  async (applyOrder, slips) => {
    const client = await openForTest({ mode: 'manual', applyOrder })
    const { control, url } = client.sandbox
    const foreign = await client.build(await client.funded(), noop)
    const keys = await Promise.all(Array.from({ length: 8 }, () => client.funded()))
    const before = String(keys[3]?.publicKey())
    if (slips) control.slipIn({ tx: foreign.toXdr(), before, when: 'application' })
    const sent = slips ? [foreign] : []
    for (const key of keys) {
      const own = await client.build(key, noop)
      const body = new URLSearchParams({ tx: own.toXdr() })
      expect((await fetch(`${url}/transactions_async`, { method: 'POST', body })).status).toBe(201)
      sent.push(own)
    }
    control.close()
    const ledger = control.state().coreLatestLedger
    const { records } = await client.server.transactions().forLedger(ledger).call()
    expect(records.map(({ hash }) => hash)).toEqual(
      sent.map((one) => Buffer.from(one.hash()).toString('hex')),
    )
  },
)

test('a clock that was put back lets nothing in that is late already (SBX-21)', async () => {
  const client = await openForTest({ mode: 'manual' })
  const from = await client.funded()
  const { control, url } = client.sandbox
  control.freeze()
  control.close()
  const last = Math.floor(Date.parse(control.state().clock.now) / 1000)
  control.advance(-3600)
  const until = async (maxTime: number) => {
    const account = await client.server.loadAccount(from.publicKey())
    const how = { fee: '100', networkPassphrase: Networks.TESTNET }
    const transaction = new TransactionBuilder(account, {
      ...how,
      timebounds: { minTime: 0, maxTime },
    })
      .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
      .build()
    transaction.sign(from)
    const body = new URLSearchParams({ tx: transaction.toXdr() })
    return (await fetch(`${url}/transactions_async`, { method: 'POST', body })).status
  }
  expect([await until(last + 9), await until(last + 10)]).toEqual([400, 201])
})

test.each([
  ['a revert', 'to a snapshot'],
  ['a reset', 'to the beginning'],
  ['an import', 'of another network'],
])('a foreign transaction that waits is forgotten by %s %s (SBX-110)', async (what) => {
  const client = await openForTest()
  const { control } = client.sandbox
  const [from, foreign] = [await client.funded(), await client.funded()]
  const back = { id: control.snapshot(), exported: control.export() }
  const waiting = await client.build(foreign, noop)
  control.slipIn({ tx: waiting.toXdr(), before: from.publicKey(), when: 'admission' })
  if (what === 'a revert') control.revert(back.id)
  else if (what === 'a reset') control.reset()
  else control.import(back.exported)
  if (what === 'a reset') await control.fund({ account: from.publicKey(), amount: '100' })
  const before = control.state().coreLatestLedger
  expect((await client.submit(await client.build(from, noop))).status).toBe(200)
  expect(control.state().coreLatestLedger - before).toBe(1)
})
