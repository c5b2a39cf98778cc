import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { horizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import type { HorizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { distributionAccount, issuer, sendingAnchor } from '../../builders/transaction.ts'

/** What the canned Horizon answers: by the start of the path, the first that fits. */
interface Canned {
  readonly status: number
  readonly body: unknown
  readonly headers?: Record<string, string>
}
let answers: Readonly<Record<string, Canned>> = {}
const asked: (readonly [path: string, accept: string])[] = []
const server = createServer((request, response) => {
  asked.push([request.url ?? '', request.headers.accept ?? ''])
  const found = Object.entries(answers).find(([path]) => request.url?.startsWith(path))
  const { status, body, headers = {} } = found?.[1] ?? { status: 500, body: {} }
  response.writeHead(status, headers).end(JSON.stringify(body))
})
let network: HorizonNetwork
let port = 0

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  network = horizonNetwork({ horizonUrl: `http://127.0.0.1:${port}` })
})
afterAll(async () => {
  await network.close()
  server.close()
})

const page = (...records: readonly object[]) => ({
  status: 200,
  body: { _embedded: { records } },
})

const payment = (id: string, changes: object = {}) => ({
  id,
  paging_token: id,
  transaction_successful: true,
  source_account: sendingAnchor,
  type: 'payment',
  created_at: '2026-11-21T12:00:00Z',
  transaction_hash: 'ab'.repeat(32),
  transaction: { memo_type: 'id', memo: '7' },
  asset_type: 'credit_alphanum4',
  asset_code: 'SRT',
  asset_issuer: issuer,
  from: sendingAnchor,
  to: distributionAccount,
  amount: '1.0000000',
  ...changes,
})

function read(...records: readonly object[]) {
  answers = { '/accounts/': page(...records), ...answers }
  return network.creditsAfter(distributionAccount, '0', 200)
}

const cannotBeRead = (why: string) =>
  new NetworkUnavailable(`Horizon's answer cannot be read: ${why}`)

