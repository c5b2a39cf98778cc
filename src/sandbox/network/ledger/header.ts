import { createHash } from 'node:crypto'
import { hash, xdr } from '@stellar/stellar-sdk'
import type { AppliedTransaction, ClosedLedger } from './closed-ledger.ts'
import { hex } from './envelope.ts'
import type { LedgerHead, Upgrades } from './ledger-surface.ts'

/** The header of a ledger and the chain of hashes it is part of (SBX-37). */

interface HeaderParts {
  readonly head: Omit<LedgerHead, 'hash'>
  readonly previousHash: string
  /** Digest of all state; stands where the real network has its bucket list. */
  readonly stateHash: string
  readonly transactions: readonly AppliedTransaction[]
  readonly upgrades?: Upgrades | undefined
}

const noHash = '0'.repeat(64)

export function closedLedger(parts: HeaderParts): ClosedLedger {
  const header = headerOf(parts)
  return {
    sequence: parts.head.sequence,
    hash: hex(hash(header.toXdr())),
    previousHash: parts.previousHash,
    closeTime: parts.head.closeTime,
    header,
    transactions: parts.transactions,
  }
}

function headerOf({
  head,
  previousHash,
  stateHash,
  transactions,
  upgrades = {},
}: HeaderParts): xdr.LedgerHeader {
  return new xdr.LedgerHeader({
    ledgerVersion: head.protocolVersion,
    previousLedgerHash: bytes(previousHash),
    scpValue: new xdr.StellarValue({
      txSetHash: setHash(previousHash, transactions),
      closeTime: head.closeTime,
      upgrades: upgradesIn(upgrades).map((upgrade) => upgrade.toXdr()),
      ext: xdr.StellarValueExt.stellarValueBasic(),
    }),
    txSetResultHash: resultHash(transactions),
    bucketListHash: bytes(stateHash),
    ledgerSeq: head.sequence,
    totalCoins: head.totalCoins,
    feePool: head.feePool,
    inflationSeq: 0,
    idPool: head.idPool,
    baseFee: Number(head.baseFee),
    baseReserve: Number(head.baseReserve),
    maxTxSetSize: head.maxTxSetSize,
    skipList: [noHash, noHash, noHash, noHash].map(bytes),
    ext: xdr.LedgerHeaderExt.v0(),
  })
}

/** In the order in which the real network applies them. */
function upgradesIn({ baseFee, maxTxSetSize, baseReserve }: Upgrades): xdr.LedgerUpgrade[] {
  return [
    baseFee === undefined ? [] : [xdr.LedgerUpgrade.ledgerUpgradeBaseFee(Number(baseFee))],
    maxTxSetSize === undefined ? [] : [xdr.LedgerUpgrade.ledgerUpgradeMaxTxSetSize(maxTxSetSize)],
    baseReserve === undefined
      ? []
      : [xdr.LedgerUpgrade.ledgerUpgradeBaseReserve(Number(baseReserve))],
  ].flat()
}

function setHash(previousHash: string, transactions: readonly AppliedTransaction[]): Uint8Array {
  const digest = createHash('sha256').update(bytes(previousHash))
  for (const { submitted } of transactions) digest.update(submitted.xdr.toXdr())
  return digest.digest()
}

function resultHash(transactions: readonly AppliedTransaction[]): Uint8Array {
  const digest = createHash('sha256')
  for (const { hash: id, result } of transactions) digest.update(bytes(id)).update(result.toXdr())
  return digest.digest()
}

const bytes = (digits: string): Uint8Array => Buffer.from(digits, 'hex')

export const firstPreviousHash = noHash
