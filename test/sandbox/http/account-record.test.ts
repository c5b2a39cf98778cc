import { expect, test } from 'vitest'
import { createState } from '../../../src/sandbox/network/history/state.ts'
import {
  accountRecord,
  flagWords,
} from '../../../src/sandbox/network/http/records/account-record.ts'
import type {
  AccountEntry,
  Entry,
  TrustLineEntry,
} from '../../../src/sandbox/network/ledger/entries.ts'
import { bodyOf } from './exchange-of.ts'

/** Every field of an account, with each that is only there when it says something (SBX-14, SBX-79). */

const strkey = (start: string) => start.padEnd(56, 'A')
const id = strkey('GM')
const [payer, heir] = [strkey('GPAYER'), strkey('GHEIR')]
const liabilities = { buying: 3n, selling: 40_000_000n }

const plain: AccountEntry = {
  type: 'account',
  id,
  balance: 123_456_789n,
  sequence: 9_223_372_036_854_775_807n,
  sequenceLedger: 0,
  sequenceTime: 0n,
  subentries: 0,
  flags: 0,
  thresholds: { master: 1, low: 0, medium: 0, high: 0 },
  signers: [],
  homeDomain: '',
  liabilities,
  sponsoring: 0,
  sponsored: 0,
  lastModifiedLedger: 7,
}

const line = (asset: string, flags: number, sponsor?: string): TrustLineEntry => ({
  type: 'trustline',
  account: id,
  asset,
  balance: 10_000_000n,
  limit: 9_223_372_036_854_775_807n,
  flags,
  liabilities,
  lastModifiedLedger: 5,
  ...(sponsor === undefined ? {} : { sponsor }),
})

const told = (account: AccountEntry, owned: readonly Entry[] = []) =>
  bodyOf(
    accountRecord(account, {
      origin: 'http://h',
      state: createState(owned),
      closeTime: (ledger) => BigInt(1_700_000_000 + ledger),
    }),
  )

const href = (rest: string) => ({ href: `http://h/accounts/${id}${rest}` })
const list = (name: string) => ({ ...href(`/${name}{?cursor,limit,order}`), templated: true })
const common = {
  _links: {
    self: href(''),
    transactions: list('transactions'),
    operations: list('operations'),
    payments: list('payments'),
    effects: list('effects'),
    offers: list('offers'),
    trades: list('trades'),
    data: { ...href('/data/{key}'), templated: true },
  },
  id,
  account_id: id,
  paging_token: id,
  sequence: '9223372036854775807',
  last_modified_ledger: 7,
  last_modified_time: '2023-11-14T22:13:27Z',
}
const held = { buying_liabilities: '0.0000003', selling_liabilities: '4.0000000' }
const lumens = { balance: '12.3456789', ...held, asset_type: 'native' }
const noFlags = {
  auth_required: false,
  auth_revocable: false,
  auth_immutable: false,
  auth_clawback_enabled: false,
}

test('a new account has the fields that every account has, and no other (SBX-79)', () => {
  expect(told(plain)).toEqual({
    ...common,
    subentry_count: 0,
    thresholds: { low_threshold: 0, med_threshold: 0, high_threshold: 0 },
    flags: noFlags,
    balances: [lumens],
    signers: [{ weight: 1, key: id, type: 'ed25519_public_key' }],
    data: {},
    num_sponsoring: 0,
    num_sponsored: 0,
  })
})

test('an account that has everything tells everything, each list in its order (SBX-79)', () => {
  const data = (name: string) =>
    ({
      type: 'data',
      account: id,
      name,
      value: Buffer.from(`of ${name}`),
      lastModifiedLedger: 5,
    }) as const
  const issuers = [strkey('GA'), strkey('GB')] as const
  const owned = [
    data('b'),
    data('a'),
    data('c'),
    line(`USDCOIN:${issuers[0]}`, 5, payer),
    line(`USD:${issuers[1]}`, 0),
    line(`USD1:${issuers[0]}`, 2),
    line(`USD:${issuers[0]}`, 1),
  ]
  const account: AccountEntry = {
    ...plain,
    sequenceLedger: 6,
    sequenceTime: 1_700_000_006n,
    subentries: 11,
    flags: 10,
    thresholds: { master: 255, low: 1, medium: 2, high: 3 },
    signers: [
      { key: strkey('X'), weight: 4, sponsor: payer },
      { key: strkey('T'), weight: 3 },
      { key: strkey('P'), weight: 2 },
      { key: strkey('GZ'), weight: 1 },
    ],
    homeDomain: 'example.com',
    inflationDestination: heir,
    sponsoring: 4,
    sponsored: 2,
    sponsor: payer,
  }
  const credit = {
    balance: '1.0000000',
    limit: '922337203685.4775807',
    ...held,
    last_modified_ledger: 5,
  }
  const inUsd = { ...credit, asset_type: 'credit_alphanum4', asset_code: 'USD' }
  const may = { is_authorized: true, is_authorized_to_maintain_liabilities: true }
  const mayKeep = { is_authorized: false, is_authorized_to_maintain_liabilities: true }
  const mayNot = { is_authorized: false, is_authorized_to_maintain_liabilities: false }
  expect(told(account, owned)).toEqual({
    ...common,
    sequence_ledger: 6,
    sequence_time: '1700000006',
    subentry_count: 11,
    inflation_destination: heir,
    home_domain: 'example.com',
    thresholds: { low_threshold: 1, med_threshold: 2, high_threshold: 3 },
    flags: { ...noFlags, auth_revocable: true, auth_clawback_enabled: true },
    balances: [
      { ...inUsd, ...may, asset_issuer: issuers[0] },
      { ...inUsd, ...mayNot, asset_issuer: issuers[1] },
      { ...inUsd, ...mayKeep, asset_code: 'USD1', asset_issuer: issuers[0] },
      {
        ...credit,
        ...may,
        is_clawback_enabled: true,
        sponsor: payer,
        asset_type: 'credit_alphanum12',
        asset_code: 'USDCOIN',
        asset_issuer: issuers[0],
      },
      lumens,
    ],
    signers: [
      { weight: 255, key: id, type: 'ed25519_public_key' },
      { weight: 1, key: strkey('GZ'), type: 'ed25519_public_key' },
      { weight: 2, key: strkey('P'), type: 'ed25519_signed_payload' },
      { weight: 3, key: strkey('T'), type: 'preauth_tx' },
      { weight: 4, key: strkey('X'), type: 'sha256_hash', sponsor: payer },
    ],
    data: { a: 'b2YgYQ==', b: 'b2YgYg==', c: 'b2YgYw==' },
    num_sponsoring: 4,
    num_sponsored: 2,
    sponsor: payer,
  })
})

test('the entries of an account come in the order of their names (SBX-79)', () => {
  const names = ['b', 'c', 'a']
  const owned = names.map((name) => {
    const value = Buffer.from(name)
    return { type: 'data', account: id, name, value, lastModifiedLedger: 5 } as const
  })
  expect(Object.keys((told(plain, owned) as { data: object }).data)).toEqual(['a', 'b', 'c'])
})

test.each([
  [1, 'auth_required'],
  [2, 'auth_revocable'],
  [4, 'auth_immutable'],
  [8, 'auth_clawback_enabled'],
])('the flag %i of an account is %s, and no other (SBX-14)', (flag, name) => {
  expect(flagWords(flag)).toEqual({ ...noFlags, [name]: true })
})
