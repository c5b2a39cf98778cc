import type { ClaimableBalanceEntry } from '../../ledger/entries.ts'
import { amountWords } from '../../history/assets.ts'
import { predicateWords } from '../../history/predicate-words.ts'
import { timeWords } from '../../history/times.ts'
import { link, PAGED } from '../records/links.ts'
import type { Collection, Exchange, Route } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import { accountField, assetField } from '../fields.ts'
import { namePage } from '../name-page.ts'
import { Problem } from '../problem.ts'
import { balanceIdField } from './scopes.ts'

export const claimableBalanceRoutes: readonly Route[] = [
  { pattern: '/claimable_balances', collection: claimableBalances },
  { pattern: '/claimable_balances/:balance_id', get: oneBalance },
]

function oneBalance(exchange: Exchange) {
  const id = balanceIdField(exchange.params.balance_id)
  const balance = exchange.view.state.claimableBalance(id)
  if (!balance) throw new Problem('not_found')
  return halReply(record(balance, exchange))
}

/** By last change, then id: the number is padded so that words sort as numbers do. */
function sortName({ lastModifiedLedger, id }: ClaimableBalanceEntry): string {
  return `${String(lastModifiedLedger).padStart(12, '0')}-${id}`
}

function paddedCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const [ledger = '', id = ''] = cursor.split('-')
  return `${ledger.padStart(12, '0')}-${id}`
}

function claimableBalances(exchange: Exchange): Collection {
  const fits = filterOf(exchange)
  return {
    cursors: 'name',
    streamed: false,
    read(request, { state }) {
      const found: ClaimableBalanceEntry[] = []
      for (const entry of state.all()) {
        if (entry.type === 'claimable_balance' && fits(entry)) found.push(entry)
      }
      const padded = { ...request, cursor: paddedCursor(request.cursor) }
      return namePage(padded, found, sortName).map((balance) => ({
        token: `${balance.lastModifiedLedger}-${balance.id}`,
        render: () => record(balance, exchange),
      }))
    },
  }
}

function filterOf({ query }: Exchange): (balance: ClaimableBalanceEntry) => boolean {
  const [claimant, sponsor, asset] = ['claimant', 'sponsor', 'asset'].map((name) => query.get(name))
  if (claimant) accountField(claimant, 'claimant')
  if (sponsor) accountField(sponsor, 'sponsor')
  if (asset && asset !== 'native') assetField(asset)
  return (balance) =>
    (!claimant || balance.claimants.some(({ destination }) => destination === claimant)) &&
    (!sponsor || balance.sponsor === sponsor) &&
    (!asset || balance.asset === asset)
}

function record(balance: ClaimableBalanceEntry, { origin, view }: Exchange): object {
  const { id, lastModifiedLedger } = balance
  const own = `/claimable_balances/${id}`
  return {
    _links: {
      self: link(origin, own),
      transactions: link(origin, `${own}/transactions${PAGED}`),
      operations: link(origin, `${own}/operations${PAGED}`),
    },
    id,
    asset: balance.asset,
    amount: amountWords(balance.amount),
    ...(balance.sponsor === undefined ? {} : { sponsor: balance.sponsor }),
    last_modified_ledger: lastModifiedLedger,
    last_modified_time: timeWords(view.history.ledger(lastModifiedLedger)?.closeTime ?? 0n),
    claimants: balance.claimants.map(({ destination, predicate }) => ({
      destination,
      predicate: predicateWords(predicate),
    })),
    flags: { clawback_enabled: (balance.flags & 1) !== 0 },
    paging_token: `${lastModifiedLedger}-${id}`,
  }
}
