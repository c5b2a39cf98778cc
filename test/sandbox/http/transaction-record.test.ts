import {
  Account,
  Memo,
  MuxedAccount,
  Networks,
  Operation,
  StrKey,
  TransactionBuilder,
  xdr,
} from '@stellar/stellar-sdk'
import { describe, expect, test } from 'vitest'
import { decodeParts } from '../../../src/sandbox/network/history/envelopes.ts'
import type {
  StoredLedger,
  StoredTransaction,
} from '../../../src/sandbox/network/history/stored.ts'
import {
  memoWords,
  transactionRecord,
} from '../../../src/sandbox/network/http/records/transaction-record.ts'
import { idOf, keyOf } from '../ledger/world.ts'
import { bodyOf } from './exchange-of.ts'

/** Every field of a transaction, and of its conditions only what was given (SBX-79). */

const networkPassphrase = Networks.TESTNET
const plain = new TransactionBuilder(new Account(idOf('from'), '41'), {
  fee: '100',
  networkPassphrase,
})
  .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
  .addOperation(Operation.bumpSequence({ bumpTo: '1' }))
  .setTimeout(0)
  .build()
plain.sign(keyOf('from'), keyOf('guard'))
const bump = TransactionBuilder.buildFeeBumpTransaction(
  keyOf('payer'),
  '300',
  plain,
  networkPassphrase,
)
bump.sign(keyOf('payer'), keyOf('another'))

type Signed = typeof plain | typeof bump

const hashOf = (one: Signed) => Buffer.from(one.hash()).toString('hex')
const signaturesOf = (one: Signed) =>
  one.signatures.map(({ signature }) => Buffer.from(signature.value).toString('base64'))
const stored = (one: Signed): StoredTransaction => ({
  id: 21_474_840_576n,
  ledger: { sequence: 5, closeTime: 1_700_000_000n } as Partial<StoredLedger> as StoredLedger,
  hash: hashOf(one),
  ...(one === bump ? { innerHash: hashOf(plain) } : {}),
  successful: true,
  feeCharged: 200n,
  feeBid: 900n,
  source: idOf('from'),
  feeSource: idOf(one === bump ? 'payer' : 'from'),
  envelopeXdr: one.toXdr(),
  resultXdr: 'the result',
  operations: [],
})
const context = { origin: 'http://h', withMeta: false }

const common = (hash: string) => {
  const own = `http://h/transactions/${hash}`
  const paged = (name: string) => ({
    href: `${own}/${name}{?cursor,limit,order}`,
    templated: true,
  })
  return {
    _links: {
      self: { href: own },
      account: { href: `http://h/accounts/${idOf('from')}` },
      ledger: { href: 'http://h/ledgers/5' },
      operations: paged('operations'),
      effects: paged('effects'),
      succeeds: { href: 'http://h/transactions?order=desc&cursor=21474840576' },
      precedes: { href: 'http://h/transactions?order=asc&cursor=21474840576' },
      transaction: { href: own },
    },
    id: hash,
    hash,
    paging_token: '21474840576',
    successful: true,
    ledger: 5,
    created_at: '2023-11-14T22:13:20Z',
    source_account: idOf('from'),
    source_account_sequence: '42',
    fee_charged: '200',
    operation_count: 2,
    result_xdr: 'the result',
    fee_meta_xdr: 'AAAAAA==',
    memo_type: 'none',
    preconditions: { timebounds: { min_time: '0' } },
  }
}

test('a transaction tells what was sent and what became of it (SBX-79)', () => {
  const record = bodyOf(transactionRecord(stored(plain), context))
  expect(record).toEqual({
    ...common(hashOf(plain)),
    fee_account: idOf('from'),
    max_fee: '200',
    envelope_xdr: plain.toXdr(),
    signatures: signaturesOf(plain),
  })
})

test.each([
  ['outer', bump],
  ['inner', plain],
])('a fee bump tells of both, with what the %s hash stands for (SBX-79)', (_which, asked) => {
  const askedHash = hashOf(asked)
  expect(bodyOf(transactionRecord(stored(bump), { ...context, askedHash }))).toEqual({
    ...common(askedHash),
    fee_account: idOf('payer'),
    max_fee: '900',
    envelope_xdr: bump.toXdr(),
    signatures: signaturesOf(asked),
    fee_bump_transaction: { hash: hashOf(bump), signatures: signaturesOf(bump) },
    inner_transaction: { hash: hashOf(plain), signatures: signaturesOf(plain), max_fee: '200' },
  })
})

