import { Asset, xdr } from '@stellar/stellar-sdk'
import { expect, test } from 'vitest'
import {
  assetKeyOf,
  assetWords,
  codeOf,
  prefixedAsset,
} from '../../../src/sandbox/network/history/assets.ts'
import {
  ACCOUNT_FLAGS,
  flagLists,
  TRUST_LINE_FLAGS,
} from '../../../src/sandbox/network/history/flag-words.ts'
import {
  predicateWords,
  sentPredicateWords,
} from '../../../src/sandbox/network/history/predicate-words.ts'
import { priceWords } from '../../../src/sandbox/network/history/prices.ts'
import { timeWords } from '../../../src/sandbox/network/history/times.ts'
import { LARGEST_ID, ledgerOf, toid } from '../../../src/sandbox/network/history/toid.ts'

const issuer = 'GAYOLLLUIZE4DZMBB2ZBKGBUBZLIOYU6XFLW37GBP2VZD3ABNXCW4BVA'

test.each([
  ['A', 'credit_alphanum4'],
  ['USDC', 'credit_alphanum4'],
  ['EUROS', 'credit_alphanum12'],
  ['TWELVELETTER', 'credit_alphanum12'],
])('names the asset %s by its code and as %s (SBX-79)', (code, type) => {
  const key = assetKeyOf(new Asset(code, issuer).toXdrObject())
  expect(key).toBe(`${code}:${issuer}`)
  const words = { asset_type: type, asset_code: code, asset_issuer: issuer }
  expect(assetWords(key)).toEqual(words)
  expect(prefixedAsset('sold_', key)).toEqual({
    sold_asset_type: type,
    sold_asset_code: code,
    sold_asset_issuer: issuer,
  })
})

test('names the native asset by its type alone (SBX-79)', () => {
  expect(assetKeyOf(Asset.native().toXdrObject())).toBe('native')
  expect(assetWords('native')).toEqual({ asset_type: 'native' })
})

test.each([
  [[0, 0, 0, 0], ''],
  [[65, 0, 0, 0], 'A'],
  [[65, 66, 67, 68], 'ABCD'],
  [[65, 0, 66, 0], 'A\0B'],
  [[0xff, 65, 0, 0], 'ÿA'],
])('reads the bytes %j as the code %j, without the padding', (bytes, code) => {
  expect(codeOf(new Uint8Array(bytes))).toBe(code)
})

test.each([
  [7, 2, '3.5000000'],
  [7, 1, '7.0000000'],
  [1, 3, '0.3333333'],
  [2, 3, '0.6666667'],
  [1, 20_000_000, '0.0000001'],
  [1, 20_000_001, '0.0000000'],
  [2_147_483_647, 1, '2147483647.0000000'],
  [1, 0, '0.0000000'],
  [1, -1, '0.0000000'],
])('writes the price %d/%d as %s, rounded half up', (n, d, words) => {
  expect(priceWords({ n, d })).toBe(words)
})

test.each([
  [ACCOUNT_FLAGS, 0, {}],
  [ACCOUNT_FLAGS, null, {}],
  [
    ACCOUNT_FLAGS,
    15,
    {
      set: [1, 2, 4, 8],
      set_s: ['auth_required', 'auth_revocable', 'auth_immutable', 'auth_clawback_enabled'],
    },
  ],
  [ACCOUNT_FLAGS, 6, { set: [2, 4], set_s: ['auth_revocable', 'auth_immutable'] }],
  [
    TRUST_LINE_FLAGS,
    7,
    {
      set: [1, 2, 4],
      set_s: ['authorized', 'authorized_to_maintain_liabilities', 'clawback_enabled'],
    },
  ],
] as const)('lists flags as bits and as words: %j of %j (SBX-79)', (names, flags, lists) => {
  expect(flagLists('set', flags, names)).toEqual(lists)
})

test('writes a predicate that denies nothing as nothing', () => {
  expect(sentPredicateWords(xdr.ClaimPredicate.claimPredicateNot(null))).toEqual({})
})

test('writes a predicate as the ledger keeps it', () => {
  const before = { type: 'before', epoch: 1_700_000_000n } as const
  const always = { type: 'unconditional' } as const
  const either = { type: 'or', of: [before, always] } as const
  const words = { abs_before: '2023-11-14T22:13:20Z', abs_before_epoch: '1700000000' }
  expect(predicateWords({ type: 'and', of: [either, { type: 'not', of: before }] })).toEqual({
    and: [{ or: [words, { unconditional: true }] }, { not: words }],
  })
})

test.each([
  [0n, '1970-01-01T00:00:00Z'],
  [1_700_000_000n, '2023-11-14T22:13:20Z'],
  [9_223_372_036_854_775_807n, '9999-12-31T23:59:59Z'],
])('writes the second %d as %s (SBX-70)', (second, words) => {
  expect(timeWords(second)).toBe(words)
})

test('gives a ledger and a transaction ids of their own, of which the ledger can be told', () => {
  expect(toid(3)).toBe(12884901888n)
  expect(toid(3, 1)).toBe(12884905984n)
  expect(ledgerOf(12884905985n)).toBe(3)
  expect(LARGEST_ID).toBe(9223372036854775807n)
})
