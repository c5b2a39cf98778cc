import { Keypair, Networks, Operation, TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { rootKey } from '../../../src/sandbox/network/friendbot/root-key.ts'
import { openClient, openForTest, recordsOf, until } from './client.ts'
import type { Client } from './client.ts'

let client: Client

beforeAll(async () => {
  client = await openClient()
})

afterAll(() => client[Symbol.asyncDispose]())

test('a hundred requests at once all succeed, and each account is there (SBX-91)', async () => {
  const keys = Array.from({ length: 100 }, () => Keypair.random().publicKey())
  const answers = await Promise.all(
    keys.map(async (key) => {
      const funding = await client.get(`/friendbot?addr=${key}`)
      const account = await client.get(`/accounts/${key}`)
      return [funding.status, account.status]
    }),
  )
  expect(answers).toEqual(keys.map(() => [200, 200]))
})

test('more than one transaction can hold are all funded once (SBX-91)', async () => {
  const own = await openForTest()
  const keys = Array.from({ length: 150 }, () => Keypair.random().publicKey())
  const { friendbot } = own.sandbox
  const outcomes = await Promise.all(keys.map(async (key) => (await friendbot.fund(key)).outcome))
  expect(outcomes).toEqual(Array(150).fill('funded'))
  const ledgers = recordsOf(await own.get('/ledgers')).map((one) => one['operation_count'])
  expect(ledgers).toEqual([0, 1, 100, 49]) // as many as fit into one transaction
  const lists = await Promise.all(
    [keys[0], keys.at(-1)].map((key) => own.get(`/accounts/${key}/operations`)),
  )
  expect(lists.map((list) => recordsOf(list).length)).toEqual([1, 1])
})

test('the same account asked for twice at once is funded once (SBX-90)', async () => {
  const key = Keypair.random().publicKey()
  const answers = await Promise.all([0, 1].map(() => client.get(`/friendbot?addr=${key}`)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
  expect(answers.find(({ status }) => status === 400)?.body).toMatchObject({
    type: 'https://stellar.org/horizon-errors/bad_request',
    detail: 'account already funded to starting balance',
  })
})

test('those who wait share one transaction, and one of them asks twice in vain (SBX-91)', async () => {
  const { sandbox } = await openForTest()
  const [first, second, third] = Array.from({ length: 3 }, () => Keypair.random().publicKey())
  const asked = [first, second, third, second].map((one = '') => sandbox.friendbot.fund(one))
  const [, ...waited] = await Promise.all(asked)
  const shared = { outcome: 'funded', hash: expect.any(String), envelopeXdr: expect.any(String) }
  expect(waited).toEqual([shared, waited[0], { outcome: 'already_funded' }])
  expect(sandbox.control.state().coreLatestLedger).toBe(3)
})

test.each([[[0, 1, 1, 2]], [[0, 0, 1, 2]], [[0, 1, 1, 2, 2]], [[0, 1, 2, 2, 1, 1]]])(
  'everybody who waits is answered, and each account funded once: %j (SBX-91)',
  async (order) => {
    const { sandbox } = await openForTest()
    const addresses = Array.from({ length: 3 }, () => Keypair.random().publicKey())
    const outcomes: string[] = []
    for (const [place, which] of order.entries()) {
      const asked = sandbox.friendbot.fund(addresses[which] ?? '')
      void asked.then(({ outcome }) => (outcomes[place] = outcome))
    }
    const isAnswered = () => order.every((_, place) => outcomes[place] !== undefined)
    await until(isAnswered).catch(() => undefined)
    expect(outcomes).toEqual(
      order.map((which, place) => (order.indexOf(which) === place ? 'funded' : 'already_funded')),
    )
  },
)

test.each([
  ['of two', ['nobody', 'good']],
  ['between others', ['good', 'nobody', 'good']],
  ['behind others', ['good', 'good', 'good', 'nobody']],
])('an account that cannot be funded spoils it for nobody else, %s (SBX-91)', async (_, asked) => {
  const { sandbox } = await openForTest()
  const key = (name: string) => (name === 'good' ? Keypair.random().publicKey() : name)
  const first = sandbox.friendbot.fund(key('good')) // the others wait for it
  const fundings = await Promise.all(asked.map((name) => sandbox.friendbot.fund(key(name))))
  expect(await first).toMatchObject({ outcome: 'funded' })
  expect(fundings.map(({ outcome }) => outcome)).toEqual(
    asked.map((name) => (name === 'good' ? 'funded' : 'failed')),
  )
})

test('a funding that the network refuses is answered with its result (SBX-90)', async () => {
  const poor = await openForTest({ startingBalance: 1n }) // below the reserve of an account
  const { status, body } = await poor.get(`/friendbot?addr=${Keypair.random().publicKey()}`)
  expect(status).toBe(500)
  const { reason } = (body as { extras: { reason: string } }).extras
  const result = xdr.TransactionResult.fromXdr(reason, 'base64')
  expect(result.result.type).toBe('txFailed')
})

test('an account with the starting balance is funded already, less a fee it is not (SBX-90)', async () => {
  const key = await client.funded()
  const ask = async () => (await client.get(`/friendbot?addr=${key.publicKey()}`)).status
  expect(await ask()).toBe(400)
  const { balances } = await client.server.loadAccount(key.publicKey())
  expect(balances[0]?.balance).toBe('10000.0000000')
  await client.pay(key, key.publicKey()) // costs the fee
  expect(await ask()).toBe(200)
})

test('the transaction of a funding is named and can be read (SBX-90)', async () => {
  const key = Keypair.random().publicKey()
  const { body } = await client.get(`/friendbot?addr=${key}`)
  const { hash, envelope_xdr } = body as { hash: string; envelope_xdr: string }
  expect(body).toEqual({
    successful: true,
    hash,
    envelope_xdr,
    _links: { transaction: { href: `${client.sandbox.url}/transactions/${hash}` } },
  })
  const max_fee = '1000' // ten times what it has to be
  const found = (await client.get(`/transactions/${hash}`)).body
  expect(found).toMatchObject({ envelope_xdr, max_fee })
})

test('the address may come in a form, too (SBX-90)', async () => {
  const addr = Keypair.random().publicKey()
  const response = await fetch(`${client.sandbox.url}/friendbot`, {
    method: 'POST',
    body: new URLSearchParams({ addr }),
  })
  expect(response.status).toBe(200)
  expect((await client.get(`/accounts/${addr}`)).status).toBe(200)
})

test('an account below the starting balance is topped up (SBX-90)', async () => {
  const key = await client.funded()
  await client.pay(key, Keypair.fromSecret((await client.funded()).secret()).publicKey())
  expect((await client.get(`/friendbot?addr=${key.publicKey()}`)).status).toBe(200)
  const { balances } = await client.server.loadAccount(key.publicKey())
  expect(balances[0]?.balance).toBe('19998.9999900')
})

test.each(['', 'GNOBODY', 'CA3D5KRYM6CB7OWQ6TWYRR3Z4T7GNZLKERYNZGGA5SOAOPIFY6YQGAXE'])(
  'the address %j is refused by name (SBX-90)',
  async (address) => {
    const { status, body } = await client.get(`/friendbot?addr=${address}`)
    expect(status).toBe(400)
    const reason = 'addr: name the account to fund by its address, which starts with G'
    expect(body).toMatchObject({ extras: { invalid_field: 'addr', reason } })
  },
)

test('a request with the host of the public friendbot is served at the root (SBX-09)', async () => {
  const { request } = await import('node:http')
  const key = Keypair.random().publicKey()
  const url = new URL(client.sandbox.url)
  const status = await new Promise((resolve, reject) => {
    request(
      {
        port: url.port,
        path: `/?addr=${key}`,
        headers: { host: 'Friendbot.Stellar.org:80' },
      },
      (response) => resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end()
  })
  expect(status).toBe(200)
  expect((await client.get(`/accounts/${key}`)).status).toBe(200)
})

test('in manual mode friendbot closes the ledger it waits for (SBX-31)', async () => {
  const manual = await openForTest({ mode: 'manual' })
  await manual.funded()
  expect(manual.sandbox.control.state().coreLatestLedger).toBe(2)
})

test('in manual mode friendbot closes no ledger for an account that is funded (SBX-31)', async () => {
  const manual = await openForTest({ mode: 'manual' })
  const key = await manual.funded()
  expect((await manual.get(`/friendbot?addr=${key.publicKey()}`)).status).toBe(400)
  expect(manual.sandbox.control.state().coreLatestLedger).toBe(2)
})

test('friendbot waits for the next ledger where ledgers close by themselves (SBX-31)', async () => {
  const { sandbox } = await openForTest({ mode: 'interval', intervalMs: 600_000 })
  const funding = sandbox.friendbot.fund(Keypair.random().publicKey())
  await until(() => sandbox.control.state().pending.length === 1)
  expect(sandbox.control.state().coreLatestLedger).toBe(1)
  sandbox.control.close()
  expect(await funding).toMatchObject({ outcome: 'funded' })
})

test('in manual mode friendbot waits for somebody to close a ledger, where that was asked for (SBX-31)', async () => {
  const manual = await openForTest({ mode: 'manual', friendbotForcesClose: false })
  const { control, friendbot } = manual.sandbox
  const funding = friendbot.fund(Keypair.random().publicKey())
  await until(() => control.state().pending.length === 1)
  expect(control.state().coreLatestLedger).toBe(1)
  control.close()
  expect(await funding).toMatchObject({ outcome: 'funded' })
})

test('the address of the query comes before that of a form (SBX-90)', async () => {
  const [asked, sent] = [Keypair.random().publicKey(), Keypair.random().publicKey()]
  const body = new URLSearchParams({ addr: sent })
  const url = `${client.sandbox.url}/friendbot?addr=${asked}`
  expect((await fetch(url, { method: 'POST', body })).status).toBe(200)
  const found = [asked, sent].map(async (key) => (await client.get(`/accounts/${key}`)).status)
  expect(await Promise.all(found)).toEqual([200, 404])
})

test('a funding that the network does not admit is answered with its result (SBX-90)', async () => {
  const own = await openForTest()
  const root = rootKey(Networks.TESTNET)
  const account = await own.server.loadAccount(root.publicKey())
  const how = { fee: '100', networkPassphrase: Networks.TESTNET }
  const resign = new TransactionBuilder(account, how)
    .addOperation(Operation.setOptions({ masterWeight: 0 }))
    .setTimeout(60)
    .build()
  resign.sign(root)
  await own.sandbox.control.submit(resign.toXdr())
  const { status, body } = await own.get(`/friendbot?addr=${Keypair.random().publicKey()}`)
  const { reason } = (body as { extras: { reason: string } }).extras
  expect(status).toBe(500)
  expect(xdr.TransactionResult.fromXdr(reason, 'base64').result.type).toBe('txBadAuth')
})

test('a funding that no ledger takes in half a minute is told to have failed (SBX-90)', async () => {
  const { sandbox } = await openForTest({ mode: 'interval', intervalMs: 3_600_000 })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const funding = sandbox.friendbot.fund(Keypair.random().publicKey())
    let told = false
    void funding.then(() => (told = true))
    await vi.advanceTimersByTimeAsync(29_999)
    expect(told).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    const reason = 'no ledger took the transaction in time'
    expect(await funding).toEqual({ outcome: 'failed', reason })
  } finally {
    vi.useRealTimers()
  }
})
