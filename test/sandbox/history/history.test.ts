import { Asset, Claimant, Operation, TransactionBuilder, xdr } from '@stellar/stellar-sdk'
import { beforeEach, describe, expect, it } from 'vitest'
import { effectsOf } from '../../../src/sandbox/network/history/effects/of-operation.ts'
import { createHistory } from '../../../src/sandbox/network/history/history.ts'
import type { History } from '../../../src/sandbox/network/history/history.ts'
import { encodedLedger } from '../../../src/sandbox/network/history/keep-ledger.ts'
import { pathAmounts } from '../../../src/sandbox/network/history/path-amounts.ts'
import { readOperation } from '../../../src/sandbox/network/history/read-operation.ts'
import { toid } from '../../../src/sandbox/network/history/toid.ts'
import { tradesOf } from '../../../src/sandbox/network/history/trades.ts'
import { readEnvelope } from '../../../src/sandbox/network/ledger/envelope.ts'
import { asset, createWorld, idOf, keyOf, parameters } from '../ledger/world.ts'
import type { Draft, World } from '../ledger/world.ts'

let world: World
let history: History

beforeEach(() => {
  world = createWorld()
  history = createHistory(world.ledger.genesis, world.ledger.entries())
})

const pay = (to: string, amount: string) =>
  Operation.payment({ destination: idOf(to), asset: Asset.native(), amount })

/** Closes a ledger with what was admitted, and takes it in. */
function close(): void {
  history.append(encodedLedger(world.close()))
}

function send(source: string, ...operations: Draft['operations']): string {
  const envelope = world.envelope({ source, operations })
  expect(world.queue.admit(envelope).status).toBe('PENDING')
  return envelope.hash
}

function bumped(source: string, payer: string): { outer: string; inner: string } {
  const inner = world.build({ source, operations: [pay('alice', '1')] })
  const { networkPassphrase } = parameters
  const id = idOf(payer)
  const outer = TransactionBuilder.buildFeeBumpTransaction(id, '200', inner, networkPassphrase)
  outer.sign(keyOf(payer))
  const envelope = readEnvelope(outer.toXdr(), networkPassphrase)
  expect(world.queue.admit(envelope).status).toBe('PENDING')
  return { outer: envelope.hash, inner: Buffer.from(inner.hash()).toString('hex') }
}

function begin(): void {
  const create = (name: string) =>
    Operation.createAccount({ destination: idOf(name), startingBalance: '1000' })
  send('root', ...['alice', 'bob', 'carol', 'issuer'].map(create))
  close()
}

const balanceOf = (name: string, ledgers = 0) =>
  history.stateBefore(ledgers).account(idOf(name))?.balance

