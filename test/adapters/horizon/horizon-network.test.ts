import {
  Account,
  Asset,
  Claimant,
  Keypair,
  Memo,
  MuxedAccount,
  Networks,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HorizonCall } from '../../../src/adapters/horizon/horizon-call.ts'
import { horizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import type { HorizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import { startSandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import { NetworkUnavailable } from '../../../src/usecases/ports/stellar-network.ts'
import { stellarTown } from './stellar-town.ts'
import type { StellarTown } from './stellar-town.ts'

let sandbox: SandboxNetwork
let town: StellarTown
let network: HorizonNetwork

beforeAll(async () => {
  sandbox = await startSandboxNetwork()
  town = await stellarTown(sandbox)
  network = horizonNetwork({ horizonUrl: sandbox.url, timeoutMs: 2_000 })
})
afterAll(async () => {
  await network.close()
  await sandbox.stop()
})

/** What came to the distribution account by what `doing` does. */
async function creditsOf(doing: () => Promise<unknown>): Promise<readonly StellarPayment[]> {
  const account = town.distribution.publicKey()
  const before = await network.newestCursor()
  await doing()
  const page = await network.creditsAfter(account, before, 200)
  expect(page.complete).toBe(true)
  return page.credits
}

const muxed = (id: string): string =>
  new MuxedAccount(new Account(town.distribution.publicKey(), '0'), id).accountId()

describe('what Horizon tells of an account', () => {
  it('is read as a fact: who paid what with which memo, when (AP-1.17)', async () => {
    const { sender, asset, distribution } = town
    let hash = ''
    const credits = await creditsOf(async () => {
      hash = await town.send(sender, [town.pay('1.2345678')], Memo.id('18446744073709551615'))
    })
    expect(credits).toEqual([
      {
        id: expect.stringMatching(/^\d+$/) as string,
        account: distribution.publicKey(),
        kind: 'payment',
        asset: `stellar:SRT:${asset.getIssuer()}`,
        units: 12_345_678n,
        from: sender.publicKey(),
        memo: { type: 'id', value: '18446744073709551615' },
        transactionHash: hash,
        ledgerClosedAt: expect.any(Date) as Date,
      },
    ])
  })

  it('keeps each form of memo as the network has it (SEP31-47, AP-1.18, AP-1.10)', async () => {
    const hash = Buffer.alloc(32, 1)
    const memos = [
      Memo.none(),
      Memo.text(''),
      Memo.text('Grüße'),
      Memo.text(Buffer.from([0x66, 0xff])),
      Memo.text('nul\0l'),
      Memo.hash(hash),
      Memo.return(hash),
    ]
    const credits = await creditsOf(async () => {
      for (const memo of memos) await town.send(town.sender, [town.pay('1')], memo)
    })
    expect(credits.map(({ memo }) => memo)).toEqual([
      { type: 'none' },
      { type: 'text', value: '' },
      { type: 'text', value: 'Grüße' },
      { type: 'text', value: '\\x66ff' },
      { type: 'text', value: '\\x6e756c006c' },
      { type: 'hash', value: hash.toString('base64') },
      { type: 'return', value: hash.toString('base64') },
    ])
  })

  it('has the id of a muxed destination (SEP31-48, POLARIS-8.8)', async () => {
    const credits = await creditsOf(() => town.send(town.sender, [town.pay('1', muxed('42'))]))
    expect(credits).toMatchObject([{ muxedId: '42', account: town.distribution.publicKey() }])
  })

  it('counts both path payments with what was credited (SEP31-45, AP-1.8, AP-1.14)', async () => {
    const { asset, distribution } = town
    const common = { sendAsset: asset, destAsset: asset, destination: distribution.publicKey() }
    const credits = await creditsOf(() =>
      town.send(town.sender, [
        Operation.pathPaymentStrictReceive({ ...common, sendMax: '9', destAmount: '3', path: [] }),
        Operation.pathPaymentStrictSend({ ...common, sendAmount: '4', destMin: '1', path: [] }),
      ]),
    )
    expect(credits.map(({ kind, units }) => [kind, units])).toEqual([
      ['path_payment_strict_receive', 30_000_000n],
      ['path_payment_strict_send', 40_000_000n],
    ])
  })

  it('has every operation of one transaction under an id of its own (SEP31-52, AP-1.9)', async () => {
    const elsewhere = await town.newAccount()
    const credits = await creditsOf(() =>
      town.send(town.sender, [
        town.pay('1'),
        Operation.payment({
          destination: elsewhere.publicKey(),
          asset: Asset.native(),
          amount: '5',
        }),
        town.pay('2'),
      ]),
    )
    expect(credits.map(({ units }) => units)).toEqual([10_000_000n, 20_000_000n])
    expect(new Set(credits.map(({ id }) => id)).size).toBe(2)
  })

  it('sees into fee bumps, and keeps the outer hash (SEP31-45, SEP31-W08)', async () => {
    const payer = await town.newAccount()
    let hash = ''
    const credits = await creditsOf(async () => {
      const inner = await town.build(town.sender, [town.pay('1')], Memo.id('7'))
      const bump = TransactionBuilder.buildFeeBumpTransaction(
        payer,
        '1000',
        inner,
        Networks.TESTNET,
      )
      bump.sign(payer)
      hash = await town.submit(bump)
    })
    expect(credits).toMatchObject([{ transactionHash: hash, memo: { type: 'id', value: '7' } }])
  })

  it('leaves out failed transactions and what left the account (AP-1.13)', async () => {
    const { distribution, sender } = town
    const credits = await creditsOf(async () => {
      const failing = town.send(sender, [town.pay('1'), town.pay('1000000')])
      await expect(failing).rejects.toThrow('400')
      await town.send(distribution, [town.pay('1', sender.publicKey())])
    })
    expect(credits).toEqual([])
  })

  it('tells an account merge with the amount from its result', async () => {
    const merging = await town.newAccount()
    const destination = town.distribution.publicKey()
    const credits = await creditsOf(() =>
      town.send(merging, [Operation.accountMerge({ destination })]),
    )
    expect(credits).toMatchObject([
      {
        kind: 'account_merge',
        asset: 'stellar:native',
        units: 100_000_000_000n - 100n,
        from: merging.publicKey(),
      },
    ])
  })

  it('finds the amount of a merge at its place in the transaction, in a fee bump too (SEP31-45, SEP31-48)', async () => {
    const [merging, payer] = [await town.newAccount(), await town.newAccount()]
    const payment = { destination: payer.publicKey(), asset: Asset.native(), amount: '1' }
    const credits = await creditsOf(async () => {
      const inner = await town.build(merging, [
        Operation.payment(payment),
        Operation.accountMerge({ destination: muxed('42') }),
      ])
      const bump = TransactionBuilder.buildFeeBumpTransaction(
        payer,
        '1000',
        inner,
        Networks.TESTNET,
      )
      bump.sign(payer)
      await town.submit(bump)
    })
    expect(credits).toMatchObject([
      { kind: 'account_merge', muxedId: '42', units: 99_990_000_000n },
    ])
  })

  it('tells a claimed balance with the amount from its effects, though it is no payment', async () => {
    const { sender, distribution, asset } = town
    const claimants = [new Claimant(distribution.publicKey())]
    const credits = await creditsOf(async () => {
      await town.send(sender, [Operation.createClaimableBalance({ asset, amount: '6', claimants })])
      const held = await town.server.claimableBalances().claimant(distribution.publicKey()).call()
      const balanceId = held.records[0]?.id ?? ''
      await town.send(distribution, [Operation.claimClaimableBalance({ balanceId })])
    })
    expect(credits).toMatchObject([
      {
        kind: 'claim_claimable_balance',
        asset: `stellar:SRT:${asset.getIssuer()}`,
        units: 60_000_000n,
      },
    ])
  })

  it('tells the opening of the account, and a payment of the account to itself', async () => {
    const key = await town.newAccount()
    const payment = { destination: key.publicKey(), asset: Asset.native(), amount: '1' }
    await town.send(key, [Operation.payment(payment)])
    const { credits } = await network.creditsAfter(key.publicKey(), '0', 200)
    expect(credits.map(({ kind, units }) => [kind, units])).toEqual([
      ['create_account', 100_000_000_000n],
      ['payment', 10_000_000n],
    ])
    expect(credits[1]?.from).toBe(key.publicKey())
  })

  it('comes page by page, each operation once', async () => {
    const start = await network.newestCursor()
    for (let round = 0; round < 5; round += 1) {
      await town.send(town.sender, [town.pay('1'), town.pay('2'), town.pay('3')])
    }
    const sizes: number[] = []
    let cursor = start
    for (let complete = false; !complete && sizes.length < 8;) {
      const page = await network.creditsAfter(town.distribution.publicKey(), cursor, 4)
      sizes.push(page.credits.length)
      cursor = page.nextCursor
      complete = page.complete
    }
    expect(sizes).toEqual([4, 4, 4, 3])
    const again = await network.creditsAfter(town.distribution.publicKey(), cursor, 4)
    expect(again).toEqual({ credits: [], nextCursor: cursor, complete: true })
  })

  it('is empty for an account that nobody opened yet', async () => {
    const nobody = Keypair.random().publicKey()
    const page = await network.creditsAfter(nobody, '0', 200)
    expect(page).toEqual({ credits: [], nextCursor: '0', complete: true })
  })
})

describe('a Horizon in trouble', () => {
  const account = () => town.distribution.publicKey()

  it.each([
    ['says 503', { kind: 'problem', problem: 'stale_history' }],
    ['shows a proxy page', { kind: 'bad_gateway' }],
    ['hangs up', { kind: 'hang_up' }],
    ['sends half a page', { kind: 'truncate', bytes: 500 }],
    ['is too slow', { kind: 'slow', bodyMs: 4_000 }],
  ] as const)(
    'is unavailable when it %s, and fine again afterwards (AP-1.5)',
    async (_, effect) => {
      sandbox.control.addFault({ effect, times: 1 })
      await expect(network.creditsAfter(account(), '0', 200)).rejects.toThrow(NetworkUnavailable)
      sandbox.control.clearFaults()
      expect((await network.creditsAfter(account(), '0', 200)).credits.length).toBeGreaterThan(0)
    },
  )

  it('is left alone for as long as it asks, when it was asked too often (POLARIS-8.5)', async () => {
    const calls: HorizonCall[] = []
    const patient = horizonNetwork({
      horizonUrl: sandbox.url,
      onCall: (line) => void calls.push(line),
    })
    const begun = performance.now()
    sandbox.control.addFault({ effect: { kind: 'rate_limit', resetSeconds: 20 }, times: 1 })
    for (const _ of ['told so', 'not asked again']) {
      await expect(patient.creditsAfter(account(), '0', 200)).rejects.toMatchObject({
        name: 'NetworkUnavailable',
        retryAfterSeconds: expect.any(Number) as number,
      })
    }
    expect(calls).toMatchObject([{ path: `/accounts/${account()}/operations`, status: 429 }])
    expect(calls[0]?.durationMs).toBeLessThanOrEqual(Math.ceil(performance.now() - begun))
    expect(calls[0]?.durationMs).toBeGreaterThanOrEqual(0)
    await patient.close()
  })

  it('may send a record twice: what lies before the cursor is left out', async () => {
    const first = await network.creditsAfter(account(), '0', 5)
    sandbox.control.addFault({ effect: { kind: 'repeat', records: 2 }, times: 1 })
    const { credits } = await network.creditsAfter(account(), first.nextCursor, 5)
    sandbox.control.clearFaults()
    expect(credits.every(({ id }) => BigInt(id) > BigInt(first.nextCursor))).toBe(true)
  })
})
