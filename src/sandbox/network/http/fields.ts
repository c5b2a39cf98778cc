import { StrKey } from '@stellar/stellar-sdk'
import type { Exchange } from './exchange.ts'
import { badField } from './problem.ts'

/** Reading path and query fields, with the refusal Horizon gives for a wrong one. */

export function accountField(text: string | undefined, field = 'account_id'): string {
  if (text === undefined || !StrKey.isValidEd25519PublicKey(text)) {
    throw badField(field, 'Account ID must start with `G` and contain 56 alphanum characters')
  }
  return text
}

const HASH = /^[0-9a-f]{64}$/

export function hashField(text: string | undefined): string {
  if (text === undefined || !HASH.test(text)) {
    throw badField('tx_id', 'Transaction hash must be a hex-encoded, lowercase SHA-256 hash')
  }
  return text
}

export function ledgerField(text: string | undefined): number {
  if (
    text === undefined ||
    !/^\d{1,10}$/.test(text) ||
    Number(text) > 2 ** 31 - 1 ||
    text === '0'
  ) {
    throw badField('ledger_id', 'Ledger ID must be an integer higher than 0')
  }
  return Number(text)
}

export function idField(text: string | undefined, field = 'id'): bigint {
  if (text === undefined || !/^\d{1,19}$/.test(text) || BigInt(text) >= 2n ** 63n) {
    throw badField(field, 'Operation ID must be an integer higher than 0')
  }
  return BigInt(text)
}

export function flagField({ query }: Exchange, field: string): boolean {
  const text = query.get(field)
  if (text === null || text === '' || text === 'false') return false
  if (text === 'true') return true
  throw badField(field, `${field}: say true or false`)
}

const ASSET = /^[A-Za-z0-9]{1,12}:G[A-Z2-7]{55}$/

export function assetField(text: string | null, field = 'asset'): string {
  const issuer = text?.split(':')[1]
  if (text === null || !ASSET.test(text) || !StrKey.isValidEd25519PublicKey(issuer ?? '')) {
    throw badField(
      field,
      'Asset must be the string "native" or a string of the form "Code:IssuerAccountID" for issued assets.',
    )
  }
  return text
}