describe('history', () => {
  it('finds an operation by its id, and nothing by an id that none has (SBX-58)', () => {
    begin()
    send('alice', pay('bob', '1'), pay('bob', '2'))
    send('bob', pay('alice', '3'), pay('alice', '4'))
    close()
    const { operations } = history
    expect(operations).toHaveLength(8)
    expect(operations.map(({ id }) => history.operation(id))).toEqual(operations)
    const nobodys = [
      toid(3),
      toid(3, 1),
      toid(3, 1, 3),
      toid(3, 3, 1),
      toid(4, 1, 1),
      toid(1, 1, 1),
    ]
    for (const id of nobodys) expect(history.operation(id)).toBeUndefined()
  })

  it('shows the state of some ledgers ago, one after the other (SBX-104)', () => {
    begin()
    for (const amount of ['1', '2', '3']) {
      send('root', pay('bob', amount))
      close()
    }
    const sums = [0, 1, 2, 3, 4].map((ledgers) => balanceOf('bob', ledgers))
    expect(sums).toEqual([10060000000n, 10030000000n, 10010000000n, 10000000000n, undefined])
    expect(history.state.account(idOf('bob'))?.balance).toBe(10060000000n)
  })

  it('is trimmed to a ledger it has, and no further (SBX-65)', () => {
    begin()
    close()
    history.trim(2)
    expect(history.elder).toBe(2)
    history.trim(0)
    expect(history.elder).toBe(1)
    history.trim(99)
    expect(history.elder).toBe(3)
    expect(history.latest).toBe(3)
  })

  it('goes back to a mark, and forgets all that came after it, and nothing else (SBX-94)', () => {
    begin()
    const kept = { plain: send('alice', pay('bob', '1')), ...bumped('bob', 'carol') }
    close()
    history.trim(2)
    const before = {
      ...history,
      ledgers: [...history.ledgers],
      transactions: [...history.transactions],
      operations: [...history.operations],
      payments: [...history.payments],
      affecting: history.ofAccount(idOf('alice')).affecting.map(({ id }) => id),
      entries: [...history.state.all()],
    }
    const mark = history.mark()
    const gone = { plain: send('alice', pay('bob', '1')), ...bumped('bob', 'carol') }
    close()
    history.trim(4)
    expect(history.transaction(gone.inner)?.hash).toBe(gone.outer)
    history.rewind(mark)
    expect(history.latest).toBe(3)
    expect(history.elder).toBe(2)
    expect(history.ledger(3)?.sequence).toBe(3)
    expect(history.ledger(4)).toBeUndefined()
    expect(history.ledgers).toEqual(before.ledgers)
    expect(history.transactions).toEqual(before.transactions)
    expect(history.operations).toEqual(before.operations)
    expect(history.payments).toEqual(before.payments)
    const { affecting } = history.ofAccount(idOf('alice'))
    expect(affecting.map(({ id }) => id)).toEqual(before.affecting)
    expect([...history.state.all()]).toEqual(before.entries)
    for (const hash of Object.values(gone)) expect(history.transaction(hash)).toBeUndefined()
    expect(history.transaction(kept.plain)?.hash).toBe(kept.plain)
    expect(history.transaction(kept.outer)?.hash).toBe(kept.outer)
    expect(history.transaction(kept.inner)?.hash).toBe(kept.outer)
    expect(balanceOf('alice')).toBe(9999999900n)
    expect(balanceOf('alice', 1)).toBe(10000000000n)
    expect(balanceOf('alice', 2)).toBeUndefined()
  })
})

it('looks back on what came after the mark it went back to, not on what was forgotten (SBX-94)', () => {
  const spend = (...amounts: readonly string[]) => {
    for (const amount of amounts) {
      send('alice', pay('bob', amount))
      close()
    }
  }
  begin()
  const mark = history.mark()
  spend('1', '2')
  history.rewind(mark)
  world = createWorld()
  const unseen = history
  history = createHistory(world.ledger.genesis, world.ledger.entries())
  begin()
  history = unseen
  spend('10', '20')
  const left = [0, 1, 2].map((ledgers) => balanceOf('alice', ledgers))
  expect(left).toEqual([9699999800n, 9899999900n, 10000000000n])
})