describe('a page with something odd in it', () => {
  it.each<[string, object, string]>([
    ['no amount', { amount: undefined }, 'amount is no text'],
    ['an amount that is a number', { amount: 1 }, 'amount is no text'],
    ['a negative amount', { amount: '-1.0000000' }, 'amount is no amount'],
    ['an amount in scientific form', { amount: '1e2' }, 'amount is no amount'],
    ['no payer', { from: undefined }, 'from is no text'],
    ['no issuer', { asset_issuer: undefined }, 'asset_issuer is no text'],
    ['no kind of asset', { asset_type: undefined }, 'asset_type is no text'],
    ['no hash', { transaction_hash: undefined }, 'transaction_hash is no text'],
    ['no id', { id: undefined }, 'id is no number'],
    ['an id of 21 digits', { id: '1'.repeat(21) }, 'id is no number'],
    ['a negative id', { id: '-5' }, 'id is no number'],
    ['an id with a blank', { id: ' 5' }, 'id is no number'],
    ['a muxed id that is no number', { to_muxed_id: 'x' }, 'to_muxed_id is no number'],
    ['no kind of memo', { transaction: {} }, 'memo_type is no text'],
    ['no hash in a memo', { transaction: { memo_type: 'hash' } }, 'memo is no text'],
    ['no destination', { to: undefined }, 'to is no text'],
    ['no asset', { asset_code: undefined }, 'asset_code is no text'],
    ['no transaction with the memo', { transaction: undefined }, 'transaction is no object'],
    [
      'a memo type of the future',
      { transaction: { memo_type: 'emoji', memo: 'x' } },
      'the memo type emoji is not known',
    ],
    [
      'an id memo that is no number',
      { transaction: { memo_type: 'id', memo: '0x7' } },
      'memo is no number',
    ],
    [
      'an id memo that was rounded',
      { transaction: { memo_type: 'id', memo: 2 ** 60 } },
      'memo is no number',
    ],
    [
      'an id memo that is a list',
      { transaction: { memo_type: 'id', memo: ['7'] } },
      'memo is no number',
    ],
    ['a time that is none', { created_at: 'yesterday' }, 'created_at is no time'],
    ['no type', { type: undefined }, 'type is no text'],
    ['no paging token', { paging_token: undefined }, 'paging_token is no number'],
    [
      'a smaller paging token than before',
      { paging_token: '4096' },
      'its records are not in order',
    ],
    [
      'the paging token of the one before',
      { paging_token: '8192' },
      'its records are not in order',
    ],
  ])('is refused as a whole, and nothing passed over: %s (AP-1.4)', async (_, changes, why) => {
    answers = {}
    const reading = read(payment('8192'), payment('12288', changes))
    await expect(reading).rejects.toThrow(cannotBeRead(why))
  })

  it.each([
    [{ status: 'ok' }, '_embedded is no object'],
    [null, 'it is no page'],
    [[], 'it is no page'],
    [{ _embedded: {} }, 'it has no records'],
    [{ _embedded: { records: {} } }, 'it has no records'],
    [{ _embedded: { records: [payment('8192'), null] } }, 'it has no records'],
    [{ _embedded: { records: [null, payment('8192')] } }, 'it has no records'],
  ])('is refused when it is no page at all: %j: %s', async (body, why) => {
    answers = { '/accounts/': { status: 200, body } }
    const reading = network.creditsAfter(distributionAccount, '0', 200)
    await expect(reading).rejects.toThrow(cannotBeRead(why))
  })

  it('is refused when it is no JSON', async () => {
    answers = { '/accounts/': { status: 200, body: undefined } }
    const reading = network.creditsAfter(distributionAccount, '0', 200)
    await expect(reading).rejects.toMatchObject({
      message: 'Horizon answered with something that is no JSON',
      cause: expect.any(SyntaxError) as unknown,
    })
  })

  it.each([{ message: 'no such route' }, { type: 'about:blank' }, { type: 404 }, null])(
    'is refused when the 404 is not by Horizon: %j',
    async (body) => {
      answers = { '/accounts/': { status: 404, body } }
      const reading = network.creditsAfter(distributionAccount, '0', 200)
      await expect(reading).rejects.toThrow('Horizon answered 404 without saying why')
    },
  )

  it.each([201, 202, 206, 300, 304, 400, 403, 500])(
    'is refused with the status %i, whatever is in it (AP-1.4)',
    async (status) => {
      answers = { '/accounts/': { ...page(payment('4096')), status } }
      const reading = network.creditsAfter(distributionAccount, '0', 200)
      await expect(reading).rejects.toThrow(`Horizon answered ${status}`)
    },
  )

  it('is no account that is not there yet when Horizon says that it is gone (AP-1.4)', async () => {
    const type = 'https://stellar.org/horizon-errors/not_found'
    answers = { '/accounts/': { status: 410, body: { type } } }
    const reading = network.creditsAfter(distributionAccount, '0', 200)
    await expect(reading).rejects.toThrow(cannotBeRead('_embedded is no object'))
  })

  it.each([
    ['AAAAAAAAAGT////4AAAAAA==', 'the result is of no account merge'], // txNoAccount
    ['AAAA', 'result_xdr is no transaction result'],
  ])('is refused when a merge in it has the result %s', async (result_xdr, why) => {
    answers = {}
    const merge = {
      type: 'account_merge',
      account: sendingAnchor,
      into: distributionAccount,
      transaction: { memo_type: 'none', result_xdr },
    }
    await expect(read(payment('8193', merge))).rejects.toThrow(why)
  })
})

