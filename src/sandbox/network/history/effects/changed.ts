import type {
  AccountEntry,
  ClaimableBalanceEntry,
  DataEntry,
  Entry,
  EntryChange,
  Signer,
  TrustLineEntry,
} from '../../ledger/entries.ts'
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

/** Signers with their weights; a removed account has none. */
function weights(account: AccountEntry | undefined): Map<string, number> {
  const signers: Signer[] = [...(account?.signers ?? [])]
  if (account && account.thresholds.master > 0) {
    signers.push({ key: account.id, weight: account.thresholds.master })
  }
  return new Map(signers.map(({ key, weight }) => [key, weight]))
}

export function signerEffects(changes: readonly EntryChange[]): Effect[] {
  return accountPairs(changes).flatMap(({ before, after }) => {
    if (!before || !after) return []
    const [old, current] = [weights(before), weights(after)]
    return [...new Set([...old.keys(), ...current.keys()])]
      .filter((key) => old.get(key) !== current.get(key))
      .toSorted()
      .map((key): Effect => {
        const type = suffix({ before: old.get(key), after: current.get(key) })
        const words = { weight: current.get(key) ?? 0, public_key: key, key }
        return { on: { account: after.id }, type: `signer_${type}`, details: words }
      })
  })
}

export function trustLineEffects(changes: readonly EntryChange[]): Effect[] {
  return linePairs(changes).flatMap((pair): Effect[] => {
    const line = pair.after ?? pair.before
    if (!line || pair.before?.limit === pair.after?.limit) return []
    const details = {
      ...assetWords(line.asset),
      limit: amountWords(pair.after?.limit ?? 0n),
    }
    return [{ on: { account: line.account }, type: `trustline_${suffix(pair)}`, details }]
  })
}

export function dataEffects(changes: readonly EntryChange[]): Effect[] {
  return dataPairs(changes).flatMap((pair): Effect[] => {
    const entry = pair.after ?? pair.before
    if (!entry) return []
    const value = pair.after && { value: Buffer.from(pair.after.value).toString('base64') }
    const details = { name: entry.name, ...value }
    return [{ on: { account: entry.account }, type: `data_${suffix(pair)}`, details }]
  })
}

type Sponsored = 'account' | 'trustline' | 'data' | 'claimable_balance' | 'signer'

interface Sponsorship {
  readonly what: Sponsored
  readonly on: string
  readonly details: object
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Who sponsors what since this operation. */
export function sponsorshipEffects(changes: readonly EntryChange[]): Effect[] {
  return changes
    .flatMap(sponsorships)
    .filter(({ before, after }) => before !== after)
    .map(({ what, on, details, before, after }): Effect => {
      const type: EffectType = `${what}_sponsorship_${suffix({ before, after })}`
      return { on: { account: on }, type, details: { ...details, ...sponsorWords(before, after) } }
    })
}

function sponsorWords(before: string | undefined, after: string | undefined): object {
  if (before === undefined) return { sponsor: after }
  return after === undefined
    ? { former_sponsor: before }
    : { former_sponsor: before, new_sponsor: after }
}

function sponsorships(change: EntryChange): Sponsorship[] {
  const entry = change.after ?? change.before
  const named = entry && sponsoredThing(entry)
  if (!named) return []
  const own = { ...named, before: change.before?.sponsor, after: change.after?.sponsor }
  return named.what === 'account' ? [own, ...signerSponsorships(change)] : [own]
}

function sponsoredThing(entry: Entry): Pick<Sponsorship, 'what' | 'on' | 'details'> | undefined {
  switch (entry.type) {
    case 'account':
      return { what: 'account', on: entry.id, details: {} }
    case 'trustline':
      return { what: 'trustline', on: entry.account, details: assetWords(entry.asset) }
    case 'data':
      return { what: 'data', on: entry.account, details: { data_name: entry.name } }
    case 'claimable_balance': {
      const details = { balance_id: entry.id }
      return { what: 'claimable_balance', on: entry.sponsor ?? '', details }
    }
    case 'offer':
      return undefined
  }
}

function signersOf(entry: Entry | undefined): readonly Signer[] {
  return entry?.type === 'account' ? entry.signers : []
}

function signerSponsorships({ before, after }: EntryChange): Sponsorship[] {
  const sponsors = (entry: Entry | undefined) =>
    new Map(signersOf(entry).map(({ key, sponsor }) => [key, sponsor]))
  const [old, current] = [sponsors(before), sponsors(after)]
  const entry = after ?? before
  const on = entry?.type === 'account' ? entry.id : ''
  return [...new Set([...old.keys(), ...current.keys()])].map((signer) => ({
    what: 'signer',
    on,
    details: { signer },
    before: old.get(signer),
    after: current.get(signer),
  }))
}
