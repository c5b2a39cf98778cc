import { Asset, Claimant, Memo, Operation } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { horizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import type { HorizonNetwork } from '../../../src/adapters/horizon/horizon-network.ts'
import { parseUnits, stellarDecimals } from '../../../src/domain/money/amount.ts'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import { startSandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import type { SandboxNetwork } from '../../../src/sandbox/network/sandbox-network.ts'
import { stellarTown } from './stellar-town.ts'
import type { StellarTown } from './stellar-town.ts'

let sandbox: SandboxNetwork
let town: StellarTown
let network: HorizonNetwork

beforeAll(async () => {
  sandbox = await startSandboxNetwork()
  town = await stellarTown(sandbox)
  network = horizonNetwork({ horizonUrl: sandbox.url })
})
afterAll(async () => {
  await network.close()
  await sandbox.stop()
})

const units = (amount: string): bigint => parseUnits(amount, stellarDecimals) ?? -1n

/** What the account has, by the network's own book. */
async function held(): Promise<{ readonly lumens: bigint; readonly srt: bigint }> {
  const { balances } = await town.server.loadAccount(town.distribution.publicKey())
  const balanceOf = (isIt: (balance: (typeof balances)[number]) => boolean) =>
    units(balances.find(isIt)?.balance ?? '0')
  return {
    lumens: balanceOf(({ asset_type }) => asset_type === 'native'),
    srt: balanceOf((balance) => 'asset_code' in balance && balance.asset_code === 'SRT'),
  }
}

/** All that came since the cursor, read in small pages. */
async function creditsSince(start: string): Promise<readonly StellarPayment[]> {
  const credits: StellarPayment[] = []
  let cursor = start
  for (let pages = 0; pages < 20; pages += 1) {
    const page = await network.creditsAfter(town.distribution.publicKey(), cursor, 3)
    credits.push(...page.credits)
    cursor = page.nextCursor
    if (page.complete) return credits
  }
  throw new Error('The pages have no end')
}

const sumOf = (credits: readonly StellarPayment[], asset: string): bigint =>
  credits.filter((credit) => credit.asset === asset).reduce((sum, credit) => sum + credit.units, 0n)

async function everyWayToPay(): Promise<void> {
  const { sender, distribution, asset, send, pay } = town
  const destination = distribution.publicKey()
  const path = { destination, path: [], sendAsset: asset, destAsset: asset }
  const native = Asset.native()
  await send(
    sender,
    [
      Operation.manageData({ name: 'first', value: 'not a payment' }),
      pay('1.0000001'),
      Operation.bumpSequence({ bumpTo: '0' }),
      Operation.payment({ destination, asset: native, amount: '2' }),
      Operation.pathPaymentStrictSend({ ...path, sendAmount: '3', destMin: '1' }),
      Operation.pathPaymentStrictReceive({ ...path, sendMax: '9', destAmount: '4' }),
    ],
    Memo.text(Buffer.from([0xff, 0x00, 0x80])),
  )
  // bought on the way: what is sent and what is credited are two sums in two assets
  await send(town.issuer, [
    Operation.createPassiveSellOffer({ selling: asset, buying: native, amount: '50', price: '2' }),
  ])
  const bought = { ...path, sendAsset: native }
  await send(sender, [
    Operation.pathPaymentStrictSend({ ...bought, sendAmount: '10', destMin: '1' }),
    Operation.pathPaymentStrictReceive({ ...bought, sendMax: '100', destAmount: '7.5' }),
  ])
  await expect(send(sender, [pay('1'), pay('1000000')])).rejects.toThrow('400')
  const claimants = [new Claimant(destination)]
  await send(sender, [Operation.createClaimableBalance({ asset, amount: '6', claimants })])
  const merging = await town.newAccount()
  await send(merging, [Operation.accountMerge({ destination })])
}

it('adds up to the balance, by whatever kind of operation it came (AP-1.1, AP-1.8, AP-1.9)', async () => {
  const { distribution, server, send, pay } = town
  const before = await held()
  const start = await network.newestCursor()
  await everyWayToPay()
  const balances = await server.claimableBalances().claimant(distribution.publicKey()).call()
  const balanceId = balances.records[0]?.id ?? ''
  await send(distribution, [
    Operation.claimClaimableBalance({ balanceId }),
    pay('0.5', town.sender.publicKey()),
    pay('1'),
  ])
  const after = await held()
  const credits = await creditsSince(start)
  const fees = units('0.00003') // of the account's own transaction
  const toItself = units('1')
  const given = units('0.5') + toItself
  expect(sumOf(credits, 'stellar:native')).toBe(after.lumens - before.lumens + fees)
  expect(sumOf(credits, `stellar:SRT:${town.issuer.publicKey()}`)).toBe(
    after.srt - before.srt + given,
  )
  expect(credits.map(({ kind }) => kind)).toEqual([
    'payment',
    'payment',
    'path_payment_strict_send',
    'path_payment_strict_receive',
    'path_payment_strict_send',
    'path_payment_strict_receive',
    'account_merge',
    'claim_claimable_balance',
    'payment',
  ])
  expect(new Set(credits.map(({ id }) => id)).size).toBe(credits.length)
})
