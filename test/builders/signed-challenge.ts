import { decodeAddressToMuxedAccount, Keypair, TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { passphrase } from './login.ts'

export const clientKey = Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(1))
export const otherKey = Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(2))
export const walletKey = Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(3))

/** The challenge with these signatures added, by the SDK as a wallet would. */
export function signed(envelope: string, ...keys: readonly Keypair[]): string {
  const transaction = TransactionBuilder.fromXDR(envelope, passphrase)
  for (const key of keys) transaction.sign(key)
  return transaction.toEnvelope().toXdr('base64')
}

/** The fields of a transaction in XDR, to be changed by a test. */
export type TransactionParts = ConstructorParameters<typeof xdr.Transaction>[0]

/** A challenge with changed fields, signed anew by these keys. */
export function forged(
  envelope: string,
  change: (transaction: xdr.Transaction) => Partial<TransactionParts>,
  ...keys: readonly Keypair[]
): string {
  const decoded = xdr.TransactionEnvelope.fromXdr(Buffer.from(envelope, 'base64'))
  if (decoded.type !== 'envelopeTypeTx') throw new Error('not a plain envelope')
  const { tx } = decoded.value
  const { sourceAccount, fee, seqNum, cond, memo, operations, ext } = tx
  const parts = { sourceAccount, fee, seqNum, cond, memo, operations, ext, ...change(tx) }
  const changed = new xdr.TransactionV1Envelope({ tx: new xdr.Transaction(parts), signatures: [] })
  const bytes = xdr.TransactionEnvelope.envelopeTypeTx(changed).toXdr()
  return keys.length === 0
    ? Buffer.from(bytes).toString('base64')
    : signed(Buffer.from(bytes).toString('base64'), ...keys)
}

/** A Manage Data operation; another kind with `bump`. */
export function dataEntry(source: string | undefined, name: string, value: string | null) {
  return new xdr.Operation({
    sourceAccount: source === undefined ? null : muxed(source),
    body: xdr.OperationBody.manageData(
      new xdr.ManageDataOp({
        dataName: name,
        dataValue: value === null ? null : new xdr.DataValue(Buffer.from(value)),
      }),
    ),
  })
}

export const bump = (source: string) =>
  new xdr.Operation({
    sourceAccount: muxed(source),
    body: xdr.OperationBody.bumpSequence(new xdr.BumpSequenceOp({ bumpTo: 1n })),
  })

export const muxed = (account: string) => decodeAddressToMuxedAccount(account)
