import type { AssetKey, Entry, EntryKey } from './entries.ts'

/** Which entries belong to an account, and which offers make up a book. */
export interface EntryIndex {
  add(key: EntryKey, entry: Entry): void
  drop(key: EntryKey, entry: Entry): void
  ofOwner(account: string): Iterable<EntryKey>
  countOf(account: string): number
  ofBook(selling: AssetKey, buying: AssetKey): Iterable<EntryKey>
  clear(): void
}

export function createEntryIndex(): EntryIndex {
  const byOwner = new Map<string, Set<EntryKey>>()
  const byBook = new Map<string, Set<EntryKey>>()
  return {
    add(key, entry) {
      const owner = subentryOwner(entry)
      if (owner !== undefined) addTo(byOwner, owner, key)
      if (entry.type === 'offer') addTo(byBook, bookKey(entry.selling, entry.buying), key)
    },
    drop(key, entry) {
      const owner = subentryOwner(entry)
      if (owner !== undefined) dropFrom(byOwner, owner, key)
      if (entry.type === 'offer') dropFrom(byBook, bookKey(entry.selling, entry.buying), key)
    },
    ofOwner: (account) => byOwner.get(account) ?? [],
    countOf: (account) => byOwner.get(account)?.size ?? 0,
    ofBook: (selling, buying) => byBook.get(bookKey(selling, buying)) ?? [],
    clear() {
      byOwner.clear()
      byBook.clear()
    },
  }
}

const bookKey = (selling: AssetKey, buying: AssetKey): string => `${selling}>${buying}`

function subentryOwner(entry: Entry): string | undefined {
  switch (entry.type) {
    case 'trustline':
    case 'data':
      return entry.account
    case 'offer':
      return entry.seller
    case 'account':
    case 'claimable_balance':
      return undefined
  }
}

function addTo(index: Map<string, Set<EntryKey>>, name: string, key: EntryKey): void {
  const keys = index.get(name)
  if (keys === undefined) index.set(name, new Set([key]))
  else keys.add(key)
}

function dropFrom(index: Map<string, Set<EntryKey>>, name: string, key: EntryKey): void {
  const keys = index.get(name)
  keys?.delete(key)
  if (keys?.size === 0) index.delete(name)
}