test('a transaction of a muxed account tells both of its forms, and those of who pays (SBX-79)', () => {
  const muxed = (name: string, id: string) => new MuxedAccount(new Account(idOf(name), '41'), id)
  const [source, payer] = [muxed('from', '7'), muxed('payer', '8')]
  const inner = new TransactionBuilder(source, { fee: '100', networkPassphrase })
    .addOperation(Operation.bumpSequence({ bumpTo: '0' }))
    .setTimeout(0)
    .build()
  const outer = TransactionBuilder.buildFeeBumpTransaction(
    payer.accountId(),
    '300',
    inner,
    networkPassphrase,
  )
  const named = (field: string, id: string, one: MuxedAccount) => ({
    [`${field}_muxed`]: one.accountId(),
    [`${field}_muxed_id`]: id,
  })
  const told = (one: typeof inner | typeof outer) =>
    transactionRecord({ ...stored(plain), envelopeXdr: one.toXdr() }, context)
  expect(told(inner)).toMatchObject({
    source_account: idOf('from'),
    ...named('account', '7', source),
    fee_account: idOf('from'),
    ...named('fee_account', '7', source),
  })
  expect(told(outer)).toMatchObject({
    source_account: idOf('from'),
    ...named('account', '7', source),
    fee_account: idOf('payer'),
    ...named('fee_account', '8', payer),
  })
})

test.each([
  ['none', Memo.none(), { memo_type: 'none' }],
  ['id', Memo.id('18446744073709551615'), { memo_type: 'id', memo: '18446744073709551615' }],
  [
    'hash',
    Memo.hash(new Uint8Array(32).fill(1)),
    { memo_type: 'hash', memo: 'AQEB'.repeat(10) + 'AQE=' },
  ],
  [
    'return',
    Memo.return(new Uint8Array(32).fill(2)),
    { memo_type: 'return', memo: 'AgIC'.repeat(10) + 'AgI=' },
  ],
  ['text', Memo.text('rent'), { memo_type: 'text', memo: 'rent', memo_bytes: 'cmVudA==' }],
  [
    'text that cannot be shown in each place',
    Memo.text(Uint8Array.of(0, 97, 0, 255)),
    { memo_type: 'text', memo: '\uFFFDa\uFFFD\uFFFD', memo_bytes: 'AGEA/w==' },
  ],
])('a memo is told whole: %s (SBX-79)', (_kind, memo, words) => {
  expect(memoWords(memo.toXdrObject())).toEqual(words)
})

test('a fee bump in a list is told by its outer hash, and with the meta that was asked for (SBX-78)', () => {
  expect(transactionRecord(stored(bump), { ...context, withMeta: true })).toMatchObject({
    id: hashOf(bump),
    signatures: signaturesOf(bump),
    result_meta_xdr: 'AAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  })
})

describe('the conditions of a transaction', () => {
  const nothing = {
    timeBounds: null,
    ledgerBounds: null,
    minSeqNum: null,
    minSeqAge: 0n,
    minSeqLedgerGap: 0,
    extraSigners: [],
  }
  const conditions = (given: Partial<xdr.PreconditionsV2>) =>
    xdr.Preconditions.precondV2(new xdr.PreconditionsV2({ ...nothing, ...given }))
  const told = (cond: xdr.Preconditions) => {
    const parts = decodeParts(plain.toXdr())
    const { sourceAccount, fee, seqNum, memo, operations, ext } = parts.inner
    const fields = { sourceAccount, fee, seqNum, cond, memo, operations, ext }
    const inner = new xdr.Transaction(fields)
    const record = transactionRecord(stored(plain), context, { ...parts, inner })
    return (bodyOf(record) as { preconditions?: object }).preconditions
  }
  const times = (minTime: bigint, maxTime: bigint) => new xdr.TimeBounds({ minTime, maxTime })
  const ledgers = (minLedger: number, maxLedger: number) =>
    new xdr.LedgerBounds({ minLedger, maxLedger })
  const signer = xdr.SignerKey.signerKeyTypeHashX(new Uint8Array(32) as never)
  const guard = xdr.SignerKey.signerKeyTypeEd25519(keyOf('guard').rawPublicKey())

  test.each<[string, Partial<xdr.PreconditionsV2>, object | undefined]>([
    ['nothing', {}, undefined],
    ['a begin', { timeBounds: times(3n, 0n) }, { timebounds: { min_time: '3' } }],
    ['an end', { timeBounds: times(0n, 1n) }, { timebounds: { min_time: '0', max_time: '1' } }],
    ['a first ledger', { ledgerBounds: ledgers(2, 0) }, { ledgerbounds: { min_ledger: 2 } }],
    [
      'a last ledger',
      { ledgerBounds: ledgers(0, 1) },
      { ledgerbounds: { min_ledger: 0, max_ledger: 1 } },
    ],
    ['a least sequence', { minSeqNum: 0n }, { min_account_sequence: '0' }],
    ['an age', { minSeqAge: 1n }, { min_account_sequence_age: '1' }],
    ['a gap', { minSeqLedgerGap: 1 }, { min_account_sequence_ledger_gap: 1 }],
    [
      'its signers in their order',
      { extraSigners: [signer, guard] },
      { extra_signers: [StrKey.encodeSha256Hash(new Uint8Array(32)), idOf('guard')] },
    ],
  ])('tell %s alone, where that is all (SBX-79)', (_what, given, words) => {
    expect(told(conditions(given))).toEqual(words)
  })

  test('that have a time alone, or nothing, are told as such (SBX-79)', () => {
    expect(told(xdr.Preconditions.precondNone())).toBeUndefined()
    expect(told(xdr.Preconditions.precondTime(times(0n, 1n)))).toEqual({
      timebounds: { min_time: '0', max_time: '1' },
    })
  })
})
