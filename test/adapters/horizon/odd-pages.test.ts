import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { horizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import type { HorizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { distributionAccount, issuer, sendingAnchor } from '../../builders/transaction.ts'

/** What the canned Horizon answers: by the start of the path, the first that fits. */
let answers: Readonly<Record<string, { readonly status: number; readonly body: unknown }>> = {}
const server = createServer((request, response) => {
  const found = Object.entries(answers).find(([path]) => request.url?.startsWith(path))
  const { status, body } = found?.[1] ?? { status: 500, body: {} }
  response.writeHead(status).end(JSON.stringify(body))
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

describe('a page with something odd in it', () => {
  it.each<[string, object]>([
    ['no amount', { amount: undefined }],
    ['an amount that is a number', { amount: 1 }],
    ['a negative amount', { amount: '-1.0000000' }],
    ['no destination', { to: undefined }],
    ['no asset', { asset_code: undefined }],
    ['no transaction with the memo', { transaction: undefined }],
    ['a memo type of the future', { transaction: { memo_type: 'emoji', memo: 'x' } }],
    ['an id memo that is no number', { transaction: { memo_type: 'id', memo: '0x7' } }],
    ['a time that is none', { created_at: 'yesterday' }],
    ['no type', { type: undefined }],
    ['no paging token', { paging_token: undefined }],
    ['a smaller paging token than before', { paging_token: '4096' }],
  ])('is refused as a whole, and nothing passed over: %s (AP-1.4)', async (_, changes) => {
    answers = {}
    const reading = read(payment('8192'), payment('12288', changes))
    await expect(reading).rejects.toThrow(NetworkUnavailable)
  })

  it('is refused when it is no page at all', async () => {
    answers = { '/accounts/': { status: 200, body: { status: 'ok' } } }
    const reading = network.creditsAfter(distributionAccount, '0', 200)
    await expect(reading).rejects.toThrow(NetworkUnavailable)
  })

  it('is refused when the 404 is not by Horizon', async () => {
    answers = { '/accounts/': { status: 404, body: { message: 'no such route' } } }
    const reading = network.creditsAfter(distributionAccount, '0', 200)
    await expect(reading).rejects.toThrow(NetworkUnavailable)
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
      paging_token: `8192-${index + 1}`,
    }))
    answers = {
      '/operations/8192/effects?order=asc&limit=200&cursor=8192-200': page(
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
    answers = { '/operations/8192/effects': { status: 404, body: {} } }
    const reading = read(payment('8192', { type: 'invoke_host_function' }))
    await expect(reading).rejects.toThrow(NetworkUnavailable)
  })
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
