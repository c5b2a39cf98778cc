import { describe, expect, it } from 'vitest'
import { addSigner } from '../../../src/sandbox/network/ledger/account-signers.ts'
import {
  availableBalance,
  maxInt64,
  minimumBalance,
  roomFor,
  withCredit,
  withLiabilities,
  withNative,
} from '../../../src/sandbox/network/ledger/balance.ts'
import {
  buyable,
  freeToBuy,
  freeToSell,
  isEmptyLine,
  move,
  sellable,
} from '../../../src/sandbox/network/ledger/book/holding.ts'
import { acquireLiabilities } from '../../../src/sandbox/network/ledger/book/liabilities.ts'
import { takeOffers, type Order } from '../../../src/sandbox/network/ledger/book/take-offers.ts'
import type {
  AccountEntry,
  Entry,
  OfferEntry,
  TrustLineEntry,
} from '../../../src/sandbox/network/ledger/entries.ts'
import { storedPredicate } from '../../../src/sandbox/network/ledger/operations/claim-predicate.ts'
import { newAccount } from '../../../src/sandbox/network/ledger/operations/create-account.ts'
import {
  accountIn,
  canPay,
  createEntry,
  sponsorRefusal,
} from '../../../src/sandbox/network/ledger/reserve.ts'
import { createStateHash } from '../../../src/sandbox/network/ledger/state-hash.ts'
import { createState } from '../../../src/sandbox/network/ledger/state.ts'
import { idOf } from './world.ts'

/** What accounts and lines can give and take, to the stroop (SBX-15, SBX-18, SBX-51). */

const reserve = 5n
const usd = `USD:${idOf('issuer')}` as const
const alice = idOf('alice')

const account = (change: Partial<AccountEntry> = {}): AccountEntry => ({
  ...newAccount(alice, 100n, 0n),
  ...change,
})
const line = (change: Partial<TrustLineEntry> = {}): TrustLineEntry => ({
  type: 'trustline',
  account: alice,
  asset: usd,
  balance: 50n,
  limit: 80n,
  flags: 1,
  liabilities: { buying: 0n, selling: 0n },
  lastModifiedLedger: 1,
  ...change,
})
const owing = (buying: bigint, selling: bigint) => ({ liabilities: { buying, selling } })
const offer = (id: bigint, change: Partial<OfferEntry> = {}): OfferEntry => ({
  type: 'offer',
  id,
  seller: alice,
  selling: usd,
  buying: 'native',
  amount: 10n,
  price: { n: 1, d: 1 },
  flags: 0,
  lastModifiedLedger: 1,
  ...change,
})
const stateWith = (...entries: Entry[]) => {
  const state = createState({
    sequence: 2,
    closeTime: 1n,
    baseReserve: reserve,
    protocolVersion: 27,
  })
  for (const entry of entries) state.put(entry)
  state.settle()
  return state
}

describe('lumens', () => {
  it('are counted in 64 bits with a sign', () => {
    expect(maxInt64).toBe(2n ** 63n - 1n)
  })

  it.each([
    ['can all go but for the reserve', account(), -90n, 10n],
    ['cannot go below the reserve', account(), -91n, undefined],
    ['cannot go as far as they are promised', account(owing(0n, 20n)), -71n, undefined],
    ['can go up to what is promised', account(owing(0n, 20n)), -70n, 30n],
    ['can come where the reserve is not met', account({ balance: 3n }), 1n, 4n],
    ['can stay where the reserve is not met', account({ balance: 3n }), 0n, 3n],
    ['can come up to the largest number', account(), maxInt64 - 100n, maxInt64],
    ['cannot be more than that', account(), maxInt64 - 99n, undefined],
    ['leave room for what was bid for', account(owing(7n, 0n)), maxInt64 - 107n, maxInt64 - 7n],
    ['take no room that was bid for', account(owing(7n, 0n)), maxInt64 - 106n, undefined],
  ])('%s', (...[, before, delta, balance]) => {
    expect(withNative(before, delta, reserve)?.balance).toBe(balance)
  })

  it('are kept for each entry, and for those of others, but for what others keep (SBX-18)', () => {
    expect(minimumBalance(account(), reserve)).toBe(10n)
    const counted = { subentries: 7, sponsoring: 4, sponsored: 2 }
    expect(minimumBalance(account(counted), reserve)).toBe(55n)
    const owed = account({ ...counted, ...owing(9n, 3n) })
    expect(availableBalance(owed, reserve)).toBe(100n - 55n - 3n)
  })

  it('cover a reserve when they are just enough', () => {
    expect(canPay(account({ balance: 15n }), 1, reserve)).toBe(true)
    expect(canPay(account({ balance: 14n }), 1, reserve)).toBe(false)
  })
})

