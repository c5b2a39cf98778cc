import { Asset, Horizon, Keypair, Operation } from '@stellar/stellar-sdk'
import type { xdr } from '@stellar/stellar-sdk'
import { describe, expect, it, test } from 'vitest'
import {
  dataEffects,
  signerEffects,
  sponsorshipEffects,
  trustLineEffects,
} from '../../../src/sandbox/network/history/effects/changed.ts'
import { EFFECT_NUMBERS } from '../../../src/sandbox/network/history/effects/effect.ts'
import {
  allowTrustEffects,
  setFlagsEffects,
} from '../../../src/sandbox/network/history/effects/line-flags.ts'
import { setOptionsEffects } from '../../../src/sandbox/network/history/effects/set-options.ts'
import type {
  AccountEntry,
  DataEntry,
  Signer,
  TrustLineEntry,
} from '../../../src/sandbox/network/ledger/entries.ts'

/** What one change or one operation is told as, to the word, as Horizon tells it. */

const seeded = (fill: number) =>
  Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(fill)).publicKey()
const [issuer, holder] = [seeded(1), seeded(2)]
const source = { account: issuer, muxed: { address: 'M1', id: '1' } }
const none = { buying: 0n, selling: 0n }

const account = (master: number, ...signers: readonly Signer[]): AccountEntry => ({
  type: 'account',
  id: 'GM',
  balance: 1n,
  sequence: 1n,
  sequenceLedger: 1,
  sequenceTime: 1n,
  subentries: signers.length,
  flags: 0,
  homeDomain: '',
  liabilities: none,
  sponsoring: 0,
  sponsored: 0,
  lastModifiedLedger: 1,
  signers,
  thresholds: { master, low: 0, medium: 0, high: 0 },
})
const line = (limit: bigint, sponsor?: string): TrustLineEntry => ({
  type: 'trustline',
  account: holder,
  asset: `USD:${issuer}`,
  balance: 0n,
  limit,
  flags: 1,
  liabilities: none,
  lastModifiedLedger: 1,
  ...(sponsor !== undefined && { sponsor }),
})
const data = (value: string, sponsor?: string): DataEntry => ({
  type: 'data',
  account: holder,
  name: 'kept',
  value: Buffer.from(value),
  lastModifiedLedger: 1,
  ...(sponsor !== undefined && { sponsor }),
})
const key = 'k'

test('each type of effect has the number that clients know it by (SBX-79)', () => {
  const known: Readonly<Record<string, unknown>> = Horizon.ServerApi.EffectType
  const names = Object.keys(EFFECT_NUMBERS)
  expect(names).toHaveLength(42)
  expect(EFFECT_NUMBERS).toEqual(Object.fromEntries(names.map((name) => [name, known[name]])))
})

describe('signers (SBX-79)', () => {
  const told = (before: AccountEntry, after: AccountEntry) =>
    signerEffects(source, [{ key, before, after }]).map(({ on, type, details }) => {
      expect(on).toBe(source)
      return [type, details]
    })
  const words = (signer: string, weight: number) => ({ weight, public_key: signer, key: signer })

  test('that were there are told first, each group by its keys; an own key of no weight is none', () => {
    const before = account(0, { key: 'GZ', weight: 1 }, { key: 'GX', weight: 1 })
    const after = account(1, { key: 'GX', weight: 2 }, { key: 'GN', weight: 3 })
    expect(told(before, after)).toEqual([
      ['signer_updated', words('GX', 2)],
      ['signer_removed', words('GZ', 0)],
      ['signer_created', words('GM', 1)],
      ['signer_created', words('GN', 3)],
    ])
    expect(told(account(1), account(0))).toEqual([['signer_removed', words('GM', 0)]])
    expect(told(after, after)).toEqual([])
  })
})

test('a trust line is told of with its new limit, set to what it was or taken away too', () => {
  const told = (before?: TrustLineEntry, after?: TrustLineEntry) =>
    trustLineEffects(source, [{ key, ...(before && { before }), ...(after && { after }) }])
  const words = (type: string, limit: string) => ({
    on: source,
    type,
    details: { asset_type: 'credit_alphanum4', asset_code: 'USD', asset_issuer: issuer, limit },
  })
  expect(told(undefined, line(5n))).toEqual([words('trustline_created', '0.0000005')])
  expect(told(line(5n), line(5n))).toEqual([words('trustline_updated', '0.0000005')])
  expect(told(line(5n))).toEqual([words('trustline_removed', '0.0000000')])
})

test('a data entry is told of with its value, while it has one', () => {
  expect(dataEffects(source, [{ key, after: data('a') }])).toEqual([
    { on: source, type: 'data_created', details: { name: 'kept', value: 'YQ==' } },
  ])
  expect(dataEffects(source, [{ key, before: data('a'), after: data('b') }])).toEqual([
    { on: source, type: 'data_updated', details: { name: 'kept', value: 'Yg==' } },
  ])
  expect(dataEffects(source, [{ key, before: data('a') }])).toEqual([
    { on: source, type: 'data_removed', details: { name: 'kept' } },
  ])
})

