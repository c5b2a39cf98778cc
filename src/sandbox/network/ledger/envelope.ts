import { FeeBumpTransaction, Transaction, hash, xdr } from '@stellar/stellar-sdk'
import { mainAccountOf } from './account-id.ts'

/** What bounds a transaction besides its sequence number; absent bounds are 0 or empty. */
export interface Preconditions {
  readonly minTime: bigint
  readonly maxTime: bigint
  readonly minLedger: number
  readonly maxLedger: number
  readonly minSequence: bigint | undefined
  readonly minSequenceAge: bigint
  readonly minSequenceLedgerGap: number
  readonly extraSigners: readonly xdr.SignerKey[]
}

/** A transaction read for the ledger: the parts it needs, with the XDR they came from. */
export interface PlainEnvelope {
  readonly kind: 'plain'
  readonly xdr: xdr.TransactionEnvelope
  readonly networkPassphrase: string
  /** Hex, and the bytes the signatures are over. */
  readonly hash: string
  readonly hashBytes: Uint8Array
  readonly source: string
  readonly fee: bigint
  readonly sequence: bigint
  readonly preconditions: Preconditions
  readonly operations: readonly xdr.Operation[]
  readonly signatures: readonly xdr.DecoratedSignature[]
  /** It carries contract data without a contract operation. */
  readonly isMalformed: boolean
}

export interface FeeBumpEnvelope {
  readonly kind: 'feeBump'
  readonly xdr: xdr.TransactionEnvelope
  readonly networkPassphrase: string
  readonly hash: string
  readonly hashBytes: Uint8Array
  readonly feeSource: string
  readonly fee: bigint
  readonly inner: PlainEnvelope
  readonly signatures: readonly xdr.DecoratedSignature[]
}

export type Envelope = PlainEnvelope | FeeBumpEnvelope

export const innerOf = (envelope: Envelope): PlainEnvelope =>
  envelope.kind === 'plain' ? envelope : envelope.inner

export const feeSourceOf = (envelope: Envelope): string =>
  envelope.kind === 'plain' ? envelope.source : envelope.feeSource

/** How many operations the fee is counted for: a fee bump counts as one more. */
export const feeUnitsOf = (envelope: Envelope): bigint =>
  envelope.kind === 'plain'
    ? BigInt(Math.max(1, envelope.operations.length))
    : BigInt(envelope.inner.operations.length + 1)

/** Reads base64 or raw XDR; throws the SDK's `XdrError` when it is not an envelope. */
export function readEnvelope(input: string | Uint8Array, networkPassphrase: string): Envelope {
  const envelope =
    typeof input === 'string'
      ? xdr.TransactionEnvelope.fromXdr(input, 'base64')
      : xdr.TransactionEnvelope.fromXdr(input)
  return envelopeOf(envelope, networkPassphrase)
}

export function envelopeOf(envelope: xdr.TransactionEnvelope, networkPassphrase: string): Envelope {
  switch (envelope.type) {
    case 'envelopeTypeTx':
      return plainOf(envelope.v1, networkPassphrase)
    case 'envelopeTypeTxV0':
      return plainOf(convertedFromV0(envelope.v0), networkPassphrase)
    case 'envelopeTypeTxFeeBump':
      return feeBumpOf(envelope.feeBump, networkPassphrase)
  }
}

/** The SDK's own view of an envelope, as history and clients know it. */
export function toSdkTransaction(envelope: Envelope): Transaction | FeeBumpTransaction {
  return envelope.kind === 'plain'
    ? new Transaction(envelope.xdr, envelope.networkPassphrase)
    : new FeeBumpTransaction(envelope.xdr, envelope.networkPassphrase)
}