describe('credit', () => {
  it.each([
    ['can all go', line(), -50n, 0n],
    ['cannot go below zero', line(), -51n, undefined],
    ['can go up to what is promised', line(owing(0n, 20n)), -30n, 20n],
    ['cannot go beyond', line(owing(0n, 20n)), -31n, undefined],
    ['can come up to the limit', line(), 30n, 80n],
    ['cannot come above it', line(), 31n, undefined],
    ['leaves room for what was bid for', line(owing(7n, 0n)), 23n, 73n],
    ['takes no such room', line(owing(7n, 0n)), 24n, undefined],
    ['moves while a line may only keep its offers', line({ flags: 2 }), 1n, 51n],
    ['does not move without authorization', line({ flags: 4 }), 1n, undefined],
    ['can stay without authorization', line({ flags: 0 }), 0n, 50n],
  ])('%s', (...[, before, delta, balance]) => {
    expect(withCredit(before, delta)?.balance).toBe(balance)
  })
})

describe('what offers promise', () => {
  const lumens = [account(), -account().balance + maxInt64] as const
  it.each([
    ['all lumens above the reserve may be sold', lumens[0], [0n, 90n], true],
    ['no lumen of the reserve', lumens[0], [0n, 91n], false],
    ['as many may be bought as fit', lumens[0], [lumens[1], 0n], true],
    ['and no more', lumens[0], [lumens[1] + 1n, 0n], false],
    ['all of a line may be sold', line(), [0n, 50n], true],
    ['and no more', line(), [0n, 51n], false],
    ['a line may be filled', line(), [30n, 0n], true],
    ['and no more', line(), [31n, 0n], false],
    ['a full line takes none', line({ balance: 80n }), [1n, 0n], false],
    ['an empty line gives none', line({ balance: 0n }), [0n, 1n], false],
    ['less may be promised than is there', line({ ...owing(0n, 60n) }), [0n, -5n], true],
    ['less may be bid for than fits', line({ ...owing(60n, 0n) }), [-5n, 0n], true],
    ['more may be bid for where too much is promised', line({ ...owing(0n, 60n) }), [5n, 0n], true],
    ['none may be taken back that was not given', line(), [0n, -1n], false],
    ['nor that was not bid for', line(), [-1n, 0n], false],
    ['nothing without authorization', line({ flags: 4 }), [0n, 1n], false],
    ['the lesser authorization is enough', line({ flags: 2 }), [0n, 1n], true],
  ] as const)('%s (%#)', (...[, entry, [buying, selling], isCovered]) => {
    const { liabilities } = entry
    const after = { buying: liabilities.buying + buying, selling: liabilities.selling + selling }
    const changed = withLiabilities(entry, { buying, selling }, reserve)
    expect(changed).toEqual(isCovered ? { ...entry, liabilities: after } : undefined)
  })
})

