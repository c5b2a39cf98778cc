import type { AccountEntry, ClaimPredicate, Entry, Liabilities, Signer } from '../ledger/entries.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { EntryForm, JsonForm, StateForm } from './scenario-form.ts'

/** The state of a ledger in the words of a vectors file: names for addresses, no defaults. */

export interface Names {
  /** Also inside an asset key. */
  readonly of: (address: string) => string
}

export function namesFrom(keys: Readonly<Record<string, string>>, root: string): Names {
  const byAddress = new Map(Object.entries(keys).map(([name, address]) => [address, name]))
  byAddress.set(root, 'root')
  const one = (address: string): string => byAddress.get(address) ?? address
  return { of: (text) => text.split(':').map(one).join(':') }
}

const defaultHeader: EntryForm = {
  baseFee: 100,
  baseReserve: 5000000,
  maxTxSetSize: 1000,
  idPool: '0',
}

export function stateForm(ledger: Ledger, names: Names): StateForm {
  const { head } = ledger
  const header = {
    ledgerSeq: head.sequence,
    feePool: String(head.feePool),
    baseFee: Number(head.baseFee),
    baseReserve: Number(head.baseReserve),
    maxTxSetSize: head.maxTxSetSize,
    idPool: String(head.idPool),
  }
  return {
    header: without(header, defaultHeader),
    entries: [...ledger.entries()].map((entry) => entryForm(entry, names)),
  }
}

function entryForm(entry: Entry, names: Names): EntryForm {
  const stored = {
    lastModified: entry.lastModifiedLedger,
    sponsor: entry.sponsor === undefined ? '' : names.of(entry.sponsor),
  }
  return without({ ...formByType(entry, names), ...stored }, defaultEntry)
}

const defaultEntry: EntryForm = {
  flags: 0,
  subentries: 0,
  homeDomain: '',
  buyingLiabilities: '0',
  sellingLiabilities: '0',
  numSponsored: 0,
  numSponsoring: 0,
  seqLedger: 0,
  seqTime: '0',
  signers: [],
  thresholds: [1, 0, 0, 0],
  sponsor: '',
  inflationDest: '',
}

function formByType(entry: Entry, names: Names): EntryForm {
  switch (entry.type) {
    case 'account':
      return accountForm(entry, names)
    case 'trustline':
      return {
        type: 'trustline',
        account: names.of(entry.account),
        asset: names.of(entry.asset),
        balance: String(entry.balance),
        limit: String(entry.limit),
        flags: entry.flags,
        ...liabilitiesForm(entry.liabilities),
      }
    case 'data':
      return {
        type: 'data',
        account: names.of(entry.account),
        name: entry.name,
        value: Buffer.from(entry.value).toString('base64'),
      }
    case 'offer':
      return {
        type: 'offer',
        seller: names.of(entry.seller),
        offerId: String(entry.id),
        selling: names.of(entry.selling),
        buying: names.of(entry.buying),
        amount: String(entry.amount),
        price: { n: entry.price.n, d: entry.price.d },
        flags: entry.flags,
      }
    case 'claimable_balance':
      return {
        type: 'claimableBalance',
        balanceId: entry.id,
        asset: names.of(entry.asset),
        amount: String(entry.amount),
        claimants: entry.claimants.map(({ destination, predicate }) => ({
          destination: names.of(destination),
          predicate: predicateForm(predicate),
        })),
        flags: entry.flags,
      }
  }
}

function accountForm(entry: AccountEntry, names: Names): EntryForm {
  const { master, low, medium, high } = entry.thresholds
  return {
    type: 'account',
    id: names.of(entry.id),
    balance: String(entry.balance),
    seq: String(entry.sequence),
    seqLedger: entry.sequenceLedger,
    seqTime: String(entry.sequenceTime),
    subentries: entry.subentries,
    flags: entry.flags,
    thresholds: [master, low, medium, high],
    signers: entry.signers.map((signer) => signerForm(signer, names)),
    homeDomain: entry.homeDomain,
    inflationDest:
      entry.inflationDestination === undefined ? '' : names.of(entry.inflationDestination),
    numSponsoring: entry.sponsoring,
    numSponsored: entry.sponsored,
    ...liabilitiesForm(entry.liabilities),
  }
}

const signerForm = ({ key, weight, sponsor }: Signer, names: Names): EntryForm => ({
  key: names.of(key),
  weight,
  ...(sponsor !== undefined && { sponsor: names.of(sponsor) }),
})

const liabilitiesForm = ({ buying, selling }: Liabilities): EntryForm => ({
  buyingLiabilities: String(buying),
  sellingLiabilities: String(selling),
})

function predicateForm(predicate: ClaimPredicate): JsonForm {
  switch (predicate.type) {
    case 'unconditional':
      return { unconditional: true }
    case 'before':
      return { absBefore: String(predicate.epoch) }
    case 'not':
      return { not: predicateForm(predicate.of) }
    case 'and':
    case 'or':
      return { [predicate.type]: predicate.of.map(predicateForm) }
  }
}

function without(form: EntryForm, defaults: EntryForm): EntryForm {
  const told = Object.entries(form).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]),
  )
  return Object.fromEntries(told)
}
