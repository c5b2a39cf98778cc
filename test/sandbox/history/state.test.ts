import { describe, expect, it } from 'vitest'
import { createState } from '../../../src/sandbox/network/history/state.ts'
import type { StateView } from '../../../src/sandbox/network/history/state.ts'
import { entryKey } from '../../../src/sandbox/network/ledger/entries.ts'
import type {
  AccountEntry,
  ClaimableBalanceEntry,
  DataEntry,
  Entry,
  EntryChange,
  OfferEntry,
  TrustLineEntry,
} from '../../../src/sandbox/network/ledger/entries.ts'

const none = { buying: 0n, selling: 0n }
const usd = 'USD:GI'
const account: AccountEntry = {
  type: 'account',
  id: 'GA',
  balance: 5n,
  sequence: 1n,
  sequenceLedger: 1,
  sequenceTime: 1n,
  subentries: 2,
  flags: 0,
  thresholds: { master: 1, low: 0, medium: 0, high: 0 },
  signers: [],
  homeDomain: '',
  liabilities: none,
  sponsoring: 0,
  sponsored: 0,
  lastModifiedLedger: 1,
}
const line: TrustLineEntry = {
  type: 'trustline',
  account: 'GA',
  asset: usd,
  balance: 1n,
  limit: 9n,
  flags: 1,
  liabilities: none,
  lastModifiedLedger: 1,
}
const data: DataEntry = {
  type: 'data',
  account: 'GA',
  name: 'one',
  value: Buffer.from('a'),
  lastModifiedLedger: 1,
}
const offer: OfferEntry = {
  type: 'offer',
  id: 7n,
  seller: 'GA',
  selling: usd,
  buying: 'native',
  amount: 1n,
  flags: 0,
  price: { n: 1, d: 2 },
  lastModifiedLedger: 1,
}
const balance: ClaimableBalanceEntry = {
  type: 'claimable_balance',
  id: '00ff',
  asset: usd,
  amount: 3n,
  claimants: [],
  flags: 0,
  lastModifiedLedger: 1,
}
const everything: readonly Entry[] = [account, balance, data, offer, line]

const change = (before: Entry | undefined, after: Entry | undefined): EntryChange => {
  const entry = after ?? before
  if (entry === undefined) throw new Error('a change of nothing')
  return { key: entryKey(entry), ...(before && { before }), ...(after && { after }) }
}

/** All that can be asked of a view, about one account and one asset. */
const told = (view: StateView) => ({
  account: view.account('GA'),
  lines: view.trustLines('GA'),
  data: view.data('GA'),
  entry: view.dataEntry('GA', 'one'),
  balance: view.claimableBalance('00ff'),
  offer: view.offer('7'),
  holdings: view.holdings(usd),
  assets: view.assets(),
  all: [...view.all()].map(entryKey).toSorted(),
})
const full = {
  account,
  lines: [line],
  data: [data],
  entry: data,
  balance,
  offer,
  holdings: [line, balance],
  assets: [usd],
  all: everything.map(entryKey).toSorted(),
}
const empty = {
  account: undefined,
  lines: [],
  data: [],
  entry: undefined,
  balance: undefined,
  offer: undefined,
  holdings: [],
  assets: [],
  all: [],
}

describe('the state', () => {
  it('finds each entry by its name, its owner and its asset', () => {
    expect(told(createState(everything))).toEqual(full)
    expect(told(createState([]))).toEqual(empty)
    const state = createState(everything)
    expect(state.trustLines('GB')).toEqual([])
    expect(state.dataEntry('GA', 'two')).toBeUndefined()
    expect(state.holdings('EUR:GI')).toEqual([])
  })

  it('follows what is created, changed and taken away', () => {
    const state = createState([])
    state.apply(everything.map((entry) => change(undefined, entry)))
    expect(told(state)).toEqual(full)
    const more = { ...line, balance: 2n }
    state.apply([change(line, more), change(balance, undefined)])
    expect(state.holdings(usd)).toEqual([more])
    expect(state.assets()).toEqual([usd])
    state.apply([change(more, undefined)])
    expect(state.assets()).toEqual([])
    state.apply([account, data, offer].map((entry) => change(entry, undefined)))
    expect(told(state)).toEqual(empty)
    state.apply([change(line, undefined), change(undefined, line)])
    expect(told(state)).toEqual({
      ...empty,
      lines: [line],
      holdings: [line],
      assets: [usd],
      all: [entryKey(line)],
    })
  })
})

describe('the state of some ledgers ago (SBX-104)', () => {
  it('has what was taken away since, and has not what came since', () => {
    const state = createState(everything)
    const gone = everything.map((entry) => change(entry, undefined))
    state.apply(gone)
    expect(told(state.before([gone]))).toEqual(full)
    expect(told(state)).toEqual(empty)
    const back = everything.map((entry) => change(undefined, entry))
    state.apply(back)
    expect(told(state.before([back]))).toEqual({ ...empty, assets: [usd] })
  })

  it('goes back to the first of many changes of one entry, and to that entry alone', () => {
    const [second, third] = [
      { ...line, balance: 2n },
      { ...line, balance: 3n },
    ]
    const state = createState([account, third])
    const changes = [[change(line, second)], [change(second, third)]]
    expect(state.before(changes).trustLines('GA')).toEqual([line])
    expect(state.before(changes.slice(1)).trustLines('GA')).toEqual([second])
    expect(state.before([]).trustLines('GA')).toEqual([third])
    expect(state.before(changes).trustLines('GB')).toEqual([])
    expect(state.before(changes).data('GA')).toEqual([])
    expect(state.before(changes).holdings('EUR:GI')).toEqual([])
  })
})
