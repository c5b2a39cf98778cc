import {
  Account,
  Asset,
  FeeBumpTransaction,
  LiquidityPoolAsset,
  Memo,
  Networks,
  Operation,
  Transaction,
  TransactionBuilder,
  xdr,
} from '@stellar/stellar-sdk'
import { describe, expect, it } from 'vitest'
import { rootKey } from '../../../src/sandbox/network/friendbot/root-key.ts'
import { addressOf } from '../../../src/sandbox/network/ledger/account-id.ts'
import { envelopeOf, readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { createLedger } from '../../../src/sandbox/network/ledger/ledger.ts'
import { createClaimableBalance } from '../../../src/sandbox/network/ledger/operations/create-claimable-balance.ts'
import { newAccount } from '../../../src/sandbox/network/ledger/operations/create-account.ts'
import { createStateHash } from '../../../src/sandbox/network/ledger/state-hash.ts'
import { createState } from '../../../src/sandbox/network/ledger/state.ts'
import { asset, codesOf, createWorld, genesisCloseTime, idOf, keyOf, parameters } from './world.ts'

describe('the first ledger', () => {
  it('has number 1 and gives all coins to the key of the passphrase (SBX-12)', () => {
    const ledger = createLedger(parameters, genesisCloseTime)
    const root = 'GBRPYHIL2CI3FNQ4BXLFMNDLFJUNPU2HY3ZMFSHONUCEOASW7QC7OX2H'
    expect(ledger.head).toMatchObject({ sequence: 1, closeTime: genesisCloseTime })
    expect(ledger.head).toMatchObject({ feePool: 0n, idPool: 0n })
    expect(ledger.genesis.previousHash).toBe('0'.repeat(64))
    expect([...ledger.entries()]).toHaveLength(1)
    expect(ledger.account(root)).toMatchObject({ balance: parameters.totalCoins, sequence: 0n })
    expect(rootKey(Networks.TESTNET).publicKey()).toBe(root)
  })

  it('is told apart by the parameters of the network (SBX-06)', () => {
    const one = createLedger(parameters, genesisCloseTime)
    const other = createLedger({ ...parameters, baseFee: 200n }, genesisCloseTime)
    expect(one.head.hash).not.toBe(other.head.hash)
  })
})

describe('closing', () => {
  it('writes upgrades into the header and applies them from the next ledger on (SBX-37)', () => {
    const world = createWorld()
    const closeTime = genesisCloseTime + 5n
    const upgrades = { baseFee: 200n, baseReserve: 10_000_000n, maxTxSetSize: 3 }
    const { header } = world.ledger.close({ transactions: [], closeTime, upgrades })
    expect([header.baseFee, header.baseReserve, header.maxTxSetSize]).toEqual([200, 10_000_000, 3])
    const { upgrades: written } = header.scpValue
    expect(written.map((one) => xdr.LedgerUpgrade.fromXdr(one.value))).toEqual([
      xdr.LedgerUpgrade.ledgerUpgradeBaseFee(200),
      xdr.LedgerUpgrade.ledgerUpgradeMaxTxSetSize(3),
      xdr.LedgerUpgrade.ledgerUpgradeBaseReserve(10_000_000),
    ])
    expect(world.codes({ source: 'root', operations: [Operation.inflation()] })).toEqual([
      'txInsufficientFee',
    ])
  })

  it('changes by an upgrade what it names, and keeps what was upgraded before (SBX-37)', () => {
    const { ledger } = createWorld()
    const steps = [{ baseFee: 200n }, { baseReserve: 10_000_000n }, { maxTxSetSize: 3 }, undefined]
    const told = steps.map((upgrades) => {
      const closeTime = ledger.head.closeTime + 5n
      const plan = { transactions: [], closeTime, ...(upgrades && { upgrades }) }
      const { header } = ledger.close(plan)
      const { baseFee, baseReserve, maxTxSetSize } = ledger.head
      return [header.scpValue.upgrades.length, baseFee, baseReserve, maxTxSetSize]
    })
    expect(told).toEqual([
      [1, 200n, 5_000_000n, 1000],
      [1, 200n, 10_000_000n, 1000],
      [1, 200n, 10_000_000n, 3],
      [0, 200n, 10_000_000n, 3],
    ])
  })

  it('says in its header where the network stands (SBX-37)', () => {
    const world = createWorld()
    world.fund('alice', 'bob')
    const own = { selling: asset('OWN', 'alice'), buying: Asset.native(), price: '1' }
    world.apply({
      source: 'alice',
      operations: ['1', '2', '3'].map((amount) => Operation.manageSellOffer({ ...own, amount })),
    })
    const { header, hash, previousHash } = world.close()
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    expect(hex(header.previousLedgerHash.value)).toBe(previousHash)
    const skipped = header.skipList.map((one) => hex(one.value))
    expect(skipped).toEqual(Array(4).fill('0'.repeat(64)))
    expect(header).toMatchObject({
      ledgerVersion: 27,
      scpValue: { closeTime: genesisCloseTime + 15n, upgrades: [] },
      ledgerSeq: 4,
      totalCoins: parameters.totalCoins,
      feePool: 500n,
      inflationSeq: 0,
      idPool: 3n,
      baseFee: 100,
      baseReserve: 5_000_000,
      maxTxSetSize: 1000,
    })
    expect(world.ledger.head).toEqual({
      sequence: 4,
      hash,
      closeTime: genesisCloseTime + 15n,
      baseFee: 100n,
      baseReserve: 5_000_000n,
      protocolVersion: 27,
      maxTxSetSize: 1000,
      totalCoins: parameters.totalCoins,
      feePool: 500n,
      idPool: 3n,
    })
  })

  it('commits to its transactions, their results and all entries (SBX-37)', () => {
    const world = createWorld()
    world.fund('alice', 'bob')
    const closeTime = world.ledger.head.closeTime + 5n
    const start = world.ledger.snapshot()
    const hashes = (...amounts: string[]) => {
      world.ledger.restore(start)
      const transactions = amounts.map((amount) => {
        const terms = { destination: idOf('bob'), asset: Asset.native(), amount }
        return world.envelope({ source: 'alice', operations: [Operation.payment(terms)] })
      })
      const { header } = world.ledger.close({ transactions, closeTime })
      const state = createStateHash()
      state.reset(world.ledger.entries())
      const { txSetHash } = header.scpValue
      const all = [txSetHash, header.txSetResultHash, header.bucketListHash]
      const [set, results, entries] = all.map((bytes) => Buffer.from(bytes.value).toString('hex'))
      expect(entries).toBe(state.digits)
      expect(header.inflationSeq).toBe(0)
      return { set, results }
    }
    const [one, other, none] = [hashes('1'), hashes('2'), hashes()]
    expect(hashes('1')).toEqual(one)
    expect(new Set([one, other, none].map(({ set }) => set)).size).toBe(3)
    expect(new Set([one, other, none].map(({ results }) => results)).size).toBe(3)
    const several = [['1'], ['1', '2'], ['1', '3'], ['2', '1']].map((all) => hashes(...all))
    expect(new Set(several.map(({ set }) => set)).size).toBe(4)
    expect(new Set(several.map(({ results }) => results)).size).toBe(4)
  })

  it('commits to what came before a set, and to what came of it (SBX-37)', () => {
    const world = createWorld()
    world.fund('alice')
    const hex = (bytes: { readonly value: Uint8Array }) => Buffer.from(bytes.value).toString('hex')
    const [first, second] = [world.close(), world.close()].map(({ header }) => header)
    expect(first && hex(first.scpValue.txSetHash)).not.toBe(
      second && hex(second.scpValue.txSetHash),
    )
    const start = world.ledger.snapshot()
    const operations = [Operation.bumpSequence({ bumpTo: '0' })]
    const transactions = [world.envelope({ source: 'alice', operations })]
    const closeTime = world.ledger.head.closeTime + 5n
    const charging = (baseFee: bigint) => {
      world.ledger.restore(start)
      const { header } = world.ledger.close({ transactions, closeTime, baseFee })
      return [hex(header.scpValue.txSetHash), hex(header.txSetResultHash)]
    }
    const [usual, cheap] = [charging(100n), charging(50n)]
    expect(cheap[0]).toBe(usual[0])
    expect(cheap[1]).not.toBe(usual[1])
  })

  it('takes the signatures of a record as verified, and no others (SBX-23)', () => {
    const world = createWorld()
    world.fund('alice')
    const operations = [Operation.bumpSequence({ bumpTo: '0' })]
    const { tx } = world.build({ source: 'alice', operations })
    const hint = keyOf('alice').signatureHint()
    const forged = new xdr.DecoratedSignature({ hint, signature: new Uint8Array(64) })
    const v1 = new xdr.TransactionV1Envelope({ tx: tx as xdr.Transaction, signatures: [forged] })
    const envelope = envelopeOf(xdr.TransactionEnvelope.envelopeTypeTx(v1), Networks.TESTNET)
    const closeTime = world.ledger.head.closeTime + 5n
    const start = world.ledger.snapshot()
    const closed = (replayed: boolean) => {
      world.ledger.restore(start)
      const { transactions } = world.ledger.close({ transactions: [envelope], closeTime, replayed })
      return transactions.map(({ result }) => result.result.type)
    }
    expect(closed(false)).toEqual(['txBadAuth'])
    expect(closed(true)).toEqual(['txSuccess'])
  })

  it('goes back to the reserve of a snapshot, as to its head (SBX-94)', () => {
    const world = createWorld()
    world.fund('alice')
    const { head } = world.ledger
    const start = world.ledger.snapshot()
    const closeTime = head.closeTime + 5n
    const upgrades = { baseReserve: 4_000_000_000n }
    world.ledger.close({ transactions: [], closeTime, upgrades })
    const terms = { destination: idOf('root'), asset: Asset.native(), amount: '500' }
    const paying = { source: 'alice', operations: [Operation.payment(terms)] }
    const paid = () => {
      const transactions = [world.envelope(paying)]
      const closed = world.ledger.close({ transactions, closeTime: closeTime + 5n })
      return closed.transactions.map(({ result }) => codesOf(result).at(-1))
    }
    expect(paid()).toEqual(['paymentUnderfunded'])
    world.ledger.restore(start)
    expect(world.ledger.head).toEqual(head)
    expect(paid()).toEqual(['paymentSuccess'])
  })

  it('takes away the offers of lumens that a higher reserve no longer covers (SBX-37)', () => {
    const world = createWorld()
    world.fund('alice', 'issuer')
    const usd = asset('USD')
    const selling = (amount: string) =>
      Operation.manageSellOffer({ selling: Asset.native(), buying: usd, amount, price: '1' })
    const operations = [Operation.changeTrust({ asset: usd }), selling('500'), selling('470')]
    world.apply({ source: 'alice', operations })
    expect(world.ledger.account(idOf('alice'))).toMatchObject({
      subentries: 3,
      liabilities: { selling: 9_700_000_000n },
    })
    const closeTime = world.ledger.head.closeTime + 5n
    const upgrades = { baseReserve: 100_000_000n }
    const { upgradeChanges = [] } = world.ledger.close({ transactions: [], closeTime, upgrades })
    const gone = upgradeChanges.filter(({ after }) => after === undefined)
    expect(gone.map(({ before }) => before?.type)).toEqual(['offer', 'offer'])
    expect(world.ledger.account(idOf('alice'))).toMatchObject({
      subentries: 1,
      liabilities: { selling: 0n, buying: 0n },
    })
  })

  it('starts new accounts at the sequence of their ledger (SBX-36)', () => {
    const world = createWorld()
    world.fund('alice')
    expect(world.ledger.account(idOf('alice'))?.sequence).toBe(2n << 32n)
  })

  it('hands out envelopes as the SDK knows them', () => {
    const world = createWorld()
    world.fund('alice')
    const applied = world.apply({
      source: 'alice',
      operations: [Operation.bumpSequence({ bumpTo: '0' })],
    })
    expect(applied.envelope).toBeInstanceOf(Transaction)
    expect(applied.envelope).not.toBeInstanceOf(FeeBumpTransaction)
    expect(Buffer.from(applied.envelope.hash()).toString('hex')).toBe(applied.hash)
  })
})

describe('a transaction of several operations', () => {
  it('runs all of them after one failed, tells of each, and leaves nothing but fee and sequence (SBX-26, SBX-35)', () => {
    const world = createWorld()
    world.fund('alice', 'bob')
    const pay = (amount: string) =>
      Operation.payment({ destination: idOf('bob'), asset: Asset.native(), amount })
    const before = world.ledger.account(idOf('alice'))
    const applied = world.apply({
      source: 'alice',
      fee: '100',
      operations: [pay('1'), pay('5000'), pay('2')],
    })
    expect(codesOf(applied.result)).toEqual([
      'txFailed',
      'paymentSuccess',
      'paymentUnderfunded',
      'paymentSuccess',
    ])
    expect(applied.feeCharged).toBe(300n)
    expect(world.ledger.account(idOf('bob'))?.balance).toBe(10_000_000_000n)
    expect(world.ledger.account(idOf('alice'))).toMatchObject({
      balance: (before?.balance ?? 0n) - 300n,
      sequence: (before?.sequence ?? 0n) + 1n,
    })
  })
})

describe('the signers of an account', () => {
  it('are twenty at most (SBX-14, SBX-42)', () => {
    const world = createWorld()
    world.fund('alice')
    const add = (name: string) =>
      Operation.setOptions({ signer: { ed25519PublicKey: idOf(name), weight: 1 } })
    const twenty = Array.from({ length: 20 }, (_, index) => add(`signer ${index}`))
    expect(world.codes({ source: 'alice', operations: twenty })[0]).toBe('txSuccess')
    expect(world.codes({ source: 'alice', operations: [add('one more')] })).toEqual([
      'txFailed',
      'setOptionsTooManySigners',
    ])
  })
})

describe('envelopes of the old form', () => {
  it('are accepted, converted, and keep their hash and signatures (SBX-20)', () => {
    const world = createWorld()
    world.fund('alice')
    const account = new Account(
      idOf('alice'),
      String(world.ledger.account(idOf('alice'))?.sequence),
    )
    const terms = { fee: '123', networkPassphrase: Networks.TESTNET, memo: Memo.text('old') }
    const timebounds = { minTime: 1, maxTime: Number(genesisCloseTime) + 1000 }
    const built = new TransactionBuilder(account, { ...terms, timebounds })
    const transaction = built.addOperation(Operation.bumpSequence({ bumpTo: '0' })).build()
    transaction.sign(keyOf('alice'))
    const { tx, signatures } = transaction
    if (!('sourceAccount' in tx)) throw new Error('the builder made an old transaction')
    const old = new xdr.TransactionV0({
      sourceAccountEd25519: keyOf('alice').rawPublicKey(),
      fee: tx.fee,
      seqNum: tx.seqNum,
      timeBounds: tx.cond.type === 'precondTime' ? tx.cond.timeBounds : null,
      memo: tx.memo,
      operations: tx.operations,
      ext: xdr.TransactionV0Ext.v0(),
    })
    const v0 = new xdr.TransactionV0Envelope({ tx: old, signatures })
    const bytes = xdr.TransactionEnvelope.envelopeTypeTxV0(v0).toXdr()
    const envelope = readEnvelope(bytes, Networks.TESTNET)
    expect(envelope.hash).toBe(Buffer.from(transaction.hash()).toString('hex'))
    expect(world.queue.admit(envelope)).toEqual({ status: 'PENDING' })
    expect(world.close().transactions.map(({ result }) => codesOf(result))).toEqual([
      ['txSuccess', 'bumpSequenceSuccess'],
    ])
  })
})

describe('what this network leaves out', () => {
  const pool = new xdr.PoolId(new Uint8Array(32))
  const price = new xdr.Price({ n: 1, d: 1 })
  const bodies = {
    inflation: xdr.OperationBody.inflation(),
    'a deposit into a pool': xdr.OperationBody.liquidityPoolDeposit(
      new xdr.LiquidityPoolDepositOp({
        liquidityPoolId: pool,
        maxAmountA: 1n,
        maxAmountB: 1n,
        minPrice: price,
        maxPrice: price,
      }),
    ),
    'a withdrawal from a pool': xdr.OperationBody.liquidityPoolWithdraw(
      new xdr.LiquidityPoolWithdrawOp({
        liquidityPoolId: pool,
        amount: 1n,
        minAmountA: 1n,
        minAmountB: 1n,
      }),
    ),
    'a line for the shares of a pool': Operation.changeTrust({
      asset: new LiquidityPoolAsset(Asset.native(), asset('USD'), 30),
    }).body,
    'keeping a contract': xdr.OperationBody.extendFootprintTtl(
      new xdr.ExtendFootprintTtlOp({ ext: xdr.ExtensionPoint.v0(), extendTo: 5 }),
    ),
    'restoring a contract': xdr.OperationBody.restoreFootprint(
      new xdr.RestoreFootprintOp({ ext: xdr.ExtensionPoint.v0() }),
    ),
  }

  it.each(Object.entries(bodies))('is refused at admission: %s (SBX-53)', (_what, body) => {
    const world = createWorld()
    world.fund('alice')
    const operation = new xdr.Operation({ sourceAccount: null, body })
    const verdict = world.ledger.check(world.rawEnvelope('alice', operation))
    expect(verdict.ok ? [] : codesOf(verdict.result)).toEqual(['txFailed', 'opNotSupported'])
  })
})

it('names a claimable balance as the real network does (SBX-47)', () => {
  const source = 'GCFIRY65OQE7DFP5KLNS2PF2LVZMUZYJX4OZIEQ36N2IQANUB5XVYOJR'
  const circumstances = { sequence: 2, closeTime: 1n, baseReserve: 1n, protocolVersion: 27 }
  const state = createState(circumstances)
  state.put(newAccount(source, 1_000n, 0n))
  const key = keyOf('bob').rawPublicKey()
  const claimant = xdr.Claimant.claimantTypeV0(
    new xdr.ClaimantV0({
      destination: xdr.AccountId.publicKeyTypeEd25519(key),
      predicate: xdr.ClaimPredicate.claimPredicateUnconditional(),
    }),
  )
  const op = new xdr.CreateClaimableBalanceOp({
    asset: xdr.Asset.assetTypeNative(),
    amount: 10n,
    claimants: [claimant],
  })
  createClaimableBalance.apply(xdr.OperationBody.createClaimableBalance(op) as never, {
    state,
    source,
    index: 0,
    transaction: { source, sequence: 4_294_967_297n },
    sponsorships: new Map(),
  })
  const id = '0000000021e597b53ed0e76949b1bfc86c35cf84153e2dd630b73c4c35182b535f188f03'
  expect(state.get(`claimable_balance|${id}`)).toMatchObject({
    amount: 10n,
    claimants: [{ destination: addressOf(key) }],
  })
})
