import { Asset, Operation, TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { envelopeOf, readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { preAuthorizedAddress } from '../../../src/sandbox/network/ledger/signer-form.ts'
import { asset, codesOf, createWorld, idOf, keyOf, parameters, type World } from './world.ts'

/** Transactions at the edge of what a ledger takes, and what is left when it does not. */

const worldOf = (...names: string[]): World => {
  const world = createWorld()
  world.fund(...names)
  return world
}
const bump = Operation.bumpSequence({ bumpTo: '0' })

/** An envelope of alice with its preconditions or extension laid over, signed again. */
function changed(world: World, change: Partial<xdr.Transaction>) {
  const { tx } = world.build({ source: 'alice', operations: [bump] })
  if (!('sourceAccount' in tx)) throw new Error('the builder made an old transaction')
  const { sourceAccount, fee, seqNum, cond, memo, operations, ext } = tx
  const whole = new xdr.Transaction({
    sourceAccount,
    fee,
    seqNum,
    cond,
    memo,
    operations,
    ext,
    ...change,
  })
  const wrap = (signatures: xdr.DecoratedSignature[]) =>
    envelopeOf(
      xdr.TransactionEnvelope.envelopeTypeTx(
        new xdr.TransactionV1Envelope({ tx: whole, signatures }),
      ),
      parameters.networkPassphrase,
    )
  return wrap([keyOf('alice').signDecorated(wrap([]).hashBytes)])
}

const refusal = (world: World, change: Partial<xdr.Transaction>): readonly string[] => {
  const verdict = world.ledger.check(changed(world, change))
  return verdict.ok ? [] : codesOf(verdict.result)
}

const conditions = (change: Partial<xdr.PreconditionsV2>) =>
  xdr.Preconditions.precondV2(
    new xdr.PreconditionsV2({
      timeBounds: null,
      ledgerBounds: null,
      minSeqNum: null,
      minSeqAge: 0n,
      minSeqLedgerGap: 0,
      extraSigners: [],
      ...change,
    }),
  )

describe('the preconditions of a transaction (SBX-21)', () => {
  it('count from the last close: a transaction has to last for ten seconds', () => {
    const world = worldOf('alice')
    const { closeTime } = world.ledger.head
    const until = (maxTime: bigint) =>
      refusal(world, {
        cond: xdr.Preconditions.precondTime(new xdr.TimeBounds({ minTime: 0n, maxTime })),
      })
    expect(until(closeTime + 9n)).toEqual(['txTooLate'])
    expect(until(closeTime + 10n)).toEqual([])
  })

  it('leave the sequence as strict as it is when they name none', () => {
    const world = worldOf('alice')
    const next = (world.ledger.account(idOf('alice'))?.sequence ?? 0n) + 1n
    const cond = conditions({})
    expect(refusal(world, { cond, seqNum: next })).toEqual([])
    expect(refusal(world, { cond, seqNum: next + 1n })).toEqual(['txBadSeq'])
    const open = conditions({ minSeqNum: 0n })
    expect(refusal(world, { cond: open, seqNum: next + 1n })).toEqual([])
  })
})

describe('contract data (SBX-53)', () => {
  const ext = xdr.TransactionExt.sorobanData(
    new xdr.SorobanTransactionData({
      ext: xdr.SorobanTransactionDataExt.v0(),
      resources: new xdr.SorobanResources({
        footprint: new xdr.LedgerFootprint({ readOnly: [], readWrite: [] }),
        instructions: 0,
        diskReadBytes: 0,
        writeBytes: 0,
      }),
      resourceFee: 0n,
    }),
  )
  const extend = new xdr.Operation({
    sourceAccount: null,
    body: xdr.OperationBody.extendFootprintTtl(
      new xdr.ExtendFootprintTtlOp({ ext: xdr.ExtensionPoint.v0(), extendTo: 5 }),
    ),
  })

  it('makes a transaction malformed that has no contract operation', () => {
    expect(refusal(worldOf('alice'), { ext })).toEqual(['txMalformed'])
  })

  it('is in place with one, which is not supported', () => {
    const world = worldOf('alice')
    expect(refusal(world, { ext, operations: [extend] })).toEqual(['txFailed', 'opNotSupported'])
  })

  it('an operation that nobody came to look at is told as not supported', () => {
    const wrong = new xdr.Operation({
      sourceAccount: null,
      body: xdr.OperationBody.bumpSequence(new xdr.BumpSequenceOp({ bumpTo: -1n })),
    })
    const operations = [wrong, extend]
    expect(refusal(worldOf('alice'), { operations, fee: 200 })).toEqual([
      'txFailed',
      'bumpSequenceBadSeq',
      'opNotSupported',
    ])
  })
})

describe('what is applied', () => {
  const closing = (world: World, ...drafts: Parameters<World['envelope']>[0][]) => {
    const closeTime = world.ledger.head.closeTime + 5n
    const transactions = drafts.map((draft) => world.envelope(draft))
    return world.ledger.close({ transactions, closeTime }).transactions
  }

  it('names the inner transaction of a fee bump, and none otherwise (SBX-77)', () => {
    const world = worldOf('alice', 'bob')
    const inner = world.build({ source: 'alice', operations: [bump] })
    const { networkPassphrase } = parameters
    const outer = TransactionBuilder.buildFeeBumpTransaction(
      keyOf('bob'),
      '200',
      inner,
      networkPassphrase,
    )
    outer.sign(keyOf('bob'))
    world.queue.admit(readEnvelope(outer.toXdr(), networkPassphrase))
    const [bumped] = world.close().transactions
    expect(bumped?.innerHash).toBe(Buffer.from(inner.hash()).toString('hex'))
    expect(world.apply({ source: 'alice', operations: [bump] })).not.toHaveProperty('innerHash')
  })

  it('costs nothing where there is no account', () => {
    const world = worldOf('alice')
    const [applied] = closing(world, { source: 'nobody', operations: [bump] })
    expect(applied && codesOf(applied.result)).toEqual(['txNoAccount'])
    expect(applied).toMatchObject({ feeCharged: 0n, feeChanges: [], successful: false })
  })

  it('tells of an operation that is not supported, should one come so far (SBX-53)', () => {
    const world = worldOf('alice')
    const operations = [bump, Operation.inflation()]
    const [applied] = closing(world, { source: 'alice', operations })
    const codes = ['txFailed', 'bumpSequenceSuccess', 'opNotSupported']
    expect(applied && codesOf(applied.result)).toEqual(codes)
  })

  it('tells what each operation changed, in order', () => {
    const world = worldOf('alice', 'bob')
    const pay = (name: string) =>
      Operation.payment({ destination: idOf(name), asset: Asset.native(), amount: '1' })
    const { operations, index } = world.apply({
      source: 'alice',
      operations: [pay('bob'), bump, pay('root')],
    })
    const keys = operations.map(({ changes }) => changes.map(({ key }) => key).toSorted())
    const both = (name: string) => [`account|${idOf('alice')}`, `account|${idOf(name)}`].toSorted()
    expect(keys).toEqual([both('bob'), [`account|${idOf('alice')}`], both('root')])
    expect(index).toBe(1)
  })

  it('uses up a signature given in advance, but not where the sequence is another by then (SBX-23)', () => {
    const world = worldOf('alice', 'bob')
    const { sequence = 0n } = world.ledger.account(idOf('alice')) ?? {}
    const given = { source: 'alice', operations: [bump], signers: [], sequence: sequence + 2n }
    const key = preAuthorizedAddress(world.envelope(given).hashBytes)
    const signer = { preAuthTx: Buffer.from(world.envelope(given).hashBytes), weight: 1 }
    world.apply({ source: 'alice', operations: [Operation.setOptions({ signer })] })
    const signers = () => world.ledger.account(idOf('alice'))?.signers.map((one) => one.key)
    const ahead = {
      source: 'bob',
      signers: ['bob', 'alice'],
      operations: [
        Operation.bumpSequence({ bumpTo: String(sequence + 9n), source: idOf('alice') }),
      ],
    }
    const start = world.ledger.snapshot()
    const [, refused] = closing(world, ahead, given)
    expect(refused && codesOf(refused.result)).toEqual(['txBadSeq'])
    expect(signers()).toEqual([key])
    world.ledger.restore(start)
    const [used] = closing(world, given)
    expect(used?.successful).toBe(true)
    expect(signers()).toEqual([])
  })
})

it('a raised reserve leaves the offers that it does not touch (SBX-37)', () => {
  const world = worldOf('alice', 'bob', 'issuer')
  const usd = asset('USD')
  const native = Asset.native()
  const sell = (from: Asset, to: Asset, amount: string) =>
    Operation.manageSellOffer({ selling: from, buying: to, amount, price: '3' })
  for (const name of ['alice', 'bob']) {
    world.apply({ source: name, operations: [Operation.changeTrust({ asset: usd })] })
    const paid = Operation.payment({ destination: idOf(name), asset: usd, amount: '100' })
    world.apply({ source: 'issuer', operations: [paid] })
  }
  world.apply({ source: 'alice', operations: [sell(native, usd, '900'), sell(usd, native, '9')] })
  world.apply({ source: 'bob', operations: [sell(native, usd, '1'), sell(usd, native, '9')] })
  const closeTime = world.ledger.head.closeTime + 5n
  world.ledger.close({ transactions: [], closeTime, upgrades: { baseReserve: 200_000_000n } })
  const left = [...world.ledger.entries()].flatMap((one) => (one.type === 'offer' ? [one.id] : []))
  expect(left).toEqual([2n, 3n, 4n])
})