describe('a page of Horizon', () => {
  it('is read in the order of the ledger, however long it is (AP-1.9)', async () => {
    answers = {}
    const ids = Array.from({ length: 25 }, (_, index) => `${(index + 1) * 4096}`)
    const { credits } = await read(...ids.map((id) => payment(id)))
    expect(credits.map(({ id }) => id)).toEqual(ids)
  })

  it('asks for the effects of ten operations at once, and no more', async () => {
    const held: ServerResponse[] = []
    const shares: number[] = []
    let quiet: NodeJS.Timeout | undefined
    const release = () => {
      shares.push(held.length)
      for (const response of held.splice(0)) response.end(JSON.stringify(page().body))
    }
    const records = Array.from({ length: 25 }, (_, place) =>
      payment(`${(place + 1) * 4096}`, { type: 'invoke_host_function' }),
    )
    const slow = createServer((request, response) => {
      if (request.url?.startsWith('/accounts/') === true) {
        response.end(JSON.stringify(page(...records).body))
        return
      }
      held.push(response)
      clearTimeout(quiet)
      quiet = setTimeout(release, 50) // nobody else comes by then
    })
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
    const { port: at } = slow.address() as AddressInfo // it listens on TCP
    const own = horizonNetwork({ horizonUrl: `http://127.0.0.1:${at}` })
    const { credits } = await own.creditsAfter(distributionAccount, '0', 200)
    await own.close()
    slow.close()
    expect([credits, shares]).toEqual([[], [10, 10, 5]])
  })

  it('is asked for with its transactions, oldest first, from the cursor on', async () => {
    answers = { '/operations/8192/effects': page() }
    asked.length = 0
    await read(payment('8192', { type: 'invoke_host_function' }))
    await network.creditsAfter(sendingAnchor, '4096', 7)
    const json = 'application/json'
    const path = (account: string, limit: number, cursor: string) =>
      `/accounts/${account}/operations?join=transactions&order=asc&limit=${limit}&cursor=${cursor}`
    expect(asked).toEqual([
      [path(distributionAccount, 200, '0'), json],
      ['/operations/8192/effects?order=asc&limit=200', json],
      [path(sendingAnchor, 7, '4096'), json],
      ['/operations/8192/effects?order=asc&limit=200', json],
    ])
  })

  it('is not the last one when it is full, though a part of it was read before (AP-1.5)', async () => {
    answers = { '/accounts/': page(payment('4096'), payment('8192')) }
    const full = await network.creditsAfter(distributionAccount, '4096', 2)
    expect(full).toMatchObject({ credits: [{ id: '8192' }], nextCursor: '8192', complete: false })
  })

  it('is the last one when all of it was read before, full as it is (AP-1.5)', async () => {
    answers = { '/accounts/': page(payment('4096'), payment('8192')) }
    const read = await network.creditsAfter(distributionAccount, '8192', 2)
    expect(read).toEqual({ credits: [], nextCursor: '8192', complete: true })
  })

  it('may name path payments as it did of old, and leave out the bytes of a memo (SEP31-45, AP-1.8)', async () => {
    answers = {}
    const { credits } = await read(
      payment('4096', { type: 'path_payment', transaction: { memo_type: 'text' } }),
      payment('8192', { transaction: { memo_type: 'text', memo: 'rent' } }),
    )
    expect(credits).toMatchObject([
      { kind: 'path_payment_strict_receive', units: 10_000_000n, memo: { value: '' } },
      { memo: { type: 'text', value: 'rent' } },
    ])
  })
})

describe('what credits nobody', () => {
  const outward = { from: undefined, to: undefined, asset_type: undefined, amount: undefined }
  it.each<[string, object]>([
    ['an operation of which nothing says that it succeeded', { transaction_successful: undefined }],
    [
      'an account that ours opened for another',
      {
        ...outward,
        type: 'create_account',
        funder: distributionAccount,
        account: sendingAnchor,
        starting_balance: '5.0000000',
      },
    ],
    [
      'a merge of ours into another',
      { ...outward, type: 'account_merge', account: distributionAccount, into: sendingAnchor },
    ],
  ])('is %s (AP-1.13)', async (_, changes) => {
    answers = {}
    const { credits, nextCursor } = await read(payment('8192', changes))
    expect([credits, nextCursor]).toEqual([[], '8192'])
  })
})

