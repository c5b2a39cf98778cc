import { availableBalance } from './balance.ts'
import type { AccountEntry, Entry, EntryKey } from './entries.ts'
import { entryKey } from './entries.ts'
import type { LedgerState } from './state.ts'

/** Who pays for the existence of an entry: its owner, or a sponsor (SBX-18, SBX-49). */

export const mostSubentries = 1000

export type ReserveRefusal = 'low_reserve' | 'too_many_subentries' | 'too_many_sponsoring'

/** Open sponsorships of the transaction: sponsored account → sponsor. */
export type Sponsorships = ReadonlyMap<string, string>

const mostSponsoring = 4294967295

export function reservesOf(entry: Entry): number {
  switch (entry.type) {
    case 'account':
      return 2
    case 'claimable_balance':
      return entry.claimants.length
    case 'trustline':
    case 'data':
    case 'offer':
      return 1
  }
}

const isSubentry = (entry: Entry): boolean =>
  entry.type !== 'account' && entry.type !== 'claimable_balance'

interface Creation {
  readonly entry: Entry
  /** The account it belongs to; for a new account, the account itself. */
  readonly owner: string
  readonly sponsorships: Sponsorships
}

/** Stores a new entry and books its reserve, or says why that cannot be paid for. */
export function createEntry(state: LedgerState, creation: Creation): ReserveRefusal | undefined {
  const { entry, owner, sponsorships } = creation
  const sponsor =
    sponsorships.get(owner) ?? (entry.type === 'claimable_balance' ? owner : undefined)
  const refusal = sponsor === undefined ? unsponsored(state, creation) : undefined
  if (refusal !== undefined) return refusal
  if (sponsor === undefined) {
    state.put(entry)
    if (isSubentry(entry)) changeCounters(state, owner, { subentries: reservesOf(entry) })
    return undefined
  }
  return createSponsored(state, creation, sponsor)
}

function unsponsored(state: LedgerState, creation: Creation): ReserveRefusal | undefined {
  const { entry, owner } = creation
  const { baseReserve } = state.circumstances
  if (entry.type === 'account') {
    return entry.balance < 2n * baseReserve ? 'low_reserve' : undefined
  }
  const account = accountIn(state, owner)
  if (account.subentries > mostSubentries - reservesOf(entry)) {
    return 'too_many_subentries'
  }
  return canPay(account, reservesOf(entry), baseReserve) ? undefined : 'low_reserve'
}

function createSponsored(
  state: LedgerState,
  { entry, owner }: Creation,
  sponsor: string,
): ReserveRefusal | undefined {
  const reserves = reservesOf(entry)
  if (isSubentry(entry) && accountIn(state, owner).subentries > mostSubentries - reserves) {
    return 'too_many_subentries'
  }
  const refusal = sponsorRefusal(state, sponsor, reserves)
  if (refusal !== undefined) return refusal
  changeCounters(state, sponsor, { sponsoring: reserves })
  if (entry.type === 'account') {
    state.put({ ...entry, sponsor, sponsored: entry.sponsored + reserves })
    return undefined
  }
  state.put({ ...entry, sponsor })
  if (isSubentry(entry)) {
    changeCounters(state, owner, { subentries: reserves, sponsored: reserves })
  }
  return undefined
}

export function sponsorRefusal(
  state: LedgerState,
  sponsor: string,
  reserves: number,
): ReserveRefusal | undefined {
  const account = accountIn(state, sponsor)
  if (!canPay(account, reserves, state.circumstances.baseReserve)) return 'low_reserve'
  const carried = account.sponsoring + account.subentries + reserves
  return carried > mostSponsoring ? 'too_many_sponsoring' : undefined
}

export const canPay = (account: AccountEntry, reserves: number, baseReserve: bigint): boolean =>
  availableBalance(account, baseReserve) >= BigInt(reserves) * baseReserve

/** Removes an entry and gives its reserve back to whoever paid it. */
export function removeEntry(state: LedgerState, entry: Entry, owner: string): void {
  const key: EntryKey = entryKey(entry)
  const reserves = reservesOf(entry)
  state.remove(key)
  const sponsored = entry.sponsor === undefined ? 0 : reserves
  if (entry.sponsor !== undefined) changeCounters(state, entry.sponsor, { sponsoring: -reserves })
  if (isSubentry(entry)) {
    changeCounters(state, owner, { subentries: -reserves, sponsored: -sponsored })
  }
}

interface CounterChange {
  readonly subentries?: number
  readonly sponsoring?: number
  readonly sponsored?: number
}

export function changeCounters(state: LedgerState, id: string, change: CounterChange): void {
  const account = accountIn(state, id)
  state.put({
    ...account,
    subentries: account.subentries + (change.subentries ?? 0),
    sponsoring: account.sponsoring + (change.sponsoring ?? 0),
    sponsored: account.sponsored + (change.sponsored ?? 0),
  })
}

/** Stamps an account that an operation has to do with although nothing in it changes. */
export const touchAccount = (state: LedgerState, id: string): void =>
  state.put(accountIn(state, id))

/** An account that the rules say must be there. */
export function accountIn(state: LedgerState, id: string): AccountEntry {
  const account = state.account(id)
  if (account === undefined) throw new Error(`the ledger lost account ${id}`)
  return account
}