function plainOf(v1: xdr.TransactionV1Envelope, networkPassphrase: string): PlainEnvelope {
  const { tx, signatures } = v1
  const tagged = xdr.TransactionSignaturePayloadTaggedTransaction.envelopeTypeTx(tx)
  const hashBytes = signatureHash(tagged, networkPassphrase)
  return {
    kind: 'plain',
    xdr: xdr.TransactionEnvelope.envelopeTypeTx(v1),
    networkPassphrase,
    hash: hex(hashBytes),
    hashBytes,
    source: mainAccountOf(tx.sourceAccount),
    fee: BigInt(tx.fee),
    sequence: tx.seqNum,
    preconditions: preconditionsOf(tx.cond),
    operations: tx.operations,
    signatures,
    isMalformed: tx.ext.type !== 'v0' && !tx.operations.some(isContractOperation),
  }
}

const contractTypes: readonly string[] = [
  'invokeHostFunction',
  'extendFootprintTtl',
  'restoreFootprint',
] satisfies readonly xdr.OperationBody['type'][]

const isContractOperation = ({ body }: xdr.Operation): boolean => contractTypes.includes(body.type)

function feeBumpOf(
  feeBump: xdr.FeeBumpTransactionEnvelope,
  networkPassphrase: string,
): FeeBumpEnvelope {
  const tagged = xdr.TransactionSignaturePayloadTaggedTransaction.envelopeTypeTxFeeBump(feeBump.tx)
  const hashBytes = signatureHash(tagged, networkPassphrase)
  return {
    kind: 'feeBump',
    xdr: xdr.TransactionEnvelope.envelopeTypeTxFeeBump(feeBump),
    networkPassphrase,
    hash: hex(hashBytes),
    hashBytes,
    feeSource: mainAccountOf(feeBump.tx.feeSource),
    fee: feeBump.tx.fee,
    inner: plainOf(feeBump.tx.innerTx.v1, networkPassphrase),
    signatures: feeBump.signatures,
  }
}

function convertedFromV0(v0: xdr.TransactionV0Envelope): xdr.TransactionV1Envelope {
  const { tx, signatures } = v0
  return new xdr.TransactionV1Envelope({
    tx: new xdr.Transaction({
      sourceAccount: xdr.MuxedAccount.keyTypeEd25519(tx.sourceAccountEd25519),
      fee: tx.fee,
      seqNum: tx.seqNum,
      cond:
        tx.timeBounds === null
          ? xdr.Preconditions.precondNone()
          : xdr.Preconditions.precondTime(tx.timeBounds),
      memo: tx.memo,
      operations: tx.operations,
      ext: xdr.TransactionExt.v0(),
    }),
    signatures,
  })
}

function signatureHash(
  taggedTransaction: xdr.TransactionSignaturePayloadTaggedTransaction,
  networkPassphrase: string,
): Uint8Array {
  const networkId = networkIdOf(networkPassphrase)
  return hash(new xdr.TransactionSignaturePayload({ networkId, taggedTransaction }).toXdr())
}

export const networkIdOf = (networkPassphrase: string): Uint8Array =>
  hash(new TextEncoder().encode(networkPassphrase))

const noBounds: Preconditions = {
  minTime: 0n,
  maxTime: 0n,
  minLedger: 0,
  maxLedger: 0,
  minSequence: undefined,
  minSequenceAge: 0n,
  minSequenceLedgerGap: 0,
  extraSigners: [],
}

function preconditionsOf(cond: xdr.Preconditions): Preconditions {
  switch (cond.type) {
    case 'precondNone':
      return noBounds
    case 'precondTime':
      return { ...noBounds, ...timesOf(cond.timeBounds) }
    case 'precondV2':
      return {
        ...timesOf(cond.v2.timeBounds),
        minLedger: cond.v2.ledgerBounds?.minLedger ?? 0,
        maxLedger: cond.v2.ledgerBounds?.maxLedger ?? 0,
        minSequence: cond.v2.minSeqNum ?? undefined,
        minSequenceAge: cond.v2.minSeqAge,
        minSequenceLedgerGap: cond.v2.minSeqLedgerGap,
        extraSigners: cond.v2.extraSigners,
      }
  }
}

const timesOf = (bounds: xdr.TimeBounds | null) => ({
  minTime: bounds?.minTime ?? 0n,
  maxTime: bounds?.maxTime ?? 0n,
})

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
