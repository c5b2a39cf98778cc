import {
  Account,
  Asset,
  Claimant,
  LiquidityPoolAsset,
  MuxedAccount,
  Operation,
} from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import {
  affectedBy,
  explainsItself,
  isPayment,
  participantsOf,
} from '../../../src/sandbox/network/history/participants.ts'
import type { Entry, EntryChange, Signer } from '../../../src/sandbox/network/ledger/entries.ts'
import { account, balance, data, line, offer } from '../http/entries.ts'
import { asset, idOf } from '../ledger/world.ts'

/** Whose lists an operation is in (SBX-79). */

const [source, one, other] = [idOf('source'), idOf('one'), idOf('other')]
const muxed = new MuxedAccount(new Account(one, '0'), '7').accountId()
const usd = asset('USD')
const sum = { asset: usd, amount: '1' }
const way = { sendAsset: usd, destAsset: usd, destination: muxed }
const pair = { selling: usd, buying: Asset.native(), price: '1' }
const signer = { ed25519PublicKey: other }
const balanceId = `00000000${'0f'.repeat(32)}`
const pool = new LiquidityPoolAsset(Asset.native(), usd, 30)

/** Each with those that it names, and whether it is a payment. */
const cases: readonly (readonly [string, xdr.Operation, readonly string[], boolean])[] = [
  [
    'create_account',
    Operation.createAccount({ destination: one, startingBalance: '1' }),
    [one],
    true,
  ],
  ['payment', Operation.payment({ ...sum, destination: muxed }), [one], true],
  [
    'path_payment_strict_receive',
    Operation.pathPaymentStrictReceive({ ...way, sendMax: '1', destAmount: '1' }),
    [one],
    true,
  ],
  [
    'path_payment_strict_send',
    Operation.pathPaymentStrictSend({ ...way, sendAmount: '1', destMin: '1' }),
    [one],
    true,
  ],
  ['account_merge', Operation.accountMerge({ destination: muxed }), [one], true],
  ['manage_sell_offer', Operation.manageSellOffer({ ...pair, amount: '1' }), [], false],
  ['manage_buy_offer', Operation.manageBuyOffer({ ...pair, buyAmount: '1' }), [], false],
  [
    'create_passive_sell_offer',
    Operation.createPassiveSellOffer({ ...pair, amount: '1' }),
    [],
    false,
  ],
  ['set_options', Operation.setOptions({ inflationDest: one }), [], false],
  ['change_trust', Operation.changeTrust({ asset: usd }), [], false],
  ['change_trust of a pool', Operation.changeTrust({ asset: pool }), [], false],
  [
    'allow_trust',
    Operation.allowTrust({ trustor: one, assetCode: 'USD', authorize: 1 }),
    [one],
    false,
  ],
  [
    'set_trust_line_flags',
    Operation.setTrustLineFlags({ trustor: one, asset: usd, flags: { authorized: true } }),
    [one],
    false,
  ],
  ['manage_data', Operation.manageData({ name: 'a', value: 'b' }), [], false],
  ['bump_sequence', Operation.bumpSequence({ bumpTo: '1' }), [], false],
  [
    'create_claimable_balance',
    Operation.createClaimableBalance({
      ...sum,
      claimants: [new Claimant(one), new Claimant(other)],
    }),
    [one, other],
    false,
  ],
  ['claim_claimable_balance', Operation.claimClaimableBalance({ balanceId }), [], false],
  [
    'begin_sponsoring_future_reserves',
    Operation.beginSponsoringFutureReserves({ sponsoredId: one }),
    [one],
    false,
  ],
  ['end_sponsoring_future_reserves', Operation.endSponsoringFutureReserves({}), [], false],
  [
    'revoke_sponsorship of an account',
    Operation.revokeAccountSponsorship({ account: one }),
    [one],
    false,
  ],
  [
    'revoke_sponsorship of a trust line',
    Operation.revokeTrustlineSponsorship({ account: one, asset: usd }),
    [one],
    false,
  ],
  [
    'revoke_sponsorship of a data entry',
    Operation.revokeDataSponsorship({ account: one, name: 'a' }),
    [one],
    false,
  ],
  [
    'revoke_sponsorship of an offer',
    Operation.revokeOfferSponsorship({ seller: one, offerId: '1' }),
    [one],
    false,
  ],
  [
    'revoke_sponsorship of a signer',
    Operation.revokeSignerSponsorship({ account: one, signer }),
    [one],
    false,
  ],
  [
    'revoke_sponsorship of a claimable balance',
    Operation.revokeClaimableBalanceSponsorship({ balanceId }),
    [],
    false,
  ],
  ['clawback', Operation.clawback({ ...sum, from: muxed }), [one], false],
  ['clawback_claimable_balance', Operation.clawbackClaimableBalance({ balanceId }), [], false],
]

test.each(cases)(
  '%s is in the lists of its source and of whom it names',
  (...[, operation, named, payment]) => {
    expect([...participantsOf(operation, source, [])]).toEqual([source, ...named])
    expect(isPayment(operation.body)).toBe(payment)
  },
)

const key = 'k'
const created = (after: Entry): EntryChange => ({ key, after })
const changed = (before: Entry, after: Entry): EntryChange => ({ key, before, after })
const removed = (before: Entry): EntryChange => ({ key, before })
const signed = (...signers: readonly Signer[]) => account(one, { signers, sponsor: 'old' })

test('an operation is in the lists of who pays for what came to be, each of them once', () => {
  const bump = Operation.bumpSequence({ bumpTo: '1' })
  const changes = [
    created(line(one, 'USD:G', { sponsor: 'first' })),
    created(data(one, 'a')),
    created(data(one, 'b', { sponsor: 'second' })),
    created(data(one, 'c', { sponsor: 'first' })),
    changed(
      signed({ key: 'a', weight: 1, sponsor: 'old' }),
      signed(
        { key: 'a', weight: 2, sponsor: 'old' },
        { key: 'b', weight: 1, sponsor: 'third' },
        { key: 'c', weight: 1 },
        { key: 'd', weight: 1, sponsor: 'fourth' },
      ),
    ),
    removed(balance('1', { sponsor: 'old' })),
  ]
  const found = participantsOf(bump, source, changes)
  expect([...found]).toEqual([source, 'first', 'second', 'third', 'fourth'])
})

test('an operation has effects on the owner of each thing that it made, changed or removed', () => {
  const changes = [
    changed(account('account'), account('account')),
    created(line('trustor', 'USD:G')),
    removed(line('former trustor', 'USD:G')),
    created(data('keeper', 'a')),
    removed(data('former keeper', 'a')),
    changed(offer(1n, { seller: 'seller' }), offer(1n, { seller: 'seller' })),
    removed(offer(2n, { seller: 'former seller' })),
    created(balance('1', { sponsor: 'payer' })),
    removed(account('merged')),
  ]
  expect(affectedBy(changes)).toEqual([
    'account',
    'trustor',
    'former trustor',
    'keeper',
    'former keeper',
    'seller',
    'former seller',
    'merged',
  ])
})

test('the changes of a plain payment or creation are not kept, unless something is sponsored', () => {
  const plain = [changed(account(one), account(one)), created(account(other))]
  const sponsored = [...plain, created(account('c', { sponsor: one }))]
  const explained = cases
    .filter(([, { body }]) => explainsItself(body, plain))
    .map(([type]) => type)
  expect(explained).toEqual(['create_account', 'payment'])
  expect(cases.filter(([, { body }]) => explainsItself(body, sponsored))).toEqual([])
})