describe('a Horizon that was asked too often', () => {
  it.each<[string, Record<string, string>, number]>([
    ['for a second where it does not say how long', {}, 1],
    ['for a second where it names a day', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 1],
    ['for as long as it says', { 'retry-after': '7' }, 7],
    ['for a minute at most', { 'retry-after': '86400' }, 60],
  ])('is left alone %s (POLARIS-8.5)', async (_, headers, most) => {
    const own = horizonNetwork({ horizonUrl: `http://127.0.0.1:${port}` })
    const ask = () => own.creditsAfter(distributionAccount, '0', 200)
    answers = { '/accounts/': { status: 429, body: {}, headers } }
    await expect(ask()).rejects.toThrow('Horizon answered 429')
    answers = { '/accounts/': page(payment('4096')) }
    await expect(ask()).rejects.toMatchObject({
      message: 'Horizon asked us to wait',
      retryAfterSeconds: most,
    })
    await own.close()
  })
})

describe('a Horizon that says when to ask again', () => {
  it('is asked again at once where it is in trouble otherwise, and is quoted with its wait', async () => {
    const ask = () => network.creditsAfter(distributionAccount, '0', 200)
    answers = { '/accounts/': { status: 503, body: {}, headers: { 'retry-after': '7' } } }
    await expect(ask()).rejects.toMatchObject({
      message: 'Horizon answered 503',
      retryAfterSeconds: 7,
    })
    answers = { '/accounts/': { status: 500, body: {} } }
    const failure: unknown = await ask().catch((error: unknown) => error)
    expect(failure).toMatchObject({ message: 'Horizon answered 500' })
    expect(failure).toHaveProperty('retryAfterSeconds', undefined)
    answers = { '/accounts/': page(payment('4096')) }
    expect(await ask()).toMatchObject({ credits: [{ id: '4096' }] })
  })

  it('is asked at once where that is now', async () => {
    const own = horizonNetwork({ horizonUrl: `http://127.0.0.1:${port}` })
    const ask = () => own.creditsAfter(distributionAccount, '0', 200)
    answers = { '/accounts/': { status: 429, body: {}, headers: { 'retry-after': '0' } } }
    await expect(ask()).rejects.toMatchObject({ retryAfterSeconds: 0 })
    answers = { '/accounts/': page(payment('4096')) }
    expect(await ask()).toMatchObject({ credits: [{ id: '4096' }] })
    await own.close()
  })
})

