import { createHash, randomBytes } from 'node:crypto'
import {
  decodeAddressToMuxedAccount,
  encodeMuxedAccountToAddress,
  xdr,
} from '@stellar/stellar-sdk/base'
import type { ChallengeOperation, ChallengeTransaction } from '../../domain/client/challenge.ts'
import { publicKeyOf } from '../../domain/client/account-address.ts'
import type {
  ChallengeTransactions,
  NewChallenge,
} from '../../usecases/ports/challenge-transactions.ts'
import type { SignatureJudge, SigningKey } from './ed25519.ts'

export interface ChallengeTransactionsParts {
  readonly signingKey: SigningKey
  readonly networkPassphrase: string
  readonly isSignature: SignatureJudge
}

/** Challenges as transactions: XDR by the SDK, hash and signatures by node:crypto. */
export function challengeTransactions(parts: ChallengeTransactionsParts): ChallengeTransactions {
  const { signingKey, networkPassphrase, isSignature } = parts
  // What is signed: the network, the kind of envelope (2: a transaction), the transaction.
  const prefix = Buffer.concat([
    createHash('sha256').update(networkPassphrase).digest(),
    Uint8Array.of(0, 0, 0, 2),
  ])
  const hint = Uint8Array.from(publicKeyOf(signingKey.account)?.slice(-4) ?? [])
  const hashOf = (transaction: xdr.Transaction) =>
    createHash('sha256').update(prefix).update(transaction.toXdr()).digest()
  return {
    serverAccount: signingKey.account,
    write(challenge) {
      const tx = describe(challenge, signingKey.account)
      const signature = new xdr.DecoratedSignature({
        hint,
        signature: signingKey.sign(hashOf(tx)),
      })
      const signed = new xdr.TransactionV1Envelope({ tx, signatures: [signature] })
      return Buffer.from(xdr.TransactionEnvelope.envelopeTypeTx(signed).toXdr()).toString('base64')
    },
    read(envelope) {
      const signed = decode(envelope)
      return signed === undefined ? undefined : toTransaction(signed, hashOf(signed.tx))
    },
    signedBy:
      ({ hash }) =>
      (account, signature) =>
        isSignature(account, hash, signature),
  }
}

function describe(challenge: NewChallenge, server: string): xdr.Transaction {
  const { homeDomain, webAuthDomain, clientDomain, memo } = challenge
  const operations = [
    dataEntry(challenge.account, `${homeDomain} auth`, randomBytes(48).toString('base64')),
    dataEntry(server, 'web_auth_domain', webAuthDomain),
    ...(clientDomain === undefined
      ? []
      : [dataEntry(clientDomain.account, 'client_domain', clientDomain.domain)]),
  ]
  return new xdr.Transaction({
    sourceAccount: decodeAddressToMuxedAccount(server),
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

const dataEntry = (source: string, name: string, value: string): xdr.Operation =>
  new xdr.Operation({
    sourceAccount: decodeAddressToMuxedAccount(source),
    body: xdr.OperationBody.manageData(
      new xdr.ManageDataOp({ dataName: name, dataValue: new xdr.DataValue(Buffer.from(value)) }),
    ),
  })

/** Standard or URL-safe base64 of exactly one plain transaction envelope; the SDK throws on the rest. */
function decode(envelope: string): xdr.TransactionV1Envelope | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(envelope)) return undefined
  try {
    const decoded = xdr.TransactionEnvelope.fromXdr(Buffer.from(envelope, 'base64'))
    if (decoded.type !== 'envelopeTypeTx' || decoded.value.tx.ext.type !== 'v0') return undefined
    return decoded.value
  } catch {
    return undefined
  }
}

function toTransaction(
  { tx, signatures }: xdr.TransactionV1Envelope,
  hash: Uint8Array,
): ChallengeTransaction {
  const memo = readMemo(tx.memo)
  return {
    hash,
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
