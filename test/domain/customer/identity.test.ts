import { describe, expect, it } from 'vitest'
import { muxedAddress } from '../../builders/muxed-address.ts'
import { isSameCustomerKey } from '../../../src/domain/customer/customer.ts'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import type { Claimant, ClaimedIdentity } from '../../../src/domain/customer/identity.ts'
import { claimedKey, isOwnAccount, mayReach } from '../../../src/domain/customer/identity.ts'

const at = new Date('2026-03-01T12:00:00Z')
const customer = (key: Customer['key']): Customer => ({
  id: 'c',
  key,
  fields: {},
  version: 1,
  createdAt: at,
  updatedAt: at,
})

describe('a customer found by its id', () => {
  it('is not reached by the same memo of another type, nor by another account (SEP12-24, SEP12-26)', () => {
    const token = { account: 'G1', memo: '1' }
    const reaches = (key: Customer['key']) => mayReach(token, customer(key))
    expect(reaches({ account: 'G1', memo: { type: 'id', value: '1' } })).toBe(true)
    expect(reaches({ account: 'G1', memo: { type: 'text', value: '1' } })).toBe(false)
    expect(reaches({ account: 'G1', memo: { type: 'id', value: '2' } })).toBe(false)
    expect(reaches({ account: 'G2', memo: { type: 'id', value: '1' } })).toBe(false)
    expect(reaches({ account: 'G1' })).toBe(false)
  })

  it('is reached under any memo by a token without one, of its account alone (SEP12-26)', () => {
    const memo = { type: 'text', value: 'shop' } as const
    expect(mayReach({ account: 'G1' }, customer({ account: 'G1', memo }))).toBe(true)
    expect(mayReach({ account: 'G2' }, customer({ account: 'G1', memo }))).toBe(false)
  })
})

it('the same memo under another account is another customer (SEP12-24)', () => {
  const memo = { type: 'id', value: '1' } as const
  expect(isSameCustomerKey({ account: 'G1', memo }, { account: 'G1', memo: { ...memo } })).toBe(
    true,
  )
  expect(isSameCustomerKey({ account: 'G1', memo }, { account: 'G2', memo })).toBe(false)
  expect(isSameCustomerKey({ account: 'G1' }, { account: 'G2' })).toBe(false)
})

describe('a memo that a request names', () => {
  const codeOf = (claimed: ClaimedIdentity): string => {
    const outcome = claimedKey({ account: 'G1' }, claimed)
    return outcome.ok ? 'accepted' : outcome.refusal.code
  }
  const zeros = `${'A'.repeat(42)}`

  it.each<[ClaimedIdentity, string]>([
    [{ memo: 'x'.repeat(28), memoType: 'text' }, 'accepted'],
    [{ memo: 'x'.repeat(29), memoType: 'text' }, 'memo_malformed'],
    [{ memo: '€'.repeat(9), memoType: 'text' }, 'accepted'],
    [{ memo: '€'.repeat(10), memoType: 'text' }, 'memo_malformed'],
    [{ memo: '😀'.repeat(7), memoType: 'text' }, 'accepted'],
    [{ memo: '😀'.repeat(8), memoType: 'text' }, 'memo_malformed'],
    [{ memo: '', memoType: 'text' }, 'memo_malformed'],
    [{ memo: `${zeros}A=`, memoType: 'hash' }, 'accepted'],
    [{ memo: `${zeros}B=`, memoType: 'hash' }, 'memo_malformed'],
    [{ memoType: 'return' }, 'memo_type_unknown'],
    [{ memoType: 'text' }, 'accepted'],
  ])('%j is %s (SEP12-20, SEP12-21)', (claimed, code) => {
    expect(codeOf(claimed)).toBe(code)
  })
})

describe('the customer of a request', () => {
  const contract = 'CA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUWDA'
  const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
  const muxed = muxedAddress(account, '7')
  const wrong = { account: 'G2', memo: 'x', memoType: 'return' }

  it.each<[Claimant, ClaimedIdentity, string]>([
    [{ account, memo: '7' }, wrong, 'account_of_another'],
    [{ account, memo: '7' }, { ...wrong, account }, 'memo_of_another'],
    [{ account: contract }, wrong, 'account_of_another'],
    [{ account: contract }, { ...wrong, account: contract }, 'memo_with_contract'],
    [{ account }, wrong, 'account_of_another'],
    [{ account }, { ...wrong, account }, 'memo_type_unknown'],
    [{ account }, { memo: 'x' }, 'memo_malformed'],
    [{ account }, { memo: 'x', memoType: 'id' }, 'memo_malformed'],
    [{ account }, { memo: '', memoType: 'text' }, 'memo_malformed'],
    [{ account }, { memo: 'x', memoType: 'hash' }, 'memo_malformed'],
  ])('of %j, who says %j, is refused by the first fault: %s (SEP12-14 to 21)', (...line) => {
    const [claimant, claimed, code] = line
    const type = code === 'memo_malformed' ? { type: claimed.memoType ?? 'id' } : {}
    expect(claimedKey(claimant, claimed)).toEqual({ ok: false, refusal: { code, ...type } })
  })

  it.each<[Claimant, ClaimedIdentity, Customer['key']]>([
    [{ account }, {}, { account }],
    [{ account }, { account, memo: '5' }, { account, memo: { type: 'id', value: '5' } }],
    [{ account }, { memo: '5', memoType: 'text' }, { account, memo: { type: 'text', value: '5' } }],
    [{ account: contract }, { memoType: 'text' }, { account: contract }],
    [{ account, memo: '7' }, {}, { account, memo: { type: 'id', value: '7' } }],
    [{ account, memo: '7' }, { account: muxed }, { account, memo: { type: 'id', value: '7' } }],
    [
      { account, memo: '7' },
      { account, memo: '7', memoType: 'text' },
      { account, memo: { type: 'id', value: '7' } },
    ],
  ])('of %j, who says %j, is by account and memo: %j (SEP12-12 to 21)', (...line) => {
    const [claimant, claimed, value] = line
    expect(claimedKey(claimant, claimed)).toEqual({ ok: true, value })
  })

  it('is of an account by its own name, or as it is muxed with the same id (SEP12-14)', () => {
    const other = muxedAddress('GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57', '7')
    const owns = (named: string, memo?: string) =>
      isOwnAccount(memo === undefined ? { account } : { account, memo }, named)
    expect([owns(account), owns(account, '7'), owns(muxed, '7')]).toEqual([true, true, true])
    expect([owns(muxed), owns(muxed, '8'), owns(other ?? '', '7'), owns('', '7')]).toEqual(
      Array(4).fill(false),
    )
  })
})