describe('what the book may take and give', () => {
  it('is all that is free, of lumens as of lines', () => {
    const state = stateWith(account(owing(2n, 3n)), line(owing(5n, 7n)))
    expect(freeToSell(state, alice, 'native')).toBe(87n)
    expect(freeToBuy(state, alice, 'native')).toBe(maxInt64 - 102n)
    expect(freeToSell(state, alice, usd)).toBe(43n)
    expect(freeToBuy(state, alice, usd)).toBe(25n)
    expect(roomFor(line())).toBe(30n)
  })

  it('is nothing without a line, or one without authorization', () => {
    for (const state of [stateWith(account()), stateWith(account(), line({ flags: 4 }))]) {
      expect([freeToSell(state, alice, usd), freeToBuy(state, alice, usd)]).toEqual([0n, 0n])
    }
  })

  it('has no bounds at the issuer', () => {
    const state = stateWith(account({ id: idOf('issuer') }))
    const both = [sellable(state, idOf('issuer'), usd), buyable(state, idOf('issuer'), usd)]
    expect(both).toEqual([maxInt64, maxInt64])
  })

  it('is nothing, and no debt, below the reserve', () => {
    const state = stateWith(account({ balance: 9n }))
    expect(freeToSell(state, alice, 'native')).toBe(-1n)
    expect(sellable(state, alice, 'native')).toBe(0n)
  })

  it.each([
    [0n, true],
    [1n, false],
  ])('a line of %s is empty: %s', (balance, isEmpty) => {
    expect(isEmptyLine(stateWith(account(), line({ balance })), alice, usd)).toBe(isEmpty)
  })
})

describe('taking offers (SBX-51)', () => {
  const order: Order = {
    sheep: 'native',
    wheat: usd,
    mostSheep: 100n,
    mostWheat: 100n,
    rounding: 'normal',
    mostOffers: 10,
    stopAt: () => undefined,
  }
  const seller = (count: number) => [
    account({ subentries: count + 1, balance: 1000n }),
    line(owing(0n, BigInt(count) * 10n)),
  ]
  const trade = (offers: readonly OfferEntry[], change: Partial<Order> = {}) => {
    const state = stateWith(...seller(offers.length), ...offers)
    const owner = state.account(alice)
    const buying = offers.reduce(
      (sum, one) => sum + (10n * BigInt(one.price.n)) / BigInt(one.price.d),
      0n,
    )
    if (owner !== undefined) state.put({ ...owner, liabilities: { buying, selling: 0n } })
    return takeOffers(state, { ...order, ...change })
  }
  const taken = (...given: Parameters<typeof trade>) => {
    const { outcome, claims } = trade(...given)
    return [outcome, claims.map((claim) => claim.offer.id)]
  }
  const takenOf = (...given: Parameters<typeof trade>) => {
    const { sheepSent, wheatReceived } = trade(...given)
    return { sheepSent, wheatReceived }
  }
  const dear = { price: { n: 2, d: 1 } }

  it.each([
    ['the cheaper first, though it is younger', [offer(1n, dear), offer(2n)], [2n, 1n]],
    ['the cheaper first, wherever it stands', [offer(2n), offer(1n, dear)], [2n, 1n]],
    ['the older first of one price', [offer(2n), offer(1n), offer(3n)], [1n, 2n, 3n]],
    [
      'by price, not by how it is written',
      [offer(2n, { price: { n: 2, d: 2 } }), offer(1n)],
      [1n, 2n],
    ],
  ])('goes %s', (_what, offers, ids) => {
    expect(taken(offers)).toEqual(['partial', ids])
  })

  it('ends when enough was got, or enough was given', () => {
    const two = [offer(1n), offer(2n)]
    expect(taken(two, { mostWheat: 10n })).toEqual(['filled', [1n]])
    expect(taken(two, { mostSheep: 10n })).toEqual(['filled', [1n]])
    expect(taken(two, { mostSheep: 0n })).toEqual(['filled', []])
    expect(taken(two, { mostWheat: 0n })).toEqual(['filled', []])
  })

  it('gives no more over all offers than may be given, and gets no more', () => {
    const two = [offer(1n), offer(2n)]
    expect(takenOf(two, { mostSheep: 15n })).toEqual({ sheepSent: 15n, wheatReceived: 15n })
    expect(takenOf(two, { mostWheat: 15n })).toEqual({ sheepSent: 15n, wheatReceived: 15n })
  })

  it('ends where as many were taken as may be', () => {
    const two = [offer(1n), offer(2n)]
    expect(taken(two, { mostOffers: 1 })).toEqual(['tooManyOffers', [1n]])
    expect(taken(two, { mostOffers: 2 })).toEqual(['partial', [1n, 2n]])
    expect(taken([], { mostOffers: 0 })).toEqual(['tooManyOffers', []])
    expect(taken([], { mostOffers: 0, mostSheep: 0n })).toEqual(['filled', []])
  })

  it.each([
    ['all of it', 10n, undefined, { buying: 0n, selling: 0n }],
    ['a part of it', 4n, 6n, { buying: 12n, selling: 6n }],
  ])('pays the seller of an offer, and promises what stays: %s', (...cells) => {
    const [, mostWheat, amount, promised] = cells
    const one = offer(1n, { price: { n: 2, d: 1 } })
    const state = stateWith(
      account({ subentries: 2, ...owing(20n, 0n) }),
      line(owing(0n, 10n)),
      one,
    )
    const { sheepSent } = takeOffers(state, { ...order, mostWheat })
    expect(sheepSent).toBe(2n * mostWheat)
    expect(state.account(alice)).toMatchObject({
      balance: 100n + sheepSent,
      ...owing(promised.buying, 0n),
    })
    expect(state.trustLine(alice, usd)).toMatchObject({
      balance: 50n - mostWheat,
      ...owing(0n, promised.selling),
    })
    expect([...state.offersOf(usd, 'native')].map((left) => left.amount)).toEqual(
      amount === undefined ? [] : [amount],
    )
  })

  it('ends with an offer that was not all taken, though rounding leaves nothing of it', () => {
    // Of 108 for ten at 10.9 each nine can be had for 99; the tenth alone is worth no offer.
    const two = [1n, 2n].map((id) => offer(id, { price: { n: 109, d: 10 } }))
    const spent = { sheepSent: 99n, wheatReceived: 9n }
    expect(trade(two, { mostSheep: 108n })).toMatchObject({ outcome: 'filled', ...spent })
    expect(taken(two, { mostSheep: 108n })).toEqual(['filled', [1n]])
  })

  it('ends before an offer that it may not take', () => {
    const two = [offer(1n), offer(2n)]
    const stopAt = ({ id }: OfferEntry) => (id === 2n ? 'crossSelf' : undefined)
    expect(taken(two, { stopAt })).toEqual(['crossSelf', [1n]])
    expect(taken(two, { stopAt, mostOffers: 1 })).toEqual(['crossSelf', [1n]])
  })
})

