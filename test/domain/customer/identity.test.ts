import { describe, expect, it } from 'vitest'
import { isSameCustomerKey } from '../../../src/domain/customer/customer.ts'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import type { ClaimedIdentity } from '../../../src/domain/customer/identity.ts'
import { claimedKey, mayReach } from '../../../src/domain/customer/identity.ts'

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
