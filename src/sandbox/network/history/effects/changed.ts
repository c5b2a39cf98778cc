import type {
  AccountEntry,
  ClaimableBalanceEntry,
  DataEntry,
  Entry,
  EntryChange,
  TrustLineEntry,
} from '../../ledger/entries.ts'
import type { NamedAccount } from '../addresses.ts'
import { amountWords, assetWords } from '../assets.ts'
import type { Effect, EffectType } from './effect.ts'

/** Effects told by comparing entries before and after. */

interface Pair<T> {
  readonly before: T | undefined
  readonly after: T | undefined
}

function pairs<T extends AccountEntry | TrustLineEntry | DataEntry | ClaimableBalanceEntry>(
  type: T['type'],
  changes: readonly EntryChange[],
): Pair<T>[] {
  return changes
    .filter(({ before, after }) => (before ?? after)?.type === type)
    .map(({ before, after }) => ({
      before: before as T | undefined,
      after: after as T | undefined,
    }))
}

export const accountPairs = (changes: readonly EntryChange[]) =>
  pairs<AccountEntry>('account', changes)
export const linePairs = (changes: readonly EntryChange[]) =>
  pairs<TrustLineEntry>('trustline', changes)
export const dataPairs = (changes: readonly EntryChange[]) => pairs<DataEntry>('data', changes)
export const balancePairs = (changes: readonly EntryChange[]) =>
  pairs<ClaimableBalanceEntry>('claimable_balance', changes)

function suffix({ before, after }: Pair<unknown>): 'created' | 'removed' | 'updated' {
  if (before === undefined) return 'created'
  return after === undefined ? 'removed' : 'updated'
}

/** Signers with their weights, among them the account's own key while that has one. */
function weights({ id, signers, thresholds }: AccountEntry): Map<string, number> {
  const others = signers.map(({ key, weight }) => [key, weight] as const)
  return new Map(thresholds.master > 0 ? [...others, [id, thresholds.master]] : others)
}

/** Those there were come first, then the new ones, each in the order of their keys. */
export function signerEffects(on: NamedAccount, changes: readonly EntryChange[]): Effect[] {
  return accountPairs(changes).flatMap(({ before, after }) => {
    if (!before || !after) return []
    const [old, current] = [weights(before), weights(after)]
    return [...new Set([...[...old.keys()].toSorted(), ...[...current.keys()].toSorted()])]
      .filter((key) => old.get(key) !== current.get(key))
      .map((key): Effect => {
        const type = suffix({ before: old.get(key), after: current.get(key) })
        const words = { weight: current.get(key) ?? 0, public_key: key, key }
        return { on, type: `signer_${type}`, details: words }
      })
  })
}

/** Also where the limit was set to what it is. */
export function trustLineEffects(on: NamedAccount, changes: readonly EntryChange[]): Effect[] {
  return linePairs(changes).flatMap((pair): Effect[] => {
    const line = pair.after ?? pair.before
    if (!line) return []
    const limit = amountWords(pair.after?.limit ?? 0n)
    const details = { ...assetWords(line.asset), limit }
    return [{ on, type: `trustline_${suffix(pair)}`, details }]
  })
}

export function dataEffects(on: NamedAccount, changes: readonly EntryChange[]): Effect[] {
  return dataPairs(changes).flatMap((pair): Effect[] => {
    const entry = pair.after ?? pair.before
    if (!entry) return []
    const value = pair.after && { value: Buffer.from(pair.after.value).toString('base64') }
    return [{ on, type: `data_${suffix(pair)}`, details: { name: entry.name, ...value } }]
  })
}

type Sponsored = 'account' | 'trustline' | 'data' | 'claimable_balance' | 'signer'

interface Sponsorship {
  readonly what: Sponsored
  readonly on: NamedAccount
  readonly details: object
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Who sponsors what since this operation of `source`. */
export function sponsorshipEffects(
  source: NamedAccount,
  changes: readonly EntryChange[],
): Effect[] {
  return changes
    .flatMap((change) => sponsorships(change, source))
    .filter(({ before, after }) => before !== after)
    .map(({ what, on, details, before, after }): Effect => {
      const type: EffectType = `${what}_sponsorship_${suffix({ before, after })}`
      return { on, type, details: { ...details, ...sponsorWords(before, after) } }
    })
}

function sponsorWords(before: string | undefined, after: string | undefined): object {
  if (before === undefined) return { sponsor: after }
  return after === undefined
    ? { former_sponsor: before }
    : { former_sponsor: before, new_sponsor: after }
}

function sponsorships(change: EntryChange, source: NamedAccount): Sponsorship[] {
  const entry = change.after ?? change.before
  const named = entry && sponsoredThing(entry, source)
  if (!named) return []
  const own = { ...named, before: change.before?.sponsor, after: change.after?.sponsor }
  return [own, ...signerSponsorships(change, named.on)]
}

/** What has no owner or only a name in Horizon's eyes is told to whom the operation is of. */
function sponsoredThing(
  entry: Entry,
  source: NamedAccount,
): Pick<Sponsorship, 'what' | 'on' | 'details'> | undefined {
  switch (entry.type) {
    case 'account':
      return { what: 'account', on: { account: entry.id }, details: {} }
    case 'trustline': {
      // Horizon names the type of pool shares only.
      const details = { asset_type: '', asset: entry.asset }
      return { what: 'trustline', on: { account: entry.account }, details }
    }
    case 'data':
      return { what: 'data', on: source, details: { data_name: entry.name } }
    case 'claimable_balance':
      return { what: 'claimable_balance', on: source, details: { balance_id: entry.id } }
    case 'offer':
      return undefined
  }
}

function sponsorOfSigners(entry: Entry | undefined): ReadonlyMap<string, string | undefined> {
  const signers = entry?.type === 'account' ? entry.signers : []
  return new Map(signers.map(({ key, sponsor }) => [key, sponsor]))
}

function signerSponsorships({ before, after }: EntryChange, on: NamedAccount): Sponsorship[] {
  const [old, current] = [sponsorOfSigners(before), sponsorOfSigners(after)]
  return [...new Set([...old.keys(), ...current.keys()])].toSorted().map((signer) => ({
    what: 'signer',
    on,
    details: { signer },
    before: old.get(signer),
    after: current.get(signer),
  }))
}