describe('the entries of a ledger', () => {
  it('are all back after a restore, each offer in its own book', () => {
    const state = stateWith(account(), line(), offer(1n))
    state.idPool = 1n
    const copy = state.copy()
    state.put(offer(1n, { selling: 'native', buying: usd }))
    state.put(offer(2n))
    state.idPool = 2n
    expect([...state.offersOf(usd, 'native')].map(({ id }) => id)).toEqual([2n])
    state.restore(copy)
    expect([...state.offersOf(usd, 'native')].map(({ id }) => id)).toEqual([1n])
    expect([...state.offersOf('native', usd)]).toEqual([])
    expect([...state.entries()]).toHaveLength(3)
    expect([...state.subentriesOf(alice)]).toHaveLength(2)
    expect(state.subentryCount(alice)).toBe(2)
    expect([...state.subentriesOf(idOf('nobody'))]).toEqual([])
    expect(state.idPool).toBe(1n)
  })

  it('are taken back with the ids that were given to them', () => {
    const state = stateWith(account(), offer(1n))
    state.idPool = 1n
    const before = [...state.entries()]
    const mark = state.mark()
    state.put(account({ balance: 7n }))
    state.put(offer(2n))
    state.remove('offer|1')
    state.idPool = 2n
    state.rollback(mark)
    expect(state.idPool).toBe(1n)
    expect([...state.entries()]).toEqual(before)
    expect(state.changesSince(mark)).toEqual([])
  })

  it('are not told of when they came and went', () => {
    const state = stateWith(account())
    const mark = state.mark()
    state.put(line())
    state.remove(`trustline|${alice}|${usd}`)
    expect(state.changesSince(mark)).toEqual([])
  })

  it('have a digest of 32 bytes that tells every change of them', () => {
    const changes = [{}, { balance: 51n }, { limit: 81n }, { flags: 2 }, owing(1n, 0n)]
    const digits = changes.map((change) => {
      const hash = createStateHash()
      hash.reset(Array.from({ length: 9 }, (_, at) => line({ ...change, account: `${at}` })))
      return hash.digits
    })
    expect(new Set(digits).size).toBe(changes.length)
    expect(digits.map((one) => one.length)).toEqual(changes.map(() => 64))
  })

  it('have one digest, whether it was followed or made anew', () => {
    const state = stateWith(account(), line())
    const hash = createStateHash()
    hash.reset(state.entries())
    const first = hash.digits
    const mark = state.mark()
    state.put(account({ balance: 7n }))
    state.remove(`trustline|${alice}|${usd}`)
    state.put(offer(1n))
    const changes = state.changesSince(mark)
    hash.follow(changes)
    const anew = createStateHash()
    anew.reset(state.entries())
    expect(hash.digits).toBe(anew.digits)
    expect(hash.digits).not.toBe(first)
    hash.follow(
      changes.map(({ key, before, after }) => ({
        key,
        ...(after && { before: after }),
        ...(before && { after: before }),
      })),
    )
    expect(hash.digits).toBe(first)
    hash.reset([])
    expect(hash.digits).toBe('0'.repeat(64))
  })
})