describe('the operations of an account', () => {
  const of = (name: string) =>
    history.ofAccount(idOf(name)).operations.map((one) => readOperation(one).body.type)
  const together = (source: string, others: string[], ...operations: Draft['operations'][0][]) => {
    const signers = [source, ...others]
    const admitted = world.queue.admit(world.envelope({ source, signers, operations }))
    expect(admitted.status).toBe('PENDING')
    close()
  }

  it('have those it pays the reserve in, and none of what is done with that later', () => {
    begin()
    const [source, usd] = [idOf('bob'), asset('USD')]
    const signer = { ed25519PublicKey: idOf('issuer'), weight: 1 }
    together(
      'carol',
      ['bob'],
      Operation.beginSponsoringFutureReserves({ sponsoredId: source }),
      Operation.changeTrust({ source, asset: usd }),
      Operation.setOptions({ source, signer }),
      Operation.endSponsoringFutureReserves({ source }),
    )
    const paid = ['createAccount', 'beginSponsoringFutureReserves', 'changeTrust', 'setOptions']
    expect(of('carol')).toEqual(paid)
    const sum = { asset: usd, amount: '1' }
    together('issuer', [], Operation.payment({ ...sum, destination: source }))
    together('bob', [], Operation.setOptions({ signer: { ...signer, weight: 2 } }))
    expect(of('carol')).toEqual(paid)
    expect(history.ofAccount(idOf('carol')).payments).toHaveLength(1)
  })

  it('have the end of a sponsorship of theirs, whoever else ends it', () => {
    begin()
    const source = idOf('bob')
    const [name, signer] = ['kept', { ed25519PublicKey: idOf('issuer'), weight: 1 }]
    const offer = { selling: Asset.native(), buying: asset('USD'), amount: '1', price: '1' }
    together(
      'carol',
      ['bob'],
      Operation.beginSponsoringFutureReserves({ sponsoredId: source }),
      Operation.changeTrust({ source, asset: asset('USD') }),
      Operation.manageData({ source, name, value: 'a' }),
      Operation.setOptions({ source, signer }),
      Operation.manageSellOffer({ source, ...offer }),
      Operation.endSponsoringFutureReserves({ source }),
    )
    const sponsoredId = idOf('dave')
    together(
      'carol',
      ['dave'],
      Operation.beginSponsoringFutureReserves({ sponsoredId }),
      Operation.createAccount({ destination: sponsoredId, startingBalance: '10' }),
      Operation.endSponsoringFutureReserves({ source: sponsoredId }),
    )
    const before = of('bob').length
    together(
      'carol',
      [],
      Operation.revokeAccountSponsorship({ account: sponsoredId }),
      Operation.revokeTrustlineSponsorship({ account: source, asset: asset('USD') }),
      Operation.revokeDataSponsorship({ account: source, name }),
      Operation.revokeSignerSponsorship({ account: source, signer }),
      Operation.revokeOfferSponsorship({ seller: source, offerId: '1' }),
    )
    expect(history.transactions.at(-1)?.successful).toBe(true)
    expect(of('bob').slice(before)).toEqual(Array(4).fill('revokeSponsorship'))
    expect(of('dave').at(-1)).toBe('revokeSponsorship')
  })

  it('have a claimable balance that it could claim, but not when another claims it', () => {
    begin()
    const claimants = [new Claimant(idOf('bob')), new Claimant(idOf('carol'))]
    const sum = { asset: Asset.native(), amount: '5' }
    together('alice', [], Operation.createClaimableBalance({ ...sum, claimants }))
    const [balance] = [...history.state.all()].filter(({ type }) => type === 'claimable_balance')
    const balanceId = balance?.type === 'claimable_balance' ? balance.id : ''
    together('bob', [], Operation.claimClaimableBalance({ balanceId }))
    const created = ['createAccount', 'createClaimableBalance']
    expect([of('alice'), of('bob'), of('carol')]).toEqual([
      created,
      [...created, 'claimClaimableBalance'],
      created,
    ])
  })
})

