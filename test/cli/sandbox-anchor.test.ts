import { expect, it } from 'vitest'
import { sandboxAnchor } from '../../src/cli/sandbox/anchor.ts'

const [issuer, distributionAccount] = ['GISSUER', 'GDISTRIBUTION']

it('the anchor of a sandbox asks for a bank account by SEP-12 for USDC, and with the transaction for SRT', () => {
  const codes = ['USDC', 'SRT'] as const
  const { assets, customerTypes } = sandboxAnchor(
    codes.map((code) => ({ code, issuer, distributionAccount })),
    {},
  )
  const both = {
    issuer,
    distributionAccount,
    payout: { currency: 'USD', decimals: 2 },
    senderTypes: [{ type: 'sep31-sender' }],
  }
  const receivers = [
    { type: 'sep31-receiver' },
    { type: 'sep31-large-receiver', fromAmount: '1000' },
  ]
  const ofBank = { routing_number: expect.anything(), account_number: expect.anything() }
  expect(assets).toMatchObject([
    { ...both, code: 'USDC', receiverTypes: receivers },
    {
      ...both,
      code: 'SRT',
      receiverTypes: [{ type: 'sep31-receiver-name' }],
      transactionFields: ofBank,
    },
  ])
  expect(assets.map((asset) => 'transactionFields' in asset)).toEqual([false, true])
  const fieldsOf = (type: string) => customerTypes?.[type]?.requirements?.map(({ field }) => field)
  expect(fieldsOf('sep31-receiver-name')).toEqual(['first_name', 'last_name'])
  expect(fieldsOf('sep31-receiver')).toEqual([
    'first_name',
    'last_name',
    'email_address',
    'bank_account_number',
    'bank_number',
  ])
})
