import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  decodeAddressToMuxedAccount as addressOf,
  encodeMuxedAccountToAddress,
  xdr,
} from '@stellar/stellar-sdk/base'
import type { ChallengeOperation, ChallengeTransaction } from '../../domain/client/challenge.ts'
import { publicKeyOf } from '../../domain/client/account-address.ts'
import type {
  ChallengeTransactions,
  NewChallenge,
} from '../../usecases/ports/challenge-transactions.ts'
import type { HintedSignature, SignatureJudge, SigningKey } from './ed25519.ts'

export interface ChallengeTransactionsParts {
  readonly signingKey: SigningKey
  readonly networkPassphrase: string
  readonly isSignature: SignatureJudge
}

/** Challenges as transactions: XDR by the SDK, hash and signatures by node:crypto. */
export function challengeTransactions(parts: ChallengeTransactionsParts): ChallengeTransactions {
  const { signingKey, networkPassphrase, isSignature } = parts
  // What is signed: the network, the kind of envelope, the transaction.
  const prefix = Buffer.concat([hash('sha256', networkPassphrase, 'buffer'), envelopeKind])
  const server = addressOf(signingKey.account)
  const hint = Uint8Array.from(publicKeyOf(signingKey.account)?.slice(-4) ?? [])
  const hashOf = (transaction: Uint8Array) =>
    hash('sha256', Buffer.concat([prefix, transaction]), 'buffer')
  // Our key signs one message one way, and signing again costs a third of verifying.
  const isOurOwn = (signed: Uint8Array, given: HintedSignature) =>
    Buffer.compare(hint, given.hint) === 0 &&
    given.signature.length === 64 &&
    timingSafeEqual(signingKey.sign(signed), given.signature)
  return {
    serverAccount: signingKey.account,
    write(challenge) {
      const transaction = describe(challenge, server).toXdr()
      const signature = signingKey.sign(hashOf(transaction))
      return writeEnvelope(transaction, { hint, signature })
    },
    read(envelope) {
      const signed = decode(envelope)
      return signed === undefined ? undefined : toTransaction(signed, hashOf(bytesOf(signed)))
    },
    signedBy:
      ({ hash: signed }) =>
      async (account, given) =>
        (account === signingKey.account && isOurOwn(signed, given)) ||
        isSignature(account, signed, given),
  }
}

/** The discriminant of `ENVELOPE_TYPE_TX`, in an envelope and in what is signed. */
const envelopeKind = Uint8Array.of(0, 0, 0, 2)
const oneSignature = Uint8Array.of(0, 0, 0, 1)
const signatureLength = Uint8Array.of(0, 0, 0, 64)

/** The parts in their order, as the transaction was encoded before for its hash. */
const writeEnvelope = (transaction: Uint8Array, { hint, signature }: HintedSignature): string =>
  Buffer.concat([
    envelopeKind,
    transaction,
    oneSignature,
    hint,
    signatureLength,
    signature,
  ]).toString('base64')

function describe(challenge: NewChallenge, server: xdr.MuxedAccount): xdr.Transaction {
  const { homeDomain, webAuthDomain, clientDomain, memo } = challenge
  const operations = [
    dataEntry(addressOf(challenge.account), `${homeDomain} auth`, nonce()),
    dataEntry(server, 'web_auth_domain', webAuthDomain),
    ...(clientDomain === undefined
      ? []
      : [dataEntry(addressOf(clientDomain.account), 'client_domain', clientDomain.domain)]),
  ]
  return new xdr.Transaction({
    sourceAccount: server,
    fee: 100 * operations.length,
    seqNum: 0n,
    cond: xdr.Preconditions.precondTime(
      new xdr.TimeBounds({
        minTime: secondsOf(challenge.validFrom),
        maxTime: secondsOf(challenge.lapsesAt),
      }),
    ),
    memo: memo === undefined ? xdr.Memo.memoNone() : xdr.Memo.memoId(BigInt(memo)),
    operations,
    ext: xdr.TransactionExt.v0(),
  })
}

const secondsOf = (date: Date): bigint => BigInt(Math.floor(date.getTime() / 1_000))

const nonce = (): string => randomBytes(48).toString('base64')

const dataEntry = (source: xdr.MuxedAccount, name: string, value: string): xdr.Operation =>
  new xdr.Operation({
    sourceAccount: source,
    body: xdr.OperationBody.manageData(
      new xdr.ManageDataOp({ dataName: name, dataValue: new xdr.DataValue(Buffer.from(value)) }),
    ),
  })

interface Decoded {
  readonly bytes: Uint8Array
  readonly envelope: xdr.TransactionV1Envelope
}

/** Standard or URL-safe base64 of exactly one plain transaction envelope; the SDK throws on the rest. */
function decode(text: string): Decoded | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined
  try {
    const bytes = Buffer.from(text, 'base64')
    const decoded = xdr.TransactionEnvelope.fromXdr(bytes)
    if (decoded.type !== 'envelopeTypeTx' || decoded.value.tx.ext.type !== 'v0') return undefined
    return { bytes, envelope: decoded.value }
  } catch {
    return undefined
  }
}

/**
 * The transaction as it was sent: between the kind of envelope and the signatures. The SDK reads no
 * other encoding of a value than the one it writes, so there is no need to encode it again.
 */
function bytesOf({ bytes, envelope }: Decoded): Uint8Array {
  const lengths = envelope.signatures.map(({ signature }) => 8 + padded(signature.value.length))
  const ofSignatures = lengths.reduce((sum, length) => sum + length, 4)
  return bytes.subarray(envelopeKind.length, bytes.length - ofSignatures)
}

const padded = (length: number): number => Math.ceil(length / 4) * 4

function toTransaction(
  { envelope: { tx, signatures } }: Decoded,
  signed: Uint8Array,
): ChallengeTransaction {
  const memo = readMemo(tx.memo)
  return {
    hash: signed,
    source: encodeMuxedAccountToAddress(tx.sourceAccount),
    sequence: tx.seqNum,
    operations: tx.operations.map(toOperation),
    signatures: signatures.map(({ hint, signature }) => ({
      hint: hint.value,
      signature: signature.value,
    })),
    ...(tx.cond.type === 'precondTime' && {
      timeBounds: { min: tx.cond.timeBounds.minTime, max: tx.cond.timeBounds.maxTime },
    }),
    ...(memo !== undefined && { memo }),
  }
}

function readMemo(memo: xdr.Memo): ChallengeTransaction['memo'] {
  if (memo.type === 'memoNone') return undefined
  return memo.type === 'memoId' ? { id: memo.id.toString() } : 'not_an_id'
}

function toOperation({ sourceAccount, body }: xdr.Operation): ChallengeOperation {
  const source = sourceAccount && { source: encodeMuxedAccountToAddress(sourceAccount) }
  if (body.type !== 'manageData') return { ...source }
  const { dataName, dataValue } = body.manageDataOp
  return {
    ...source,
    data: {
      name: textOf(dataName.bytes),
      ...(dataValue && { value: textOf(dataValue.value) }),
    },
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
