import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Asset, Horizon, Keypair } from '@stellar/stellar-sdk'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sendCrossBorderPayment } from '../../src/demo/cross-border-payment.ts'
import { reasonOf } from '../../src/demo/partner.ts'
import { createSendingAnchor } from '../../src/demo/sending-anchor.ts'
import { createTimeline } from '../../src/demo/timeline.ts'
import { readWorld } from '../../src/demo/world.ts'
import type { World } from '../../src/demo/world.ts'
import { startSandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../src/sandbox/network/sandbox-network.ts'
import { anOrder, orderPayout, startBank } from '../sandbox/bank/bank-client.ts'
import { repositoryFile, runNode } from '../sandbox/network/network-child.ts'
import { until } from '../until.ts'
import { homeDomain, networkPassphrase, places, startReceivingAnchor } from './receiving-anchor.ts'
import type { Answers, Event, ReceivingAnchor } from './receiving-anchor.ts'

const [issuer, sender, receiver] = [Keypair.random(), Keypair.random(), Keypair.random()]
const srt = `SRT:${issuer.publicKey()}`
const accountNumbers = { good: '1234567890', refused: '1000990004' }

let network: SandboxNetwork
beforeAll(async () => {
  network = await startSandboxNetwork({
    networkPassphrase,
    fixture: {
      accounts: [
        { secret: issuer.secret() },
        { secret: sender.secret(), trusts: [srt] },
        { secret: receiver.secret(), trusts: [srt] },
      ],
      payments: [{ secret: issuer.secret(), code: 'SRT', to: sender.publicKey(), amount: '10000' }],
    },
  })
  return () => network.stop()
})

const opened: Event = { type: 'opened', status: 'pending_sender', note: null }
const funded: Event = { type: 'fundsReceived', status: 'pending_receiver', note: null }
const wanting: Event = {
  type: 'customerInfoWanted',
  status: 'pending_customer_info_update',
  note: 'Unknown number',
}
const delivered: Event = { type: 'payoutDelivered', status: 'completed', note: null }

/** Where the demo finds everything; the bank has paid the transaction out so many times. */
async function theWorld(answers: Answers = {}, timesPaid = 1) {
  const stellarAccount = receiver.publicKey()
  const anchor = await startReceivingAnchor({ stellarAccount, ...answers })
  const bank = await startBank()
  onTestFinished(() => bank.stop())
  await orderPayout(bank, 'k-other', anOrder('9', { transaction_id: 'tx-0' }))
  for (let time = 0; time < timesPaid; time += 1) {
    await orderPayout(bank, `k-${time}`, anOrder('9'))
  }
  const asset = { code: 'SRT', issuer: issuer.publicKey(), distributionAccount: stellarAccount }
  const world: World = {
    publicUrl: anchor.url,
    horizonUrl: network.url,
    bankUrl: bank.url,
    networkPassphrase,
    homeDomain,
    assets: [asset, { ...asset, code: 'EURC' }],
    sendingAnchor: { publicKey: sender.publicKey(), secretKey: sender.secret() },
  }
  return { anchor, world }
}

/** What we do and what we hear run side by side: only the order within each is certain. */
function watching(anchor: ReceivingAnchor, then: Readonly<Record<string, readonly Event[]>> = {}) {
  const [did, heard, notes]: [string[], string[], string[]] = [[], [], []]
  const timeline = {
    did: (step: string, detail = '') => {
      did.push(`${step}: ${detail}`)
      // Only when the demo waits for it.
      setImmediate(() => {
        for (const event of then[step] ?? []) anchor.tell(event)
      })
    },
    heard: (event: string, detail = '') => void heard.push(`${event}: ${detail}`),
    note: (line: string) => void notes.push(line),
  }
  return { did, heard, notes, timeline }
}

const short = (name = '') => `${name.slice(0, 6)}…${name.slice(-6)}`
const lastPayment = async () => {
  const horizon = new Horizon.Server(network.url, { allowHttp: true })
  const { records } = await horizon.transactions().order('desc').limit(1).call()
  return records[0]
}

const options = { correctData: false, deadlineMs: 20_000 }
const json = 'Bearer the-token application/json'
const person = (first: string, last: string) =>
  `"first_name":"${first}","last_name":"${last}","email_address":"${first.toLowerCase()}@example.com"`
const putReceiver = (number: string) =>
  `PUT /kyc/customer ${json} {"type":"sep31-receiver","memo":"2",${person('Bruno', 'Lima')},"bank_account_number":"${number}","bank_number":"021000021"}`
const asked = (number: string) => [
  'GET /.well-known/stellar.toml',
  `GET /login/auth?account=${sender.publicKey()}`,
  expect.stringMatching(/^POST \/login\/auth application\/json \{"transaction":"[\w+/=]+"\}$/),
  'subscriber {"authorization":"Bearer the-token"}',
  `PUT /kyc/customer ${json} {"type":"sep31-sender","memo":"1",${person('Ada', 'Okafor')}}`,
  putReceiver(number),
  `POST /sep31/transactions ${json} {"amount":"100","asset_code":"SRT","funding_method":"SEPA","sender_id":"sep31-sender","receiver_id":"sep31-receiver"}`,
]
const done = (url: string, hash: string | undefined) => [
  `stellar.toml read: ${url}${places.payments}`,
  `logged in (SEP-10): ${short(sender.publicKey())}`,
  'subscribed (GraphQL): transactionEvents',
  'sender registered (SEP-12): sep31-sender',
  'receiver registered (SEP-12): sep31-receiver',
  'transaction opened (SEP-31): tx-1',
  `paid on Stellar: 100 SRT, transaction ${short(hash)}`,
]
const end = (amounts: string) => [
  `delivered: ${amounts} out`,
  "bank's book: 1 movement for this transaction: paid out exactly once",
]

describe('the demo of a payment', () => {
  it('asks for nothing but what the standards have, step by step, and tells each', async () => {
    const { anchor, world } = await theWorld({
      events: { 'POST /sep31/transactions': [opened, { ...funded, note: 'at last' }, delivered] },
    })
    const { did, heard, notes, timeline } = watching(anchor)
    await sendCrossBorderPayment(world, timeline, options)
    expect(did).toEqual([
      ...done(anchor.url, (await lastPayment())?.hash),
      ...end('100.00 in, 98.5'),
    ])
    expect(heard).toEqual([
      'opened: pending_sender',
      'fundsReceived: pending_receiver (at last)',
      'payoutDelivered: completed',
    ])
    expect(notes).toEqual([])
    expect(anchor.asked).toEqual([
      ...asked(accountNumbers.good),
      'GET /sep31/transactions/tx-1 Bearer the-token',
    ])
    await until(() => anchor.listeners() === 0, 'the end of the subscription')
  })

  it('corrects the field that it is asked for, and waits for each word', async () => {
    const { anchor, world } = await theWorld({
      instead: {
        'GET /sep31/transactions/tx-1': { transaction: { status: 'completed', amount_in: '100' } },
      },
    })
    const { did, heard, timeline } = watching(anchor, {
      'transaction opened (SEP-31)': [opened],
      'paid on Stellar': [funded, wanting],
      'corrected (SEP-12)': [delivered],
    })
    await sendCrossBorderPayment(world, timeline, { ...options, correctData: true })
    expect(did).toEqual([
      ...done(anchor.url, (await lastPayment())?.hash),
      'asked what to correct (SEP-12): bank_account_number: Unknown number',
      'corrected (SEP-12): bank_account_number',
      ...end('100 in, ?'),
    ])
    expect(heard).toEqual([
      'opened: pending_sender',
      'fundsReceived: pending_receiver',
      'customerInfoWanted: pending_customer_info_update (Unknown number)',
      'payoutDelivered: completed',
    ])
    expect(anchor.asked).toEqual([
      ...asked(accountNumbers.refused),
      'GET /kyc/customer?id=sep31-receiver&type=sep31-receiver Bearer the-token',
      `PUT /kyc/customer ${json} {"id":"sep31-receiver","bank_account_number":"1234567890"}`,
      'GET /sep31/transactions/tx-1 Bearer the-token',
    ])
  })

  it.each([
    ['iban', { iban: { description: 'An IBAN' }, bank_number: { description: 'Its bank' } }],
    ['nothing', {}],
    ['nothing', undefined],
  ])('finds that %s is wanted without a word about it', async (wanted, fields) => {
    const { anchor, world } = await theWorld({
      instead: { 'GET /kyc/customer': { status: 'NEEDS_INFO', fields } },
      events: { 'POST /sep31/transactions': [wanting, funded] },
    })
    const { did, timeline } = watching(anchor, { 'corrected (SEP-12)': [delivered, funded] })
    await sendCrossBorderPayment(world, timeline, { ...options, correctData: true })
    expect(did).toContain(`asked what to correct (SEP-12): ${wanted}: `)
  })

  it.each([0, 2])('fails when the bank moved money %i times', async (times) => {
    const { anchor, world } = await theWorld(
      { events: { 'POST /sep31/transactions': [delivered] } },
      times,
    )
    const { did, timeline } = watching(anchor)
    await expect(sendCrossBorderPayment(world, timeline, options)).rejects.toThrow(
      `The bank moved money ${times} times, not once`,
    )
    expect(did.at(-1)).toBe('delivered: 100.00 in, 98.5 out')
  })

  it.each([
    ['completed', false],
    ['pending_customer_info_update', true],
  ])('does not wait for %s for ever, and says what it has seen', async (status, correctData) => {
    const { anchor, world } = await theWorld({
      events: { 'POST /sep31/transactions': [opened, funded] },
    })
    const { timeline } = watching(anchor)
    const sending = sendCrossBorderPayment(world, timeline, { correctData, deadlineMs: 100 })
    await expect(sending).rejects.toThrow(
      `${status} did not come in time; seen: pending_sender, pending_receiver`,
    )
  })

  it('has all its time for the waiting, not for what comes before', async () => {
    const { anchor, world } = await theWorld()
    const { did, timeline } = watching(anchor)
    let failure: unknown
    sendCrossBorderPayment(world, timeline, { ...options, deadlineMs: 1 }).catch(
      (error: unknown) => (failure = error),
    )
    await until(() => failure !== undefined, 'the end of its time')
    expect(failure).toEqual(new Error('completed did not come in time; seen: '))
    expect(did.at(-1)).toMatch(/^paid on Stellar: /)
  })

  it('says when nobody tells it anything any more', async () => {
    const { anchor, world } = await theWorld()
    const { did, notes, timeline } = watching(anchor)
    const sending = sendCrossBorderPayment(world, timeline, { ...options, deadlineMs: 300 })
    await until(() => did.includes('subscribed (GraphQL): transactionEvents'), 'the subscription')
    anchor.hangUp()
    await expect(sending).rejects.toThrow('completed did not come in time')
    expect(notes).toEqual(['The subscription ended: the end'])
  })

  it('fails when nobody is to tell it anything', async () => {
    const { anchor, world } = await theWorld({ refusesSubscribers: true })
    const { timeline } = watching(anchor)
    await expect(sendCrossBorderPayment(world, timeline, options)).rejects.toThrow(
      'The subscription was refused: Forbidden',
    )
  })

  it.each([
    ['GET /login/auth', 403],
    ['POST /login/auth', 401],
    ['PUT /kyc/customer', 400],
    ['POST /sep31/transactions', 404],
    ['GET /sep31/transactions/tx-1', 503],
  ])('fails with the words of whoever refuses %s with %i', async (place, status) => {
    const { anchor, world } = await theWorld({
      instead: { [place]: status },
      events: { 'POST /sep31/transactions': [delivered] },
    })
    const { timeline } = watching(anchor)
    const [method = '', path = ''] = place.split(' ')
    await expect(sendCrossBorderPayment(world, timeline, options)).rejects.toThrow(
      new RegExp(`^${method} http://[^/ ]+${path}[^ ]*: ${status} ${status}$`),
    )
  })
})

describe('the payment of a sending anchor', () => {
  it.each([
    ['id', '18446744073709551615', 'id', '18446744073709551615'],
    ['text', 'Invoice 7', 'text', 'Invoice 7'],
    [
      'hash',
      Buffer.alloc(32, 9).toString('base64'),
      'hash',
      Buffer.alloc(32, 9).toString('base64'),
    ],
  ])('has the memo that it was given: %s', async (...[type, value, memoType, memo]) => {
    const { world } = await theWorld()
    const paid = {
      id: 'tx-1',
      stellar_account_id: receiver.publicKey(),
      stellar_memo_type: type,
      stellar_memo: value,
    }
    const hash = await createSendingAnchor(world).pay(paid, '7.25')
    const horizon = new Horizon.Server(network.url, { allowHttp: true })
    const transaction = await horizon.transactions().transaction(hash).call()
    expect(transaction).toMatchObject({ memo_type: memoType, memo, max_fee: '100' })
    const until = Number(transaction.preconditions?.timebounds?.max_time)
    const at = Date.parse(transaction.created_at) / 1000
    expect(Math.abs(until - at - 60)).toBeLessThan(10) // a minute to get into a ledger
    const { records } = await horizon.payments().forTransaction(hash).call()
    const { code, issuer: from } = new Asset('SRT', issuer.publicKey())
    expect(records).toMatchObject([
      { to: receiver.publicKey(), amount: '7.2500000', asset_code: code, asset_issuer: from },
    ])
  })

  it('needs an asset to pay with', async () => {
    const { world } = await theWorld()
    const memo = { stellar_memo_type: 'text', stellar_memo: 'Invoice 7' }
    const opened = { id: 'tx-1', stellar_account_id: receiver.publicKey(), ...memo }
    await expect(createSendingAnchor({ ...world, assets: [] }).pay(opened, '1')).rejects.toThrow(
      'The sandbox has no asset',
    )
  })
})

describe('the process of the demo', () => {
  const program = repositoryFile('src', 'demo', 'demo.ts')
  const written = async (text: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-test-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'sandbox.json')
    await writeFile(file, text)
    return file
  }

  it('ends with 0 after a payment, with a correction where that was asked for', async () => {
    const { world } = await theWorld({
      events: { 'POST /sep31/transactions': [wanting], 'GET /kyc/customer': [delivered] },
    })
    const file = await written(JSON.stringify({ ...world, pid: 1 }))
    const { code, output } = await runNode([program, file, '--correct-data'])
    expect(output).toMatch(/^ {2}\d\d?\.\d\d s {2}● corrected \(SEP-12\) {17}bank_account_number$/m)
    expect(output).toMatch(/● bank's book .* paid out exactly once\n$/)
    expect(code).toBe(0)
  })

  it('ends with 1, and says why, when there is no sandbox', async () => {
    const { code, output } = await runNode([program, 'no-such-file.json'])
    expect(output).toMatch(/^The demo failed: ENOENT: no such file or directory, [^\n]+\n$/)
    expect(code).toBe(1)
  })

  it('reads the sandbox, which has one asset at least', async () => {
    const { world } = await theWorld()
    const [asset] = world.assets
    expect(await readWorld(await written(JSON.stringify({ ...world, pid: 1 })))).toEqual(world)
    for (const assets of [[asset], [asset, asset, asset]]) {
      const some = { ...world, assets }
      expect(await readWorld(await written(JSON.stringify(some)))).toEqual(some)
    }
    const none = await written(JSON.stringify({ ...world, assets: [] }))
    await expect(readWorld(none)).rejects.toThrow('assets')
  })
})

it.each([
  ['that is given', { code: 4400, reason: 'the end' }, 'the end'],
  ['that is empty', { code: 1006, reason: '' }, ''],
  ['of an error', new Error('no more'), 'Error: no more'],
  ['that is a word', 'gone', 'gone'],
  ['of nobody', null, 'null'],
])('a subscription ends with the reason %s', (_, cause, reason) => {
  expect(reasonOf(cause)).toBe(reason)
})

describe('the timeline', () => {
  it('has the seconds since its start, a mark, a step and a detail in columns', () => {
    const lines: string[] = []
    let now = 1_000_000
    const timeline = createTimeline(
      (line) => lines.push(line),
      () => now,
    )
    timeline.did('began')
    now += 12_345
    timeline.did('paid', 'tx-1')
    now += 1_000_000
    timeline.heard('completed', 'delivered')
    timeline.note('The end')
    expect(lines).toEqual([
      '  0.00 s  ● began',
      ` 12.35 s  ● ${'paid'.padEnd(34)} tx-1`,
      `1012.35 s    ◀ ${'completed'.padEnd(34)} delivered`,
      'The end',
    ])
  })
})
