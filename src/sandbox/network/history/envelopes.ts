import { xdr } from '@stellar/stellar-sdk'

/** The parts of an envelope that Horizon shows, whether it was bumped or not. */
export interface EnvelopeParts {
  readonly inner: xdr.Transaction
  readonly innerSignatures: readonly xdr.DecoratedSignature[]
  /** Present for a fee bump. */
  readonly bump?: {
    readonly feeSource: xdr.MuxedAccount
    readonly fee: bigint
    readonly signatures: readonly xdr.DecoratedSignature[]
  }
}

export function partsOf(envelope: xdr.TransactionEnvelope): EnvelopeParts {
  switch (envelope.type) {
    case 'envelopeTypeTx':
      return { inner: envelope.v1.tx, innerSignatures: envelope.v1.signatures }
    case 'envelopeTypeTxFeeBump': {
      const { tx, signatures } = envelope.feeBump
      return {
        inner: tx.innerTx.v1.tx,
        innerSignatures: tx.innerTx.v1.signatures,
        bump: { feeSource: tx.feeSource, fee: tx.fee, signatures },
      }
    }
    case 'envelopeTypeTxV0':
      throw new Error('a ledger holds no version 0 envelopes: they are converted on the way in')
  }
}

/** Neighbours in a list often come from one transaction: it is decoded once for all of them. */
export function createPartsReader(): (envelopeXdr: string) => EnvelopeParts {
  let last: { envelopeXdr: string; parts: EnvelopeParts } | undefined
  return (envelopeXdr) => {
    if (last?.envelopeXdr !== envelopeXdr) last = { envelopeXdr, parts: decodeParts(envelopeXdr) }
    return last.parts
  }
}

export function decodeParts(envelopeXdr: string): EnvelopeParts {
  return partsOf(xdr.TransactionEnvelope.fromXdr(envelopeXdr, 'base64'))
}