describe('an operation of another kind', () => {
  const credit = (account: string, amount: string) => ({
    type: 'account_credited',
    account,
    asset_type: 'native',
    amount,
  })

  it.each(['invoke_host_function', 'an_operation_of_protocol_99'])(
    'is told with what its effects credit: %s',
    async (type) => {
      answers = {
        '/operations/8192/effects': page(
          credit(sendingAnchor, '9.0000000'),
          credit(distributionAccount, '2.0000000'),
          credit(distributionAccount, '0.5000000'),
        ),
      }
      const { credits } = await read(payment('8192', { type }))
      expect(credits).toMatchObject([
        { kind: 'other', asset: 'stellar:native', units: 25_000_000n },
      ])
    },
  )

  const inSrt = (account: string, amount: string) => ({
    ...credit(account, amount),
    asset_type: 'credit_alphanum4',
    asset_code: 'SRT',
    asset_issuer: issuer,
  })

  it('is a payment for each asset it credits, the same in whatever order its effects are told', async () => {
    const effects = [
      credit(distributionAccount, '2.0000000'),
      inSrt(distributionAccount, '3.0000000'),
      credit(distributionAccount, '0.5000000'),
    ]
    for (const told of [effects, effects.toReversed()]) {
      answers = { '/operations/8192/effects': page(...told) }
      const { credits } = await read(payment('8192', { type: 'invoke_host_function' }))
      expect(credits.map(({ id, part, asset, units }) => [id, part, asset, units])).toEqual([
        ['8192', undefined, `stellar:SRT:${issuer}`, 30_000_000n],
        ['8192', 1, 'stellar:native', 25_000_000n],
      ])
    }
  })

  it('is read to the last of its effects, however many they are', async () => {
    const others = Array.from({ length: 200 }, (_, index) => ({
      ...credit(sendingAnchor, '1.0000000'),
      paging_token: `8192/${index + 1}`,
    }))
    answers = {
      '/operations/8192/effects?order=asc&limit=200&cursor=8192%2F200': page(
        inSrt(distributionAccount, '3.0000000'),
      ),
      '/operations/8192/effects': page(...others),
    }
    const { credits } = await read(payment('8192', { type: 'invoke_host_function' }))
    expect(credits).toMatchObject([{ asset: `stellar:SRT:${issuer}`, units: 30_000_000n }])
  })

  it('is refused when its effects never end', async () => {
    const same = Array.from({ length: 200 }, () => ({ type: 'x', paging_token: '8192-1' }))
    answers = { '/operations/8192/effects': page(...same) }
    const reading = read(payment('8192', { type: 'invoke_host_function' }))
    await expect(reading).rejects.toThrow('have no end')
  })

  it('has the id of the muxed account that claimed a balance (SEP31-48)', async () => {
    answers = { '/operations/8192/effects': page(credit(distributionAccount, '2.0000000')) }
    const claim = {
      type: 'claim_claimable_balance',
      claimant: distributionAccount,
      claimant_muxed_id: '42',
    }
    const { credits } = await read(payment('8192', claim))
    expect(credits).toMatchObject([{ kind: 'claim_claimable_balance', muxedId: '42' }])
  })

  it('is left out when its effects credit somebody else', async () => {
    answers = { '/operations/8192/effects': page(credit(sendingAnchor, '9.0000000')) }
    const { credits, nextCursor } = await read(payment('8192', { type: 'invoke_host_function' }))
    expect(credits).toEqual([])
    expect(nextCursor).toBe('8192')
  })

  it('is read whatever else a contract wrote into its effects (AP-1.10)', async () => {
    const odd = [
      { type: 'contract_credited', contract: 'C', amount: null, asset_code: {} },
      { type: 'account_credited', account: sendingAnchor, amount: { map: [] } },
      { type: 'account_debited', account: distributionAccount, amount: '' },
      { type: 'contract_event', topics: [null], value: { map: null } },
      { account: distributionAccount },
      {},
    ]
    answers = {
      '/operations/8192/effects': page(...odd, credit(distributionAccount, '2.0000000'), ...odd),
    }
    const { credits, nextCursor } = await read(
      payment('8192', { type: 'invoke_host_function', function: null, parameters: 'x' }),
      payment('12288'),
    )
    expect(credits.map(({ units }) => units)).toEqual([20_000_000n, 10_000_000n])
    expect(nextCursor).toBe('12288')
  })

  it('is asked for again later when its effects cannot be read', async () => {
    answers = { '/operations/8192/effects': { ...page(), status: 404 } }
    const reading = read(payment('8192', { type: 'invoke_host_function' }))
    await expect(reading).rejects.toThrow('Horizon has no effects of an operation')
  })
})

it('is told apart from others in trouble when it cannot be reached', async () => {
  const own = horizonNetwork({ horizonUrl: 'http://127.0.0.1:1' })
  const cause: unknown = expect.objectContaining({ code: 'ECONNREFUSED' })
  await expect(own.creditsAfter(distributionAccount, '0', 200)).rejects.toMatchObject({
    message: 'Horizon cannot be reached',
    cause,
  })
  await own.close()
})

describe('what Horizon says beside the facts', () => {
  it.each([400, 404, 429, 500, 504])(
    'is never repeated by us, so that it breaks no answer of ours: %i (AP-2.18)',
    async (status) => {
      const own = horizonNetwork({ horizonUrl: `http://127.0.0.1:${port}` })
      const detail = 'Jane "Doe"\r\n\u0000</script>{{7*7}}'
      answers = { '/accounts/': { status, body: { detail, title: detail, extras: { detail } } } }
      const failure: unknown = await own
        .creditsAfter(distributionAccount, '0', 200)
        .catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(NetworkUnavailable)
      expect(String(failure)).toMatch(/^NetworkUnavailable: Horizon answered \d{3}[\w ]*$/)
      await own.close()
    },
  )
})
