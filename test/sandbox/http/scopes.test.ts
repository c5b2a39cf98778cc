import { Asset, Claimant, Operation } from '@stellar/stellar-sdk'
import { beforeAll, expect, test } from 'vitest'
import { createHistory } from '../../../src/sandbox/network/history/history.ts'
import type { History } from '../../../src/sandbox/network/history/history.ts'
import { encodedLedger } from '../../../src/sandbox/network/history/keep-ledger.ts'
import { toid } from '../../../src/sandbox/network/history/toid.ts'
import type { Horizon } from '../../../src/sandbox/network/http/horizon.ts'
import { createRouter } from '../../../src/sandbox/network/http/router.ts'
import { horizonRoutes } from '../../../src/sandbox/network/http/routes.ts'
import { viewOf } from '../../../src/sandbox/network/http/view.ts'
import type { Network } from '../../../src/sandbox/network/network/network.ts'
import { createWorld, idOf } from '../ledger/world.ts'
import type { Draft, World } from '../ledger/world.ts'
import { exchangeOf, ORIGIN, pageBy } from './exchange-of.ts'

/** The part of history that each path names, and what is told where there is none (SBX-62, SBX-79). */

const routerOf = (withMeta: boolean) =>
  createRouter(horizonRoutes({ options: { withMeta } } as unknown as Horizon))
const routers = { plain: routerOf(false), withMeta: routerOf(true) }
let world: World
let history: History
const hashes: Record<string, string> = {}
const balances: Record<string, string> = {}

const noop = Operation.bumpSequence({ bumpTo: '0' })
const pay = (to: string, amount: string) =>
  Operation.payment({ destination: idOf(to), asset: Asset.native(), amount })
const leave = (...claimants: string[]) =>
  Operation.createClaimableBalance({
    asset: Asset.native(),
    amount: '5',
    claimants: claimants.map((name) => new Claimant(idOf(name))),
  })
const take = (name: string) => Operation.claimClaimableBalance({ balanceId: balances[name] ?? '' })

/** All in one ledger. */
function sendTogether(drafts: Readonly<Record<string, Draft>>): void {
  for (const [name, draft] of Object.entries(drafts)) {
    const envelope = world.envelope(draft)
    expect(world.queue.admit(envelope).status).toBe('PENDING')
    hashes[name] = envelope.hash
  }
  history.append(encodedLedger(world.close()))
}

/** In a ledger of its own. */
const send = (name: string, source: string, operations: Draft['operations']) =>
  sendTogether({ [name]: { source, operations } })

/** The id of the balance that the nth operation of the next transaction will make. */
const nextBalance = (source: string, index: number) =>
  world.build({ source, operations: [noop, leave('bob')] }).getClaimableBalanceId(index)

beforeAll(() => {
  world = createWorld()
  history = createHistory(world.ledger.genesis, world.ledger.entries())
  const create = (name: string) =>
    Operation.createAccount({ destination: idOf(name), startingBalance: '1000' })
  send('creation', 'root', ['alice', 'bob', 'carol'].map(create))
  balances['left'] = nextBalance('alice', 1)
  send('leaving', 'alice', [noop, leave('bob'), pay('bob', '1')])
  send('failing', 'carol', [noop, pay('bob', '99999')])
  send('taking', 'bob', [take('left'), pay('carol', '2')])
  balances['own'] = nextBalance('alice', 1)
  send('both', 'alice', [noop, leave('alice'), take('own')])
})

