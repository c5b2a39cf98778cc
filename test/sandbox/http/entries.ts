import type {
  AccountEntry,
  ClaimableBalanceEntry,
  DataEntry,
  OfferEntry,
  TrustLineEntry,
} from '../../../src/sandbox/network/ledger/entries.ts'

/** Entries of a ledger, each field as plain as it can be; a test names what it is about. */

const liabilities = { buying: 0n, selling: 0n }

export const account = (id: string, with_: Partial<AccountEntry> = {}): AccountEntry => ({
  type: 'account',
  id,
  balance: 0n,
  sequence: 0n,
  sequenceLedger: 0,
  sequenceTime: 0n,
  subentries: 0,
  flags: 0,
  thresholds: { master: 1, low: 0, medium: 0, high: 0 },
  signers: [],
  homeDomain: '',
  liabilities,
  sponsoring: 0,
  sponsored: 0,
  lastModifiedLedger: 1,
  ...with_,
})

export const line = (
  owner: string,
  asset: string,
  with_: Partial<TrustLineEntry> = {},
): TrustLineEntry => ({
  type: 'trustline',
  account: owner,
  asset,
  balance: 0n,
  limit: 1n,
  flags: 1,
  liabilities,
  lastModifiedLedger: 1,
  ...with_,
})

export const data = (owner: string, name: string, with_: Partial<DataEntry> = {}): DataEntry => ({
  type: 'data',
  account: owner,
  name,
  value: Buffer.from(name),
  lastModifiedLedger: 1,
  ...with_,
})

export const offer = (id: bigint, with_: Partial<OfferEntry> = {}): OfferEntry => ({
  type: 'offer',
  id,
  seller: 'nobody',
  selling: 'native',
  buying: 'native',
  amount: 10_000_000n,
  price: { n: 1, d: 1 },
  flags: 0,
  lastModifiedLedger: 1,
  ...with_,
})

export const balance = (
  id: string,
  with_: Partial<ClaimableBalanceEntry> = {},
): ClaimableBalanceEntry => ({
  type: 'claimable_balance',
  id: `00000000${id.padStart(64, '0')}`,
  asset: 'native',
  amount: 10_000_000n,
  claimants: [],
  flags: 0,
  lastModifiedLedger: 1,
  ...with_,
})