it('a sponsor carries no more reserves than 32 bits count (SBX-49)', () => {
  const most = 4_294_967_295
  const sponsor = account({ balance: maxInt64 / 2n, sponsoring: most - 3, subentries: 2 })
  expect(sponsorRefusal(stateWith(sponsor), alice, 1)).toBeUndefined()
  expect(sponsorRefusal(stateWith(sponsor), alice, 2)).toBe('too_many_sponsoring')
  const poor = { ...sponsor, balance: 0n }
  expect(sponsorRefusal(stateWith(poor), alice, 2)).toBe('low_reserve')
})

it.each([
  ['itself', new Map<string, string>()],
  ['its sponsor', new Map([[alice, idOf('sponsor')]])],
])(
  'an account is told of too many subentries first, then that %s cannot pay (SBX-18)',
  (...how) => {
    const sponsorships = how[1]
    const told = (subentries: number) => {
      const poor = account({ balance: 0n, subentries })
      const state = stateWith(poor, account({ id: idOf('sponsor'), balance: 0n }))
      const signer = { key: idOf('friend'), weight: 1 }
      return [
        createEntry(state, { entry: line(), owner: alice, sponsorships }),
        addSigner(state, { account: alice, signer }, sponsorships),
      ]
    }
    expect(told(1000)).toEqual(['too_many_subentries', 'too_many_subentries'])
    expect(told(999)).toEqual(['low_reserve', 'low_reserve'])
  },
)

it.each([
  [14n, 'low_reserve', { sponsoring: 0 }, { subentries: 0, sponsored: 0 }],
  [15n, undefined, { sponsoring: 1 }, { subentries: 1, sponsored: 1 }],
])(
  'a sponsor needs one reserve above its own for a signer: of %i, %s (SBX-49)',
  (...[balance, answer, ofSponsor, ofAlice]) => {
    const sponsor = idOf('sponsor')
    const state = stateWith(account(), account({ id: sponsor, balance }))
    const signer = { key: idOf('friend'), weight: 1 }
    const refusal = addSigner(state, { account: alice, signer }, new Map([[alice, sponsor]]))
    expect(refusal).toBe(answer)
    expect([state.account(sponsor), state.account(alice)]).toMatchObject([ofSponsor, ofAlice])
  },
)

it('what the rules rule out is thrown in words, should it come about', () => {
  const state = stateWith(account(), line({ balance: 0n }))
  const moved = (amount: bigint) => move(state, { account: alice, asset: 'native', amount })
  expect(() => accountIn(state, idOf('bob'))).toThrow(
    new Error(`the ledger lost account ${idOf('bob')}`),
  )
  expect(() => moved(-91n)).toThrow(new Error(`the book moved what ${alice} cannot give or take`))
  expect(() => acquireLiabilities(state, offer(7n))).toThrow(
    new Error("offer 7 does not fit its seller's holdings"),
  )
  expect(() => storedPredicate(null, 1n)).toThrow(
    new Error('an empty predicate passed the static checks'),
  )
})