describe('a trade', () => {
  const usd = asset('USD')
  const eur = asset('EUR')

  function market(): void {
    begin()
    const sell = (from: string, [selling, buying]: readonly [Asset, Asset], price: string) =>
      Operation.manageSellOffer({ source: idOf(from), selling, buying, amount: '10', price })
    const trust = ['alice', 'bob', 'carol'].flatMap((name) =>
      [usd, eur].flatMap((one) => [Operation.changeTrust({ source: idOf(name), asset: one })]),
    )
    const issue = ['alice', 'bob'].flatMap((name) =>
      [usd, eur].map((one) =>
        Operation.payment({ destination: idOf(name), asset: one, amount: '100' }),
      ),
    )
    const offers = [
      sell('alice', [usd, Asset.native()], '2'),
      sell('bob', [usd, Asset.native()], '3'),
      sell('alice', [eur, usd], '1'),
    ]
    world.queue.admit(
      world.envelope({
        source: 'issuer',
        signers: ['issuer', 'alice', 'bob', 'carol'],
        operations: [...trust, ...issue, ...offers],
        fee: '100',
      }),
    )
    close()
  }
  const last = () => {
    const operation = history.operations.at(-1)
    if (operation === undefined) throw new Error('nothing was done')
    return operation
  }
  const amounts = () => {
    const { body, result } = readOperation(last())
    return pathAmounts(body, result)
  }

  it('has the price of each offer that was taken, and neither it nor its effects if all failed', () => {
    market()
    const buy = Operation.manageBuyOffer({
      selling: Asset.native(),
      buying: usd,
      buyAmount: '15',
      price: '3',
    })
    send('carol', buy, pay('alice', '99999'))
    close()
    const [failed] = history.transactions.slice(-1)
    expect(failed?.successful).toBe(false)
    expect(failed?.operations.flatMap(tradesOf)).toEqual([])
    expect(failed?.operations.flatMap(effectsOf)).toEqual([])
    send('carol', buy)
    close()
    const trades = tradesOf(last()).map(({ taker, seller, price, sold, bought, position }) => {
      return [taker, seller, price, sold.amount, bought.amount, position]
    })
    expect(trades).toEqual([
      [idOf('carol'), idOf('alice'), { n: 2, d: 1 }, 100_000_000n, 200_000_000n, 0],
      [idOf('carol'), idOf('bob'), { n: 3, d: 1 }, 50_000_000n, 150_000_000n, 1],
    ])
    const affected = ['alice', 'bob'].map((name) => history.ofAccount(idOf(name)).affecting.at(-1))
    expect(affected).toEqual([last(), last()])
    const sale = { selling: Asset.native(), buying: usd, amount: '3', price: '0.25' }
    send('carol', Operation.manageSellOffer(sale))
    close()
    const taken = () => tradesOf(last()).map(({ seller, sold, bought }) => [seller, sold, bought])
    const bobs = [
      idOf('bob'),
      { asset: `USD:${idOf('issuer')}`, amount: 10_000_000n },
      { asset: 'native', amount: 30_000_000n },
    ]
    expect(taken()).toEqual([bobs])
    send('carol', Operation.createPassiveSellOffer(sale))
    close()
    expect(taken()).toEqual([bobs])
  })

  it('on a path counts as spent by its first step alone, and as nothing when it failed (SBX-79)', () => {
    market()
    const toAlice = { destination: idOf('alice'), destAsset: eur }
    const receive = (sendMax: string) =>
      Operation.pathPaymentStrictReceive({
        ...toAlice,
        sendAsset: Asset.native(),
        sendMax,
        destAmount: '5',
        path: [usd],
      })
    send('carol', receive('20'))
    close()
    expect(amounts()).toEqual({ sent: 100_000_000n, received: 50_000_000n })
    send('carol', receive('1'))
    close()
    expect(amounts()).toEqual({ sent: 0n, received: 50_000_000n })
    const give = (destMin: string) =>
      Operation.pathPaymentStrictSend({
        ...toAlice,
        sendAsset: Asset.native(),
        sendAmount: '4',
        destMin,
        path: [usd],
      })
    send('carol', give('1'))
    close()
    expect(amounts()).toEqual({ sent: 40_000_000n, received: 20_000_000n })
    send('carol', give('9'))
    close()
    expect(amounts()).toEqual({ sent: 40_000_000n, received: 0n })
    const noAccount = xdr.OperationResult.opNoAccount()
    const untried = [receive('1'), give('9')].map(({ body }) => pathAmounts(body, noAccount))
    expect(untried).toEqual([
      { sent: 0n, received: 50_000_000n },
      { sent: 40_000_000n, received: 0n },
    ])
  })

  it('is none where the asset stays the same: as much is spent as arrives', () => {
    begin()
    const [sendAsset, destAsset] = [Asset.native(), Asset.native()]
    const [destination, path] = [idOf('bob'), []]
    send(
      'alice',
      Operation.pathPaymentStrictReceive({
        sendAsset,
        destAsset,
        destination,
        path,
        sendMax: '7',
        destAmount: '5',
      }),
    )
    close()
    expect(amounts()).toEqual({ sent: 50_000_000n, received: 50_000_000n })
    expect(tradesOf(last())).toEqual([])
    expect(effectsOf(last()).map(({ type }) => type)).toEqual([
      'account_credited',
      'account_debited',
    ])
  })
})