describe('a sponsorship (SBX-79)', () => {
  test('of a trust line is told to its holder, one of data to whom the operation is of', () => {
    const changes = [
      { key, before: line(1n), after: line(1n, 'GS') },
      { key, before: data('a', 'GS'), after: data('a', 'GT') },
      { key, before: data('a', 'GS') },
      { key, before: line(1n, 'GS'), after: line(2n, 'GS') },
    ]
    const ofLine = { asset_type: '', asset: `USD:${issuer}` }
    expect(sponsorshipEffects(source, changes)).toEqual([
      {
        on: { account: holder },
        type: 'trustline_sponsorship_created',
        details: { ...ofLine, sponsor: 'GS' },
      },
      {
        on: source,
        type: 'data_sponsorship_updated',
        details: { data_name: 'kept', former_sponsor: 'GS', new_sponsor: 'GT' },
      },
      {
        on: source,
        type: 'data_sponsorship_removed',
        details: { data_name: 'kept', former_sponsor: 'GS' },
      },
    ])
  })

  test('of an account comes before those of its signers, which come by their keys', () => {
    const before = account(1, { key: 'GZ', weight: 1, sponsor: 'GS' }, { key: 'GY', weight: 1 })
    const removed = sponsorshipEffects(source, [{ key, before: { ...before, sponsor: 'GS' } }])
    expect(removed).toEqual([
      {
        on: { account: 'GM' },
        type: 'account_sponsorship_removed',
        details: { former_sponsor: 'GS' },
      },
      {
        on: { account: 'GM' },
        type: 'signer_sponsorship_removed',
        details: { signer: 'GZ', former_sponsor: 'GS' },
      },
    ])
    const after = account(
      1,
      { key: 'GZ', weight: 1, sponsor: 'GT' },
      { key: 'GY', weight: 1, sponsor: 'GT' },
      { key: 'GA', weight: 1 },
    )
    expect(sponsorshipEffects(source, [{ key, before, after }])).toEqual([
      {
        on: { account: 'GM' },
        type: 'signer_sponsorship_created',
        details: { signer: 'GY', sponsor: 'GT' },
      },
      {
        on: { account: 'GM' },
        type: 'signer_sponsorship_updated',
        details: { signer: 'GZ', former_sponsor: 'GS', new_sponsor: 'GT' },
      },
    ])
  })
})

describe('the flags of a trust line are told as they were asked for', () => {
  const asset = new Asset('DOLLARS', issuer)
  const words = { trustor: holder, asset_type: 'credit_alphanum12', asset_code: 'DOLLARS' }
  const details = { ...words, asset_issuer: issuer }
  const all = { authorized: 'authorized_flag', maintain: 'authorized_to_maintain_liabilites_flag' }

  it.each([
    [0, 'trustline_deauthorized', { [all.authorized]: false, [all.maintain]: false }],
    [1, 'trustline_authorized', { [all.authorized]: true }],
    [2, 'trustline_authorized_to_maintain_liabilities', { [all.maintain]: true }],
  ])('by allow_trust with %d', (authorize, type, flags) => {
    const operation = Operation.allowTrust({
      trustor: holder,
      assetCode: 'DOLLARS',
      authorize: authorize as 0 | 1 | 2,
    })
    expect(allowTrustEffects(operation.body.value as xdr.AllowTrustOp, source)).toEqual([
      { on: source, type, details },
      { on: source, type: 'trustline_flags_updated', details: { ...details, ...flags } },
    ])
  })

  it('by set_trust_line_flags, set and cleared, or none', () => {
    const flagsOf = { trustor: holder, asset, flags: { authorized: true, clawbackEnabled: false } }
    const both = Operation.setTrustLineFlags(flagsOf).body.value as xdr.SetTrustLineFlagsOp
    const neither = { trustor: both.trustor, asset: both.asset, setFlags: 0, clearFlags: 0 }
    const updated = { on: source, type: 'trustline_flags_updated' }
    const flags = { authorized_flag: true, clawback_enabled_flag: false }
    expect(setFlagsEffects(both, source)).toEqual([
      { ...updated, details: { ...details, ...flags } },
    ])
    expect(setFlagsEffects(neither as xdr.SetTrustLineFlagsOp, source)).toEqual([
      { ...updated, details },
    ])
  })
})

describe('set_options', () => {
  const told = (options: Parameters<typeof Operation.setOptions>[0]) =>
    setOptionsEffects(Operation.setOptions(options).body.value as xdr.SetOptionsOp, source)

  it('tells what was set, and nothing of what was not', () => {
    expect(told({})).toEqual([])
    expect(told({ masterWeight: 1 })).toEqual([])
    expect(told({ homeDomain: '' })).toEqual([
      { on: source, type: 'account_home_domain_updated', details: { home_domain: '' } },
    ])
    expect(told({ medThreshold: 0, inflationDest: holder })).toEqual([
      { on: source, type: 'account_thresholds_updated', details: { med_threshold: 0 } },
      {
        on: source,
        type: 'account_inflation_destination_updated',
        details: { inflation_destination: holder },
      },
    ])
  })

  it('tells each flag as set or as cleared', () => {
    const flags = {
      auth_required_flag: false,
      auth_revocable_flag: true,
      auth_immutable_flag: true,
    }
    expect(told({ setFlags: 6 as never, clearFlags: 1 as never })).toEqual([
      { on: source, type: 'account_flags_updated', details: flags },
    ])
    expect(told({ clearFlags: 8 as never })).toEqual([
      {
        on: source,
        type: 'account_flags_updated',
        details: { auth_clawback_enabled_flag: false },
      },
    ])
  })
})
