import type { AccountEntry, Signer, TrustLineEntry } from '../../ledger/entries.ts'
import { amountWords, assetOrder, assetWords } from '../../history/assets.ts'
import type { StateView } from '../../history/state.ts'
import { link, PAGED } from './links.ts'
import { timeWords } from '../../history/times.ts'

export interface AccountContext {
  readonly origin: string
  readonly state: StateView
  readonly closeTime: (ledger: number) => bigint
}

export function accountRecord(account: AccountEntry, context: AccountContext): object {
  const { origin, state, closeTime } = context
  return {
    _links: accountLinks(origin, account.id),
    id: account.id,
    account_id: account.id,
    sequence: account.sequence.toString(),
    ...(account.sequenceLedger === 0
      ? {}
      : {
          sequence_ledger: account.sequenceLedger,
          sequence_time: account.sequenceTime.toString(),
        }),
    subentry_count: account.subentries,
    ...(account.inflationDestination === undefined
      ? {}
      : { inflation_destination: account.inflationDestination }),
    ...(account.homeDomain === '' ? {} : { home_domain: account.homeDomain }),
    last_modified_ledger: account.lastModifiedLedger,
    last_modified_time: timeWords(closeTime(account.lastModifiedLedger)),
    thresholds: {
      low_threshold: account.thresholds.low,
      med_threshold: account.thresholds.medium,
      high_threshold: account.thresholds.high,
    },
    flags: flagWords(account.flags),
    balances: balances(account, state),
    signers: signerWords(account),
    data: Object.fromEntries(
      state
        .data(account.id)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((entry) => [entry.name, Buffer.from(entry.value).toString('base64')]),
    ),
    num_sponsoring: account.sponsoring,
    num_sponsored: account.sponsored,
    ...(account.sponsor === undefined ? {} : { sponsor: account.sponsor }),
    paging_token: account.id,
  }
}

function accountLinks(origin: string, id: string) {
  const own = `/accounts/${id}`
  return {
    self: link(origin, own),
    transactions: link(origin, `${own}/transactions${PAGED}`),
    operations: link(origin, `${own}/operations${PAGED}`),
    payments: link(origin, `${own}/payments${PAGED}`),
    effects: link(origin, `${own}/effects${PAGED}`),
    offers: link(origin, `${own}/offers${PAGED}`),
    trades: link(origin, `${own}/trades${PAGED}`),
    data: link(origin, `${own}/data/{key}`),
  }
}

export function flagWords(flags: number): Record<string, boolean> {
  return {
    auth_required: (flags & 1) !== 0,
    auth_revocable: (flags & 2) !== 0,
    auth_immutable: (flags & 4) !== 0,
    auth_clawback_enabled: (flags & 8) !== 0,
  }
}

function byCodeAndIssuer(a: TrustLineEntry, b: TrustLineEntry): number {
  return assetOrder(a.asset) < assetOrder(b.asset) ? -1 : 1
}

/** Credit lines by code and issuer, native last. */
function balances(account: AccountEntry, state: StateView): object[] {
  return [
    ...state.trustLines(account.id).toSorted(byCodeAndIssuer).map(trustLineWords),
    {
      balance: amountWords(account.balance),
      buying_liabilities: amountWords(account.liabilities.buying),
      selling_liabilities: amountWords(account.liabilities.selling),
      asset_type: 'native',
    },
  ]
}

function trustLineWords(line: TrustLineEntry): object {
  return {
    balance: amountWords(line.balance),
    limit: amountWords(line.limit),
    buying_liabilities: amountWords(line.liabilities.buying),
    selling_liabilities: amountWords(line.liabilities.selling),
    ...(line.sponsor === undefined ? {} : { sponsor: line.sponsor }),
    last_modified_ledger: line.lastModifiedLedger,
    is_authorized: (line.flags & 1) !== 0,
    is_authorized_to_maintain_liabilities: (line.flags & 3) !== 0,
    ...((line.flags & 4) === 0 ? {} : { is_clawback_enabled: true }),
    ...assetWords(line.asset),
  }
}

const SIGNER_TYPES: Readonly<Record<string, string>> = {
  G: 'ed25519_public_key',
  X: 'sha256_hash',
  T: 'preauth_tx',
  P: 'ed25519_signed_payload',
}

/** Sorted by key; the master key is listed in its place, or last when it was disabled. */
function signerWords(account: AccountEntry): object[] {
  const master: Signer = { key: account.id, weight: account.thresholds.master }
  const listed = master.weight > 0 ? [...account.signers, master] : [...account.signers]
  const sorted = listed.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  return (master.weight > 0 ? sorted : [...sorted, master]).map((signer) => ({
    weight: signer.weight,
    key: signer.key,
    type: SIGNER_TYPES[signer.key.charAt(0)] ?? 'ed25519_public_key',
    ...(signer.sponsor === undefined ? {} : { sponsor: signer.sponsor }),
  }))
}
