/** Ledger entries as the simulator keeps them. All quantities are bigint stroops (SBX-04, 14, 15, 16). */

/** `native` or `CODE:ISSUER`; the form is also the map key of an asset. */
export type AssetKey = string

export interface Liabilities {
  readonly buying: bigint
  readonly selling: bigint
}

export interface Signer {
  /** Strkey: G… (ed25519), X… (sha256 hash), T… (pre-authorised transaction), P… (signed payload). */
  readonly key: string
  readonly weight: number
  readonly sponsor?: string
}

export interface Thresholds {
  readonly master: number
  readonly low: number
  readonly medium: number
  readonly high: number
}

interface StoredEntry {
  readonly lastModifiedLedger: number
  readonly sponsor?: string
}

export interface AccountEntry extends StoredEntry {
  readonly type: 'account'
  readonly id: string
  readonly balance: bigint
  readonly sequence: bigint
  readonly sequenceLedger: number
  readonly sequenceTime: bigint
  readonly subentries: number
  readonly flags: number
  readonly thresholds: Thresholds
  readonly signers: readonly Signer[]
  readonly homeDomain: string
  readonly inflationDestination?: string
  readonly liabilities: Liabilities
  readonly sponsoring: number
  readonly sponsored: number
}

export interface TrustLineEntry extends StoredEntry {
  readonly type: 'trustline'
  readonly account: string
  readonly asset: AssetKey
  readonly balance: bigint
  readonly limit: bigint
  readonly flags: number
  readonly liabilities: Liabilities
}

export interface DataEntry extends StoredEntry {
  readonly type: 'data'
  readonly account: string
  readonly name: string
  readonly value: Uint8Array
}

export interface OfferEntry extends StoredEntry {
  readonly type: 'offer'
  readonly id: bigint
  readonly seller: string
  readonly selling: AssetKey
  readonly buying: AssetKey
  readonly amount: bigint
  readonly price: { readonly n: number; readonly d: number }
  readonly flags: number
}

/** Predicate with relative times already made absolute. */
export type ClaimPredicate =
  | { readonly type: 'unconditional' }
  | { readonly type: 'before'; readonly epoch: bigint }
  | { readonly type: 'not'; readonly of: ClaimPredicate }
  | { readonly type: 'and' | 'or'; readonly of: readonly [ClaimPredicate, ClaimPredicate] }

export interface ClaimableBalanceEntry extends StoredEntry {
  readonly type: 'claimable_balance'
  /** `00000000` + 64 hex digits, as Horizon prints it. */
  readonly id: string
  readonly asset: AssetKey
  readonly amount: bigint
  readonly claimants: readonly {
    readonly destination: string
    readonly predicate: ClaimPredicate
  }[]
  readonly flags: number
}

export type Entry = AccountEntry | TrustLineEntry | DataEntry | OfferEntry | ClaimableBalanceEntry

/** `account|G…`, `trustline|G…|CODE:ISSUER`, `data|G…|name`, `offer|id`, `claimable_balance|id`. */
export type EntryKey = string

export function entryKey(entry: Entry): EntryKey {
  switch (entry.type) {
    case 'account':
      return `account|${entry.id}`
    case 'trustline':
      return `trustline|${entry.account}|${entry.asset}`
    case 'data':
      return `data|${entry.account}|${entry.name}`
    case 'offer':
      return `offer|${entry.id}`
    case 'claimable_balance':
      return `claimable_balance|${entry.id}`
  }
}

/** One entry before and after; `before` absent: created, `after` absent: removed. */
export interface EntryChange {
  readonly key: EntryKey
  readonly before?: Entry
  readonly after?: Entry
}
