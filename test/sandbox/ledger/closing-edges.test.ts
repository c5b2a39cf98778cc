import { Asset, Operation, TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { envelopeOf, readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { preAuthorizedAddress } from '../../../src/sandbox/network/ledger/signer-form.ts'
import { codesOf, createWorld, feeBump, idOf, keyOf, parameters, type World } from './world.ts'

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

  it('count what has gone by since the last close, but only for the latest time', () => {
    const world = worldOf('alice')
    const { closeTime } = world.ledger.head
    const within = (minTime: bigint, maxTime: bigint) => {
      const times = new xdr.TimeBounds({ minTime, maxTime })
      const envelope = changed(world, { cond: xdr.Preconditions.precondTime(times) })
      const verdict = world.ledger.check(envelope, { elapsed: 7n })
      return verdict.ok ? [] : codesOf(verdict.result)
    }
    expect(within(0n, closeTime + 16n)).toEqual(['txTooLate'])
    expect(within(0n, closeTime + 17n)).toEqual([])
    expect(within(closeTime, 0n)).toEqual([])
    expect(within(closeTime + 1n, 0n)).toEqual(['txTooEarly'])
  })

  it.each([
    [0, 0, []],
    [1, 0, []],
    [2, 0, ['txTooEarly']],
    [0, 1, ['txTooLate']],
    [0, 2, []],
    [2, 1, ['txTooEarly']],
  ])('bound the ledger: from %i to before %i after the last one, refused with %j', (...bounds) => {
    const world = worldOf('alice')
    const { sequence } = world.ledger.head
    const [minLedger, maxLedger] = [bounds[0], bounds[1]].map((one) => one && sequence + one)
    const ledgerBounds = new xdr.LedgerBounds({ minLedger, maxLedger } as xdr.LedgerBounds)
    expect(refusal(world, { cond: conditions({ ledgerBounds }) })).toEqual(bounds[2])
  })

  it.each([
    [0n, 1n, []],
    [0n, 0n, ['txBadSeq']],
    [0n, 5n, []],
    [-1n, 5n, []],
    [1n, 5n, ['txBadSeq']],
  ])(
    'let the sequence %i above the least one be %i above that of the account: refused with %j',
    (least, above, codes) => {
      const world = worldOf('alice')
      const { sequence = 0n } = world.ledger.account(idOf('alice')) ?? {}
      const cond = conditions({ minSeqNum: sequence + least })
      expect(refusal(world, { cond, seqNum: sequence + above })).toEqual(codes)
    },
  )

  it.each([
    ['5 s', { minSeqAge: 5n }, []],
    ['6 s', { minSeqAge: 6n }, ['txBadMinSeqAgeOrGap']],
    ['2 ledgers', { minSeqLedgerGap: 2 }, []],
    ['3 ledgers', { minSeqLedgerGap: 3 }, ['txBadMinSeqAgeOrGap']],
  ])('wait %s since the last transaction of the account', (_wait, wait, codes) => {
    const world = worldOf('alice')
    world.apply({ source: 'alice', operations: [bump] })
    world.close() // Five seconds and one ledger later; what comes next comes in a second one.
    expect(refusal(world, { cond: conditions(wait) })).toEqual(codes)
  })

  const key = (name: string) => xdr.SignerKey.signerKeyTypeEd25519(keyOf(name).rawPublicKey())
  const nothingSigned = xdr.SignerKey.signerKeyTypeEd25519SignedPayload(
    new xdr.SignerKeyEd25519SignedPayload({
      ed25519: keyOf('bob').rawPublicKey(),
      payload: new Uint8Array(0),
    }),
  )
  it.each([
    ['one that signed', [key('alice')], []],
    ['one that did not sign', [key('bob')], ['txBadAuth']],
    ['two of which one signed', [key('alice'), key('bob')], ['txBadAuth']],
    ['the same twice', [key('alice'), key('alice')], ['txMalformed']],
    ['a signer of nothing', [nothingSigned], ['txMalformed']],
    ['a signer of nothing beside another', [key('alice'), nothingSigned], ['txMalformed']],
  ])('want all extra signers: %s', (_what, extraSigners, codes) => {
    expect(refusal(worldOf('alice'), { cond: conditions({ extraSigners }) })).toEqual(codes)
  })

  it('are told after a sequence that is wrong, and before a signature that is', () => {
    const world = worldOf('alice')
    const next = (world.ledger.account(idOf('alice'))?.sequence ?? 0n) + 1n
    const cond = conditions({ minSeqLedgerGap: 9, extraSigners: [key('bob')] })
    expect(refusal(world, { cond, seqNum: next + 1n })).toEqual(['txBadSeq'])
    expect(refusal(world, { cond, seqNum: next })).toEqual(['txBadMinSeqAgeOrGap'])
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
  const own = (body: xdr.OperationBody) => new xdr.Operation({ sourceAccount: null, body })
  const extend = own(
    xdr.OperationBody.extendFootprintTtl(
      new xdr.ExtendFootprintTtlOp({ ext: xdr.ExtensionPoint.v0(), extendTo: 5 }),
    ),
  )
  const restore = own(
    xdr.OperationBody.restoreFootprint(
      new xdr.RestoreFootprintOp({ ext: xdr.ExtensionPoint.v0() }),
    ),
  )
  const hostFunction = xdr.HostFunction.hostFunctionTypeUploadContractWasm(new Uint8Array(4))
  const invoke = own(
    xdr.OperationBody.invokeHostFunction(new xdr.InvokeHostFunctionOp({ hostFunction, auth: [] })),
  )
  const late = xdr.Preconditions.precondTime(new xdr.TimeBounds({ minTime: 0n, maxTime: 1n }))

  it('makes a transaction malformed that has no contract operation', () => {
    const world = worldOf('alice')
    expect(refusal(world, { ext })).toEqual(['txMalformed'])
    expect(refusal(world, { ext, cond: late })).toEqual(['txMalformed'])
    expect(refusal(world, { ext, operations: [] })).toEqual(['txMissingOperation'])
  })

  it.each([
    ['extending', [extend]],
    ['restoring', [restore]],
    ['invoking', [invoke]],
    ['the last of two', [bump, restore]],
  ])('is in place with one, which is not supported: %s', (_what, operations) => {
    const codes = refusal(worldOf('alice'), { ext, operations, fee: 200 })
    expect([codes[0], codes.at(-1)]).toEqual(['txFailed', 'opNotSupported'])
  })

  it('an operation that nobody came to look at is told as done, where its kind has a result', () => {
    const liquidityPoolId = new xdr.PoolId(new Uint8Array(32))
    const price = new xdr.Price({ n: 1, d: 1 })
    const [amount, prices] = [1n, { minPrice: price, maxPrice: price }]
    const both = { maxAmountA: amount, maxAmountB: amount }
    const least = { minAmountA: amount, minAmountB: amount }
    const operations = [
      own(xdr.OperationBody.bumpSequence(new xdr.BumpSequenceOp({ bumpTo: -1n }))),
      own(xdr.OperationBody.inflation()),
      own(
        xdr.OperationBody.liquidityPoolDeposit(
          new xdr.LiquidityPoolDepositOp({ liquidityPoolId, ...both, ...prices }),
        ),
      ),
      own(
        xdr.OperationBody.liquidityPoolWithdraw(
          new xdr.LiquidityPoolWithdrawOp({ liquidityPoolId, amount, ...least }),
        ),
      ),
      extend,
    ]
    expect(refusal(worldOf('alice'), { operations, fee: 500 })).toEqual([
      'txFailed',
      'bumpSequenceBadSeq',
      'inflationSuccess',
      'liquidityPoolDepositSuccess',
      'liquidityPoolWithdrawSuccess',
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

  it('costs no more than was bid, nor than the account has (SBX-33)', () => {
    const world = worldOf('alice')
    const poor = idOf('poor')
    const operations = [
      Operation.beginSponsoringFutureReserves({ sponsoredId: poor }),
      Operation.createAccount({ destination: poor, startingBalance: '0.0000160' }),
      Operation.endSponsoringFutureReserves({ source: poor }),
    ]
    world.apply({ source: 'alice', signers: ['alice', 'poor'], operations })
    const { sequence = 0n } = world.ledger.account(poor) ?? {}
    const drafts = [1n, 2n, 3n].map((step) => ({
      source: 'poor',
      operations: [bump],
      sequence: sequence + step,
    }))
    const charged = closing(world, ...drafts).map(({ feeCharged, result }) => [
      feeCharged,
      result.feeCharged,
    ])
    expect(charged).toEqual([
      [100n, 100n],
      [60n, 60n],
      [0n, 0n],
    ])
    expect(world.ledger.account(poor)?.balance).toBe(0n)
    const closeTime = world.ledger.head.closeTime + 5n
    const bid = world.envelope({ source: 'alice', operations: [bump], fee: '130' })
    const plan = { transactions: [bid], closeTime, baseFee: 200n }
    const [cheap] = world.ledger.close(plan).transactions
    expect(cheap).toMatchObject({ feeCharged: 130n, successful: true })
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

  it('tells the first of two faults: who is there, then what is wrong; who signed, then who else did', () => {
    const world = worldOf('alice', 'bob')
    const source = idOf('nobody')
    const itself = Operation.createAccount({ source, destination: source, startingBalance: '1' })
    const ofBob = Operation.bumpSequence({ bumpTo: '0', source: idOf('bob') })
    const told = [
      { source: 'alice', signers: ['alice', 'nobody'], operations: [itself] },
      { source: 'bob', signers: ['bob', 'alice'], operations: [bump] },
      { source: 'root', signers: ['root', 'alice'], operations: [bump, ofBob] },
    ]
    expect(closing(world, ...told).map(({ result }) => codesOf(result))).toEqual([
      ['txFailed', 'opNoAccount'],
      ['txBadAuthExtra'],
      ['txFailed', 'bumpSequenceSuccess', 'opBadAuth'],
    ])
  })

  it('tells which operations lack a signature by then, and nothing of the others (SBX-26)', () => {
    const world = worldOf('alice', 'bob', 'carol')
    const ofBob = Operation.bumpSequence({ bumpTo: '0', source: idOf('bob') })
    const locking = {
      source: 'carol',
      signers: ['carol', 'bob'],
      operations: [Operation.setOptions({ masterWeight: 0, source: idOf('bob') })],
    }
    const both = { source: 'alice', signers: ['alice', 'bob'], operations: [bump, ofBob] }
    const [, refused] = closing(world, locking, both)
    const codes = ['txFailed', 'bumpSequenceSuccess', 'opBadAuth']
    expect(refused && codesOf(refused.result)).toEqual(codes)
    expect(refused?.operations.map(({ changes }) => changes)).toEqual([[], []])
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

  const tooLate = new xdr.TimeBounds({ minTime: 0n, maxTime: 1n })
  it.each([
    ['txTooLate', xdr.Preconditions.precondTime(tooLate), 0n],
    ['txBadMinSeqAgeOrGap', conditions({ minSeqLedgerGap: 100 }), 1n],
  ])('%s pays its fee, and uses its sequence where that is right (SBX-26)', (code, cond, used) => {
    const world = worldOf('alice')
    const { sequence = 0n, balance = 0n } = world.ledger.account(idOf('alice')) ?? {}
    const closeTime = world.ledger.head.closeTime + 5n
    const { transactions } = world.ledger.close({
      transactions: [changed(world, { cond })],
      closeTime,
    })
    expect(transactions.map(({ result }) => codesOf(result))).toEqual([[code]])
    expect(world.ledger.account(idOf('alice'))).toMatchObject({
      sequence: sequence + used,
      balance: balance - 100n,
    })
  })

  it('keeps the reserve: a fee that would touch it leaves nothing for operations (SBX-21)', () => {
    const world = worldOf('alice', 'bob')
    const [destination, native] = [idOf('bob'), Asset.native()]
    const away = Operation.payment({ destination, asset: native, amount: '200' })
    world.apply({ source: 'alice', operations: [away] })
    const closeTime = world.ledger.head.closeTime + 5n
    const baseReserve = 4_100_000_000n
    world.ledger.close({ transactions: [], closeTime, upgrades: { baseReserve } })
    const before = world.ledger.account(idOf('alice'))
    const start = world.ledger.snapshot()
    const [refused] = closing(world, { source: 'alice', operations: [bump] })
    expect(refused && codesOf(refused.result)).toEqual(['txInsufficientBalance'])
    expect(refused?.feeCharged).toBe(100n)
    expect(world.ledger.account(idOf('alice'))?.sequence).toBe((before?.sequence ?? 0n) + 1n)
    world.ledger.restore(start)
    const fee = { payer: 'bob', fee: 200n }
    const transactions = [feeBump(world, { source: 'alice', operations: [bump] }, fee)]
    const closed = world.ledger.close({ transactions, closeTime: closeTime + 5n })
    expect(closed.transactions.map(({ successful }) => successful)).toEqual([true])
  })

  describe('a signature given in advance (SBX-23)', () => {
    /** Alice has authorized her second next transaction in advance, and none other. */
    const start = () => {
      const world = worldOf('alice', 'bob')
      const { sequence = 0n } = world.ledger.account(idOf('alice')) ?? {}
      const given = { source: 'alice', operations: [bump], signers: [], sequence: sequence + 2n }
      const { hashBytes } = world.envelope(given)
      const signer = { preAuthTx: Buffer.from(hashBytes), weight: 1 }
      world.apply({ source: 'alice', operations: [Operation.setOptions({ signer })] })
      const signers = () => world.ledger.account(idOf('alice'))?.signers.map((one) => one.key)
      expect(signers()).toEqual([preAuthorizedAddress(hashBytes)])
      return { world, given, signers, sequence }
    }
    const byBob = (operation: xdr.Operation) => ({
      source: 'bob',
      signers: ['bob', 'alice'],
      operations: [operation],
    })
    const source = idOf('alice')

    it('is used up by the transaction', () => {
      const { world, given, signers } = start()
      const [used] = closing(world, given)
      expect(used?.successful).toBe(true)
      expect(used?.sequenceChanges).toHaveLength(1)
      expect(signers()).toEqual([])
    })

    it('is used up where the sequence is another by then, which stays as it is', () => {
      const { world, given, signers, sequence } = start()
      const bumpTo = String(sequence + 9n)
      const ahead = byBob(Operation.bumpSequence({ bumpTo, source }))
      const [, refused] = closing(world, ahead, given)
      expect(refused && codesOf(refused.result)).toEqual(['txBadSeq'])
      expect(signers()).toEqual([])
      expect(world.ledger.account(source)?.sequence).toBe(sequence + 9n)
    })

    it('is used up where it is not enough by then, as is the sequence', () => {
      const { world, given, signers, sequence } = start()
      const raised = byBob(Operation.setOptions({ lowThreshold: 2, masterWeight: 2, source }))
      const [, refused] = closing(world, raised, given)
      expect(refused && codesOf(refused.result)).toEqual(['txBadAuth'])
      expect(signers()).toEqual([])
      expect(world.ledger.account(source)?.sequence).toBe(sequence + 2n)
    })

    it('is used up in every account that it was given for', () => {
      const names = ['alice', 'bob', 'carol', 'dave']
      const world = worldOf(...names)
      const { sequence = 0n } = world.ledger.account(idOf('alice')) ?? {}
      const each = (make: (source: string) => xdr.Operation) => names.map((one) => make(idOf(one)))
      const operations = each((one) => Operation.bumpSequence({ bumpTo: '0', source: one }))
      const given = { source: 'alice', operations, signers: [], sequence: sequence + 2n }
      const signer = { preAuthTx: Buffer.from(world.envelope(given).hashBytes), weight: 1 }
      const adding = each((one) => Operation.setOptions({ signer, source: one }))
      world.apply({ source: 'alice', signers: names, operations: adding })
      const signers = () => names.map((one) => world.ledger.account(idOf(one))?.signers.length)
      expect(signers()).toEqual([1, 1, 1, 1])
      expect(closing(world, given).map(({ successful }) => successful)).toEqual([true])
      expect(signers()).toEqual([0, 0, 0, 0])
    })

    it('is not used up by other transactions', () => {
      const { world, signers, sequence } = start()
      const other = { source: 'alice', operations: [bump], sequence: sequence + 2n }
      const [applied] = closing(world, { ...other, fee: '101' })
      expect(applied?.successful).toBe(true)
      expect(signers()).toHaveLength(1)
    })
  })
})
