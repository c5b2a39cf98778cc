import type { AccountEntry } from '../../ledger/entries.ts'
import { accountRecord } from '../records/account-record.ts'
import type { Collection, Exchange, Item, PageRequest, Route, View } from '../exchange.ts'
import { halReply } from '../exchange.ts'
import { accountField, assetField } from '../fields.ts'
import type { Horizon } from '../horizon.ts'
import { badField, Problem } from '../problem.ts'
import { namePage } from '../name-page.ts'

export function accountRoutes(horizon: Horizon): Route[] {
  const single = (exchange: Exchange) => accountOf(horizon, exchange)
  return [
    { pattern: '/accounts', collection: filteredAccounts },
    {
      pattern: '/accounts/:account_id',
      get: (exchange) => halReply(single(exchange)),
      single,
    },
    { pattern: '/accounts/:account_id/data/:key', get: dataReply, single: dataWords },
  ]
}

function record(account: AccountEntry, { view, origin }: Exchange): object {
  const closeTime = (ledger: number) => view.history.ledger(ledger)?.closeTime ?? 0n
  return accountRecord(account, { origin, state: view.state, closeTime })
}

function accountOf(_horizon: Horizon, exchange: Exchange): object {
  const account = exchange.view.state.account(accountField(exchange.params.account_id))
  if (!account) throw new Problem('not_found')
  return record(account, exchange)
}

function dataEntryOf({ params, view }: Exchange) {
  const account = accountField(params.account_id)
  const key = params.key ?? ''
  if (key.length > 64) throw badField('key', 'key: at most 64 characters')
  const entry = view.state.dataEntry(account, key)
  if (!entry) throw new Problem('not_found')
  return entry
}

function dataWords(exchange: Exchange): object {
  const { value, sponsor } = dataEntryOf(exchange)
  return {
    value: Buffer.from(value).toString('base64'),
    ...(sponsor === undefined ? {} : { sponsor }),
  }
}

function dataReply(exchange: Exchange) {
  if (!exchange.headers.accept?.includes('application/octet-stream')) {
    return halReply(dataWords(exchange))
  }
  const { value } = dataEntryOf(exchange)
  return { status: 200, type: 'application/octet-stream', body: Buffer.from(value) }
}

const FILTERS = ['signer', 'asset', 'sponsor'] as const
type Filter = (typeof FILTERS)[number]

function filteredAccounts(exchange: Exchange): Collection {
  const given = FILTERS.filter((name) => exchange.query.get(name))
  const [filter] = given
  if (given.length !== 1 || filter === undefined) throw new Problem('invalid_accounts_params')
  const matches = matcher(filter, exchange.query.get(filter) ?? '')
  return {
    cursors: 'name',
    streamed: false,
    read: (request, view) => readAccounts(request, view, { matches, exchange }),
  }
}

type Matches = (account: AccountEntry, view: View) => boolean

function matcher(filter: Filter, text: string): Matches {
  switch (filter) {
    case 'signer':
      return ({ id, signers, thresholds }) =>
        signers.some(({ key }) => key === text) || (id === text && thresholds.master > 0)
    case 'sponsor': {
      const sponsor = accountField(text, 'sponsor')
      return (account, { state }) =>
        account.sponsor === sponsor ||
        account.signers.some((signer) => signer.sponsor === sponsor) ||
        [...state.trustLines(account.id), ...state.data(account.id)].some(
          (entry) => entry.sponsor === sponsor,
        )
    }
    case 'asset': {
      const asset = assetField(text)
      return ({ id }, { state }) => state.trustLines(id).some((line) => line.asset === asset)
    }
  }
}

function readAccounts(
  request: PageRequest,
  view: View,
  { matches, exchange }: { matches: Matches; exchange: Exchange },
): Item[] {
  const found: AccountEntry[] = []
  for (const entry of view.state.all()) {
    if (entry.type === 'account' && matches(entry, view)) found.push(entry)
  }
  return namePage(request, found, (account) => account.id).map((account) => ({
    token: account.id,
    render: () => record(account, exchange),
  }))
}
