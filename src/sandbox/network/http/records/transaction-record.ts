import type { xdr } from '@stellar/stellar-sdk'
import { namedAccount, signerAddress } from '../../history/addresses.ts'
import { decodeParts } from '../../history/envelopes.ts'
import type { EnvelopeParts } from '../../history/envelopes.ts'
import type { StoredTransaction } from '../../history/stored.ts'
import { link, neighbours, PAGED } from './links.ts'
import { muxedField } from '../../history/read-operation.ts'
import { timeWords } from '../../history/times.ts'

export interface TransactionContext {
  readonly origin: string
  /** The hash the reader asked by: outer or inner, echoed as `hash` and `id`. */
  readonly askedHash?: string
  readonly withMeta: boolean
}

const EMPTY_META = 'AAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
const NO_CHANGES = 'AAAAAA=='

export function transactionRecord(
  transaction: StoredTransaction,
  context: TransactionContext,
  parts: EnvelopeParts = decodeParts(transaction.envelopeXdr),
): object {
  const hash = context.askedHash ?? transaction.hash
  const token = transaction.id.toString()
  const source = namedAccount(parts.inner.sourceAccount)
  const feeSource = parts.bump ? namedAccount(parts.bump.feeSource) : source
  return {
    _links: transactionLinks(context.origin, transaction, { hash, token }),
    id: hash,
    paging_token: token,
    successful: transaction.successful,
    hash,
    ledger: transaction.ledger.sequence,
    created_at: timeWords(transaction.ledger.closeTime),
    source_account: source.account,
    ...muxedField('account', source),
    source_account_sequence: parts.inner.seqNum.toString(),
    fee_account: feeSource.account,
    ...muxedField('fee_account', feeSource),
    fee_charged: transaction.feeCharged.toString(),
    max_fee: (parts.bump?.fee ?? BigInt(parts.inner.fee)).toString(),
    operation_count: parts.inner.operations.length,
    envelope_xdr: transaction.envelopeXdr,
    result_xdr: transaction.resultXdr,
    ...(context.withMeta ? { result_meta_xdr: EMPTY_META } : {}),
    fee_meta_xdr: NO_CHANGES,
    ...memoWords(parts.inner.memo),
    signatures: shownSignatures(parts, transaction, hash),
    ...preconditionWords(parts.inner.cond),
    ...bumpWords(parts, transaction),
  }
}

function transactionLinks(
  origin: string,
  transaction: StoredTransaction,
  { hash, token }: { hash: string; token: string },
) {
  const own = `/transactions/${hash}`
  return {
    self: link(origin, own),
    account: link(origin, `/accounts/${transaction.source}`),
    ledger: link(origin, `/ledgers/${transaction.ledger.sequence}`),
    operations: link(origin, `${own}/operations${PAGED}`),
    effects: link(origin, `${own}/effects${PAGED}`),
    ...neighbours(origin, '/transactions', token),
    transaction: link(origin, own),
  }
}

/** Text keeps its exact bytes beside the readable form; hashes are base64, not hex. */
export function memoWords(memo: xdr.Memo): object {
  switch (memo.type) {
    case 'memoNone':
      return { memo_type: 'none' }
    case 'memoText':
      return {
        memo_type: 'text',
        memo: Buffer.from(memo.text.bytes).toString('utf8').replaceAll('\0', '\uFFFD'),
        memo_bytes: base64(memo.text.bytes),
      }
    case 'memoId':
      return { memo_type: 'id', memo: memo.id.toString() }
    case 'memoHash':
      return { memo_type: 'hash', memo: base64(memo.hash.value) }
    case 'memoReturn':
      return { memo_type: 'return', memo: base64(memo.retHash.value) }
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function signatureWords(signatures: readonly xdr.DecoratedSignature[]): string[] {
  return signatures.map(({ signature }) => base64(signature.value))
}

function shownSignatures(parts: EnvelopeParts, { innerHash }: StoredTransaction, asked: string) {
  const outer = parts.bump?.signatures ?? parts.innerSignatures
  return signatureWords(asked === innerHash ? parts.innerSignatures : outer)
}

function bumpWords(parts: EnvelopeParts, transaction: StoredTransaction): object {
  if (!parts.bump) return {}
  return {
    fee_bump_transaction: {
      hash: transaction.hash,
      signatures: signatureWords(parts.bump.signatures),
    },
    inner_transaction: {
      hash: transaction.innerHash,
      signatures: signatureWords(parts.innerSignatures),
      max_fee: parts.inner.fee.toString(),
    },
  }
}

function timeBoundWords(bounds: xdr.TimeBounds | null): object {
  if (!bounds) return {}
  return {
    timebounds: {
      min_time: bounds.minTime.toString(),
      ...(bounds.maxTime === 0n ? {} : { max_time: bounds.maxTime.toString() }),
    },
  }
}

function ledgerBoundWords(bounds: xdr.LedgerBounds | null): object {
  if (!bounds) return {}
  return {
    ledgerbounds: {
      min_ledger: bounds.minLedger,
      ...(bounds.maxLedger === 0 ? {} : { max_ledger: bounds.maxLedger }),
    },
  }
}

function preconditionWords(cond: xdr.Preconditions): object {
  switch (cond.type) {
    case 'precondNone':
      return {}
    case 'precondTime':
      return { preconditions: timeBoundWords(cond.timeBounds) }
    case 'precondV2': {
      const { v2 } = cond
      const words = {
        ...timeBoundWords(v2.timeBounds),
        ...ledgerBoundWords(v2.ledgerBounds),
        ...(v2.minSeqNum === null ? {} : { min_account_sequence: v2.minSeqNum.toString() }),
        ...(v2.minSeqAge === 0n ? {} : { min_account_sequence_age: v2.minSeqAge.toString() }),
        ...(v2.minSeqLedgerGap === 0
          ? {}
          : { min_account_sequence_ledger_gap: v2.minSeqLedgerGap }),
        ...(v2.extraSigners.length === 0
          ? {}
          : { extra_signers: v2.extraSigners.map(signerAddress) }),
      }
      return Object.keys(words).length === 0 ? {} : { preconditions: words }
    }
  }
}
