import { createHash } from 'node:crypto'
import {
  Account,
  Asset,
  Keypair,
  Networks,
  Operation,
  TransactionBuilder,
  xdr,
  type Transaction,
} from '@stellar/stellar-sdk'
import type {
  AppliedTransaction,
  ClosedLedger,
} from '../../../src/sandbox/network/ledger/closed-ledger.ts'
import {
  envelopeOf,
  readEnvelope,
  type Envelope,
} from '../../../src/sandbox/network/ledger/envelope.ts'
import { rootKeypair } from '../../../src/sandbox/network/ledger/genesis.ts'
import { createLedger, type Ledger } from '../../../src/sandbox/network/ledger/ledger.ts'
import { createQueue, type Queue } from '../../../src/sandbox/network/queue/queue.ts'

export const parameters = {
  networkPassphrase: Networks.TESTNET,
  protocolVersion: 27,
  baseFee: 100n,
  baseReserve: 5_000_000n,
  maxTxSetSize: 1000,
  totalCoins: 1_000_000_000_000_000_000n,
}

export const genesisCloseTime = 1_700_000_000n

export const keyOf = (name: string): Keypair =>
  name === 'root'
    ? rootKeypair(parameters.networkPassphrase)
    : Keypair.fromRawEd25519Seed(createHash('sha256').update(name).digest())

export const idOf = (name: string): string => keyOf(name).publicKey()

export const asset = (code: string, issuer = 'issuer'): Asset => new Asset(code, idOf(issuer))

export interface Draft {
  readonly source: string
  readonly operations: readonly xdr.Operation[]
  /** All that sign, the source when not told. */
  readonly signers?: readonly string[]
  readonly fee?: string
  readonly sequence?: bigint
}

/** A ledger with its queue, and short ways to use them. */
export interface World {
  readonly ledger: Ledger
  readonly queue: Queue
  /** Everything that was closed. */
  readonly history: readonly ClosedLedger[]
  build(draft: Draft): Transaction
  envelope(draft: Draft): Envelope
  /** With an operation the SDK's builder would refuse; signed by the source. */
  rawEnvelope(source: string, operation: xdr.Operation): Envelope
  close(): ClosedLedger
  /** Admits, closes and answers what became of it; fails when it is not admitted. */
  apply(draft: Draft): AppliedTransaction
  /** The result codes: of the refusal, or of what a ledger recorded. */
  codes(draft: Draft): readonly string[]
  /** Funds accounts from root, 1000 lumens each. */
  fund(...names: string[]): void
}

export function createWorld(): World {
  const ledger = createLedger(parameters, genesisCloseTime)
  const queue = createQueue(ledger)
  const history: ClosedLedger[] = []

  const build = ({ source, operations, signers = [source], fee = '100', sequence }: Draft) => {
    const current = sequence === undefined ? sequenceOf(ledger, source) : sequence - 1n
    const account = new Account(idOf(source), String(current))
    const builder = new TransactionBuilder(account, {
      fee,
      networkPassphrase: parameters.networkPassphrase,
    }).setTimeout(0)
    for (const operation of operations) builder.addOperation(operation)
    const transaction = builder.build()
    for (const signer of signers) transaction.sign(keyOf(signer))
    return transaction
  }
  const envelope = (draft: Draft) =>
    readEnvelope(build(draft).toXdr(), parameters.networkPassphrase)
  const close = () => {
    const closeTime = ledger.head.closeTime + 5n
    const closed = ledger.close({ ...queue.takeForLedger(closeTime), closeTime })
    queue.afterClose(closed)
    history.push(closed)
    return closed
  }
  const apply = (draft: Draft): AppliedTransaction => {
    const admission = queue.admit(envelope(draft))
    if (admission.status !== 'PENDING') {
      const why = admission.status === 'ERROR' ? codesOf(admission.result) : []
      throw new Error(`not admitted: ${admission.status} ${why.join(' ')}`)
    }
    const [applied] = close().transactions
    if (applied === undefined) throw new Error('no ledger took it')
    return applied
  }
  return {
    ledger,
    queue,
    history,
    build,
    envelope,
    rawEnvelope: (source, operation) => rawEnvelope(ledger, source, operation),
    close,
    apply,
    codes(draft) {
      const admission = queue.admit(envelope(draft))
      if (admission.status === 'ERROR') return codesOf(admission.result)
      const [applied] = close().transactions
      return applied === undefined ? [] : codesOf(applied.result)
    },
    fund(...names) {
      const operations = names.map((name) =>
        Operation.createAccount({ destination: idOf(name), startingBalance: '1000' }),
      )
      apply({ source: 'root', operations })
    },
  }
}

function rawEnvelope(ledger: Ledger, source: string, operation: xdr.Operation): Envelope {
  const tx = new xdr.Transaction({
    sourceAccount: xdr.MuxedAccount.keyTypeEd25519(keyOf(source).rawPublicKey()),
    fee: 100,
    seqNum: sequenceOf(ledger, source) + 1n,
    cond: xdr.Preconditions.precondNone(),
    memo: xdr.Memo.memoNone(),
    operations: [operation],
    ext: xdr.TransactionExt.v0(),
  })
  const wrap = (signatures: xdr.DecoratedSignature[]) =>
    envelopeOf(
      xdr.TransactionEnvelope.envelopeTypeTx(new xdr.TransactionV1Envelope({ tx, signatures })),
      parameters.networkPassphrase,
    )
  return wrap([keyOf(source).signDecorated(wrap([]).hashBytes)])
}

function sequenceOf(ledger: Ledger, name: string): bigint {
  return ledger.account(idOf(name))?.sequence ?? 0n
}

/** The code of the transaction, then one per operation, as the XDR names them. */
export function codesOf({ result }: xdr.TransactionResult): readonly string[] {
  return 'results' in result ? [result.type, ...result.results.map(operationCode)] : [result.type]
}

const operationCode = (result: xdr.OperationResult): string =>
  result.type === 'opInner' ? result.tr.value.type : result.type

/** A fee bump with just this bid, also one that the SDK's builder would refuse. */
export function feeBump(
  world: World,
  inner: Draft,
  { payer, fee, signers = [payer] }: OuterDraft,
): Envelope {
  const within = xdr.TransactionEnvelope.fromXdr(world.build(inner).toXdr(), 'base64')
  if (within.type !== 'envelopeTypeTx') throw new Error('the inner transaction is no V1 envelope')
  const tx = new xdr.FeeBumpTransaction({
    feeSource: xdr.MuxedAccount.keyTypeEd25519(keyOf(payer).rawPublicKey()),
    fee,
    innerTx: xdr.FeeBumpTransactionInnerTx.envelopeTypeTx(within.v1),
    ext: xdr.FeeBumpTransactionExt.v0(),
  })
  const wrap = (signatures: xdr.DecoratedSignature[]) =>
    envelopeOf(
      xdr.TransactionEnvelope.envelopeTypeTxFeeBump(
        new xdr.FeeBumpTransactionEnvelope({ tx, signatures }),
      ),
      parameters.networkPassphrase,
    )
  const { hashBytes } = wrap([])
  return wrap(signers.map((name) => keyOf(name).signDecorated(hashBytes)))
}

interface OuterDraft {
  readonly payer: string
  readonly fee: bigint
  /** All that sign, the payer when not told. */
  readonly signers?: readonly string[]
}
