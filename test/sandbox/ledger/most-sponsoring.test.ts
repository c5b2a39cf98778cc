import { Asset, Claimant, Operation, type xdr } from '@stellar/stellar-sdk'
import { expect, it } from 'vitest'
import type { Entry } from '../../../src/sandbox/network/ledger/entries.ts'
import { newAccount } from '../../../src/sandbox/network/ledger/operations/create-account.ts'
import { succeeded } from '../../../src/sandbox/network/ledger/operations/operation-rule.ts'
import { ruleFor } from '../../../src/sandbox/network/ledger/operations/operation-table.ts'
import { createState } from '../../../src/sandbox/network/ledger/state.ts'
import { asset, idOf } from './world.ts'

/** A sponsor carries as many reserves as 32 bits count, whatever they are of (SBX-49). */

const most = 4_294_967_295
const [alice, sponsor, child] = [idOf('alice'), idOf('sponsor'), idOf('child')]
const friend = { ed25519PublicKey: idOf('friend') }

const entries: readonly Entry[] = [
  {
    ...newAccount(alice, 10n ** 15n, 0n),
    subentries: 2,
    signers: [{ key: friend.ed25519PublicKey, weight: 1 }],
  },
  newAccount(idOf('issuer'), 10n ** 15n, 0n),
  {
    type: 'data',
    account: alice,
    name: 'old',
    value: new Uint8Array(1),
    lastModifiedLedger: 1,
  },
]

const own = { selling: asset('OWN', 'alice'), buying: Asset.native(), price: '1' }
const amount = '1'
const operations: readonly xdr.Operation[] = [
  Operation.createAccount({ destination: child, startingBalance: '1' }),
  Operation.changeTrust({ asset: asset('USD') }),
  Operation.manageData({ name: 'new', value: 'x' }),
  Operation.setOptions({ signer: { ed25519PublicKey: idOf('other'), weight: 1 } }),
  Operation.manageSellOffer({ ...own, amount }),
  Operation.createPassiveSellOffer({ ...own, amount }),
  Operation.manageBuyOffer({ ...own, buyAmount: amount }),
  Operation.createClaimableBalance({
    asset: Asset.native(),
    amount,
    claimants: [new Claimant(idOf('issuer'))],
  }),
  Operation.revokeDataSponsorship({ account: alice, name: 'old' }),
  Operation.revokeSignerSponsorship({ account: alice, signer: friend }),
]

/** What becomes of an operation of alice whose sponsor carries so many reserves. */
const told = ({ body }: xdr.Operation, sponsoring: number) => {
  const state = createState({ sequence: 9, closeTime: 1n, baseReserve: 1n, protocolVersion: 27 })
  for (const entry of entries) state.put(entry)
  state.put({ ...newAccount(sponsor, 10n ** 15n, 0n), sponsoring })
  const result = ruleFor(body)?.apply(body, {
    state,
    source: alice,
    index: 0,
    transaction: { source: alice, sequence: 1n },
    sponsorships: new Map([alice, child].map((one) => [one, sponsor])),
  })
  return result?.type === 'opInner' ? succeeded(result) : result?.type
}

const cases = operations.map((operation) => ({ type: operation.body.type, operation }))

it.each(cases)('goes up to it and not beyond: $type', ({ operation }) => {
  expect(told(operation, most)).toBe('opTooManySponsoring')
  expect(told(operation, most - 2)).toBe(true)
})
