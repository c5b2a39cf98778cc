import { Asset, Claimant, Operation } from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import { untouchedResult } from '../../../src/sandbox/network/ledger/operation-check.ts'
import { asset, codesOf, createWorld, feeBump, idOf } from './world.ts'

/** Which level each operation asks for: signed by a signer of just that weight, and by one of less. */

const native = Asset.native()
const usd = asset('USD', 'alice')
const bob = idOf('bob')
const balanceId = '00'.repeat(36)
const offer = { selling: native, buying: asset('EUR'), price: '1' }

const operations: Readonly<Record<'low' | 'medium' | 'high', readonly xdr.Operation[]>> = {
  low: [
    Operation.bumpSequence({ bumpTo: '0' }),
    Operation.allowTrust({ trustor: bob, assetCode: 'USD', authorize: 1 }),
    Operation.setTrustLineFlags({ trustor: bob, asset: usd, flags: { authorized: true } }),
    Operation.claimClaimableBalance({ balanceId }),
  ],
  medium: [
    Operation.createAccount({ destination: idOf('carol'), startingBalance: '1' }),
    Operation.payment({ destination: bob, asset: native, amount: '1' }),
    Operation.pathPaymentStrictReceive({
      sendAsset: native,
      sendMax: '1',
      destination: bob,
      destAsset: native,
      destAmount: '1',
      path: [],
    }),
    Operation.pathPaymentStrictSend({
      sendAsset: native,
      sendAmount: '1',
      destination: bob,
      destAsset: native,
      destMin: '1',
      path: [],
    }),
    Operation.manageSellOffer({ ...offer, amount: '1' }),
    Operation.manageBuyOffer({ ...offer, buyAmount: '1' }),
    Operation.createPassiveSellOffer({ ...offer, amount: '1' }),
    Operation.changeTrust({ asset: asset('EUR', 'bob') }),
    Operation.manageData({ name: 'a', value: 'b' }),
    Operation.createClaimableBalance({
      asset: native,
      amount: '1',
      claimants: [new Claimant(bob)],
    }),
    Operation.beginSponsoringFutureReserves({ sponsoredId: bob }),
    Operation.endSponsoringFutureReserves({}),
    Operation.revokeAccountSponsorship({ account: bob }),
    Operation.clawback({ from: bob, asset: usd, amount: '1' }),
    Operation.clawbackClaimableBalance({ balanceId }),
    Operation.setOptions({}),
    Operation.setOptions({ homeDomain: 'example.com' }),
    Operation.setOptions({ inflationDest: bob }),
    Operation.setOptions({ setFlags: 1 }),
  ],
  high: [
    Operation.accountMerge({ destination: bob }),
    Operation.setOptions({ masterWeight: 4 }),
    Operation.setOptions({ lowThreshold: 1 }),
    Operation.setOptions({ medThreshold: 1 }),
    Operation.setOptions({ highThreshold: 1 }),
    Operation.setOptions({ signer: { ed25519PublicKey: bob, weight: 1 } }),
  ],
}

const world = createWorld()
world.fund('alice', 'bob', 'issuer')
const weights = { low: 1, medium: 2, high: 3 } as const
world.apply({
  source: 'alice',
  operations: [
    ...Object.entries(weights).map(([name, weight]) =>
      Operation.setOptions({ signer: { ed25519PublicKey: idOf(name), weight } }),
    ),
    Operation.setOptions({ lowThreshold: 1, medThreshold: 2, highThreshold: 3 }),
  ],
})

/** The codes of the refusal at admission, none when it was admitted. */
function refusalOf(operation: xdr.Operation, signer: string): readonly string[] {
  const envelope = world.envelope({ source: 'alice', operations: [operation], signers: [signer] })
  const verdict = world.ledger.check(envelope)
  return verdict.ok ? [] : codesOf(verdict.result)
}

const cases = Object.entries(operations).flatMap(([level, ofLevel]) =>
  ofLevel.map((operation) => ({ level, type: operation.body.type, operation })),
)

it.each(cases)('$type is of the $level threshold (SBX-24)', ({ level, operation }) => {
  const signers = ['low', 'medium', 'high']
  const enough = signers.filter((signer) => !refusalOf(operation, signer).includes('opBadAuth'))
  expect(enough).toEqual(signers.slice(signers.indexOf(level)))
})

const pool = { liquidityPoolId: '0'.repeat(64) }
const sides = { minAmountA: '1', minAmountB: '1' }
const unsupported: readonly [string, xdr.Operation, readonly string[]][] = [
  ['inflation', Operation.inflation(), ['low', 'medium', 'high']],
  [
    'liquidityPoolWithdraw',
    Operation.liquidityPoolWithdraw({ ...pool, ...sides, amount: '1' }),
    ['medium', 'high'],
  ],
]
it.each(unsupported)(
  '%s, which is not supported, is signed for like any other, should it come so far (SBX-24, SBX-53)',
  (_, operation, enough) => {
    const start = world.ledger.snapshot()
    const told = ['low', 'medium', 'high'].filter((signer) => {
      const draft = { source: 'alice', operations: [operation], signers: [signer] }
      const closeTime = world.ledger.head.closeTime + 5n
      const { transactions } = world.ledger.close({
        transactions: [world.envelope(draft)],
        closeTime,
      })
      world.ledger.restore(start)
      const codes = transactions.flatMap(({ result }) => codesOf(result))
      expect(codes).toEqual(['txFailed', enough.includes(signer) ? 'opNotSupported' : 'opBadAuth'])
      return codes.includes('opNotSupported')
    })
    expect(told).toEqual(enough)
  },
)

it('a transaction is of the low one, and so is a fee bump for its payer (SBX-21, SBX-25)', () => {
  const levels = Operation.setOptions({ lowThreshold: 2, medThreshold: 3, highThreshold: 4 })
  const start = world.ledger.snapshot()
  world.apply({ source: 'alice', operations: [levels], signers: ['high'] })
  const draft = { source: 'bob', operations: [Operation.bumpSequence({ bumpTo: '0' })] }
  const told = ['low', 'medium', 'high'].map((signer) => {
    const signers = [signer]
    const envelopes = [
      world.envelope({ ...draft, source: 'alice', signers }),
      feeBump(world, draft, { payer: 'alice', fee: 200n, signers }),
    ]
    return envelopes.map((envelope) => {
      const verdict = world.ledger.check(envelope)
      return verdict.ok ? 'ok' : codesOf(verdict.result).join(' ')
    })
  })
  world.ledger.restore(start)
  expect(told).toEqual([
    ['txBadAuth', 'txBadAuth'],
    ['ok', 'ok'],
    ['ok', 'ok'],
  ])
})

/** In bytes: the kind of operation, all else zero. A passive offer is told of as any other. */
it.each(cases)('$type that nobody looked at is told as done, of nothing (SBX-26)', (one) => {
  const { operation, type } = one
  const bytes = Buffer.from(untouchedResult(operation).toXdr())
  const kind = Buffer.from(operation.body.toXdr()).readInt32BE(0)
  expect(bytes.readInt32BE(4)).toBe(type === 'createPassiveSellOffer' ? kind - 1 : kind)
  bytes.writeInt32BE(0, 4)
  expect(bytes).toEqual(Buffer.alloc(bytes.length))
})