function met(target: string, router = routers.plain) {
  const filled = target
    .replace(/<(\w+)>/g, (_, name: string) => hashes[name] ?? balances[name] ?? idOf(name))
    .replace(/#(\d)(\d)/, (_, ledger, index) => String(toid(Number(ledger), 1, Number(index))))
  const match = router(new URL(filled, ORIGIN).pathname)
  if (!match) throw new Error(`nothing at ${filled}`)
  const view = viewOf({ history } as unknown as Network)
  return { match, exchange: { ...exchangeOf(filled, { params: match.params }), view } }
}

const records = (target: string) => {
  const { match, exchange } = met(target)
  return pageBy(match.route, exchange)._embedded.records
}
const nameOf = (hash: unknown) => Object.keys(hashes).find((name) => hashes[name] === hash)
const told = (target: string) =>
  records(target).map(({ type, hash }) => (type === undefined ? nameOf(hash) : type))

const created = ['create_account', 'create_account', 'create_account']
const left = ['bump_sequence', 'create_claimable_balance', 'payment']
const failed = ['bump_sequence', 'payment']
const taken = ['claim_claimable_balance', 'payment']
const both = ['bump_sequence', 'create_claimable_balance', 'claim_claimable_balance']
const paid = ['account_credited', 'account_debited']
const leftEffects = [
  'claimable_balance_created',
  'claimable_balance_claimant_created',
  'account_debited',
  'claimable_balance_sponsorship_created',
]
const takenEffects = [
  'claimable_balance_claimed',
  'account_credited',
  'claimable_balance_sponsorship_removed',
]
const others = ['creation', 'leaving', 'taking', 'both']

/** All addresses in what is told, wherever they stand. */
const addressesIn = (value: unknown): readonly string[] =>
  [...JSON.stringify(value).matchAll(/"href":"([^"]*)"/g)].map(([, href = '']) => href)

test.each<[string, readonly string[]]>([
  ['/transactions', others],
  ['/transactions?include_failed=true', others.toSpliced(2, 0, 'failing')],
  ['/operations', [...created, ...left, ...taken, ...both].slice(0, 10)],
  ['/operations?include_failed=true&limit=99', [created, left, failed, taken, both].flat()],
  ['/operations?order=desc&limit=4', [...taken, ...both].toReversed().slice(0, 4)],
  ['/payments', [...created, 'payment', 'payment']],
  ['/payments?include_failed=true', [...created, 'payment', 'payment', 'payment']],
  ['/payments?order=desc&limit=2', ['payment', 'payment']],
  ['/accounts/<carol>/transactions', ['creation', 'taking']],
  ['/accounts/<carol>/transactions?include_failed=true', ['creation', 'failing', 'taking']],
  ['/accounts/<bob>/transactions?order=desc&limit=1', ['taking']],
  ['/accounts/<carol>/operations', ['create_account', 'payment']],
  ['/accounts/<carol>/operations?include_failed=true', ['create_account', ...failed, 'payment']],
  ['/accounts/<alice>/operations', ['create_account', ...left, ...both]],
  ['/accounts/<bob>/operations', ['create_account', ...left.slice(1), ...taken]],
  ['/accounts/<bob>/payments', ['create_account', 'payment', 'payment']],
  ['/accounts/<carol>/payments?include_failed=true', ['create_account', 'payment', 'payment']],
  ['/accounts/<carol>/effects', ['account_created', 'signer_created', 'account_credited']],
  ['/accounts/<carol>/effects?order=desc&limit=2', ['account_credited', 'signer_created']],
  ['/ledgers/3/transactions', ['leaving']],
  ['/ledgers/4/transactions', []],
  ['/ledgers/4/transactions?include_failed=true', ['failing']],
  ['/ledgers/2/payments', created],
  ['/ledgers/3/operations', left],
  ['/ledgers/4/operations', []],
  ['/ledgers/4/operations?include_failed=true', failed],
  ['/ledgers/3/payments', ['payment']],
  ['/ledgers/4/payments', []],
  ['/ledgers/4/payments?include_failed=true', ['payment']],
  ['/ledgers/3/effects', [...leftEffects, ...paid]],
  ['/ledgers/4/effects', []],
  ['/transactions/<leaving>/operations', left],
  ['/transactions/<failing>/operations', failed],
  ['/transactions/<creation>/payments', created],
  ['/transactions/<failing>/payments', ['payment']],
  ['/transactions/<leaving>/payments', ['payment']],
  ['/transactions/<leaving>/effects', [...leftEffects, ...paid]],
  ['/transactions/<failing>/effects', []],
  ['/operations/#31/effects', []],
  ['/operations/#32/effects', leftEffects],
  ['/operations/#33/effects', paid],
  ['/operations/#33/effects?order=desc', paid.toReversed()],
  ['/operations/#51/effects', takenEffects],
  ['/claimable_balances/<left>/transactions', ['leaving', 'taking']],
  ['/claimable_balances/<left>/operations', ['create_claimable_balance', taken[0] ?? '']],
  ['/claimable_balances/<left>/payments', []],
  ['/claimable_balances/<own>/transactions', ['both']],
  ['/claimable_balances/<own>/operations', both.slice(1)],
])('%s has what belongs to it, and nothing else (SBX-62, SBX-79)', (target, found) => {
  expect(told(target)).toEqual(found)
  const elsewhere = addressesIn(records(target)).filter((href) => !href.startsWith(`${ORIGIN}/`))
  expect(elsewhere).toEqual([])
})

const bodyOfOne = async (target: string, router = routers.plain) => {
  const { match, exchange } = met(target, router)
  return JSON.parse(String((await match.route.get?.(exchange))?.body)) as Record<string, unknown>
}

test('one operation is told as lists tell it, with its transaction where that was asked for (SBX-79)', async () => {
  for (const query of ['', '?join=transactions']) {
    const [, , listed] = records(`/transactions/<leaving>/operations${query}`)
    expect(await bodyOfOne(`/operations/#33${query}`)).toEqual(listed)
    expect(Object.hasOwn(listed ?? {}, 'transaction')).toBe(query !== '')
  }
})

test('ledgers are told alike alone and in their list, at the host that was asked (SBX-69, SBX-79)', async () => {
  const listed = records('/ledgers')
  expect(listed.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
  expect(await bodyOfOne('/ledgers/3')).toEqual(listed[2])
  const addresses = addressesIn(listed)
  expect(addresses).toHaveLength(30)
  expect(addresses.filter((href) => !href.startsWith(`${ORIGIN}/ledgers/`))).toEqual([])
})

test('each transaction has its meta, or none has, wherever it is told (SBX-78)', async () => {
  for (const [kind, router] of Object.entries(routers)) {
    const listOf = (target: string) => {
      const { match, exchange } = met(target, router)
      return pageBy(match.route, exchange)._embedded.records
    }
    const joined = [
      ...listOf('/operations?join=transactions'),
      ...listOf('/payments?join=transactions'),
      await bodyOfOne('/operations/#33?join=transactions', router),
    ].map(({ transaction }) => transaction as object)
    const all = [
      ...listOf('/transactions'),
      await bodyOfOne('/transactions/<leaving>', router),
      ...joined,
    ]
    expect(all).toHaveLength(21)
    expect(new Set(all.map((one) => Object.hasOwn(one, 'result_meta_xdr')))).toEqual(
      new Set([kind === 'withMeta']),
    )
  }
})

const refused = (target: string) => {
  const { match, exchange } = met(target)
  return () =>
    match.route.collection ? pageBy(match.route, exchange) : match.route.get?.(exchange)
}
const under = (path: string, lists: readonly string[]) => lists.map((list) => `${path}${list}`)
const ofLedger = ['', '/transactions', '/operations', '/payments', '/effects']
const ofTransaction = ['', '/operations', '/payments', '/effects']

test.each([
  ...under('/accounts/<nobody>', [
    '',
    '/transactions',
    '/operations',
    '/payments',
    '/effects',
    '/trades',
  ]),
  ...under('/ledgers/7', ofLedger),
  ...under(`/transactions/${'0f'.repeat(32)}`, ofTransaction),
  ...under('/operations/#34', ['', '/effects']),
  ...under('/operations/#71', ['', '/effects']),
  `/claimable_balances/${'0'.repeat(72)}`,
  '/offers/1',
])('%s is not there, and so told (SBX-68)', (target) => {
  expect(refused(target)).toThrow(expect.objectContaining({ kind: 'not_found' }))
})

test('what was trimmed away is told as before the history, or as not there (SBX-65, SBX-68)', () => {
  const mark = history.mark()
  history.trim(4)
  for (const target of [
    ...under('/ledgers/3', ofLedger),
    ...under('/operations/#31', ['', '/effects']),
  ]) {
    expect(refused(target)).toThrow(expect.objectContaining({ kind: 'before_history' }))
  }
  for (const target of under('/transactions/<leaving>', ofTransaction)) {
    expect(refused(target)).toThrow(expect.objectContaining({ kind: 'not_found' }))
  }
  expect(told('/transactions')).toEqual(['taking', 'both'])
  expect(told('/operations')).toEqual([...taken, ...both])
  expect(told('/accounts/<bob>/operations')).toEqual(taken)
  history.rewind(mark)
})

test('a ledger is told with all its transactions, and each with all its parts (SBX-79)', () => {
  const mark = history.mark()
  sendTogether({
    one: { source: 'alice', operations: [pay('bob', '1'), noop, pay('carol', '2')] },
    two: { source: 'bob', operations: [noop, pay('alice', '3'), pay('carol', '99999')] },
    three: { source: 'carol', operations: [pay('alice', '4'), pay('bob', '5')] },
  })
  const types: Record<string, readonly string[]> = {
    one: ['payment', 'bump_sequence', 'payment'],
    two: ['bump_sequence', 'payment', 'payment'],
    three: ['payment', 'payment'],
  }
  const applied = told('/transactions?include_failed=true').slice(-3).map(String)
  expect(applied.toSorted()).toEqual(['one', 'three', 'two'])
  const partsOf = (names: readonly string[], list: string) =>
    names.flatMap((name) => records(`/transactions/<${name}>/${list}`))
  for (const [query, names] of [
    ['', applied.filter((name) => name !== 'two')],
    ['?include_failed=true', applied],
  ] as const) {
    const operations = names.flatMap((name) => types[name] ?? [])
    const payments = operations.filter((type) => type === 'payment')
    expect(told(`/ledgers/7/transactions${query}`)).toEqual(names)
    expect(told(`/ledgers/7/operations${query}`)).toEqual(operations)
    expect(told(`/ledgers/7/payments${query}`)).toEqual(payments)
    for (const list of ['operations', 'payments']) {
      expect(records(`/ledgers/7/${list}${query}`)).toEqual(partsOf(names, list))
    }
  }
  const effects = partsOf(applied, 'effects')
  expect(effects).toHaveLength(8)
  expect(records('/ledgers/7/effects')).toEqual(effects)
  history.rewind(mark)
})
