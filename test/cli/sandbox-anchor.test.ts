import { expect, it } from 'vitest'
import { sandboxAnchor } from '../../src/cli/sandbox/anchor.ts'

const names = [
  { field: 'first_name', description: 'First or given name' },
  { field: 'last_name', description: 'Last or family name' },
]
const person = [...names, { field: 'email_address', description: 'E-mail address' }]
const ofBank = [
  { field: 'bank_account_number', description: 'Number of the bank account, at least 4 digits' },
  { field: 'bank_number', description: 'Routing number or BIC of the bank' },
]

it('the anchor of a sandbox asks for a bank account by SEP-12 for USDC, and with the transaction for SRT', () => {
  const login = { homeDomains: ['anchor.example'] }
  const usdc = { code: 'USDC', issuer: 'GISSUER', distributionAccount: 'GDISTRIBUTION' } as const
  const srt = { code: 'SRT', issuer: 'GOTHER', distributionAccount: 'GTHIRD' } as const
  const both = {
    payout: { currency: 'USD', decimals: 2 },
    minAmount: '1',
    maxAmount: '10000',
    fundingMethods: ['SEPA', 'WIRE'],
    senderTypes: [{ type: 'sep31-sender' }],
  }
  expect(sandboxAnchor([usdc, srt], login)).toEqual({
    login,
    assets: [
      {
        ...usdc,
        ...both,
        fee: { fixed: '1', percent: '0.5' },
        receiverTypes: [
          { type: 'sep31-receiver' },
          { type: 'sep31-large-receiver', fromAmount: '1000' },
        ],
      },
      {
        ...srt,
        ...both,
        fee: { fixed: '1', percent: '0.01' },
        receiverTypes: [{ type: 'sep31-receiver-name' }],
        transactionFields: {
          routing_number: { description: 'routing number of the destination bank account' },
          account_number: { description: 'bank account number of the destination' },
        },
      },
    ],
    customerTypes: {
      'sep31-sender': { description: 'Who sends the money', requirements: person },
      'sep31-receiver': {
        description: 'Who gets the money on a bank account',
        requirements: [...person, ...ofBank],
      },
      'sep31-large-receiver': {
        description: 'Who gets 1000 or more on a bank account',
        requirements: [
          ...person,
          ...ofBank,
          { field: 'address', description: 'Full postal address' },
          { field: 'birth_date', description: 'Date of birth, YYYY-MM-DD' },
          {
            field: 'id_type',
            description: 'Kind of document',
            choices: ['passport', 'id_card', 'drivers_license'],
          },
          { field: 'id_number', description: 'Number of the document' },
        ],
      },
      'sep31-receiver-name': { description: 'Who gets the money', requirements: names },
    },
    documentation: {
      ORG_NAME: 'Fairlead sandbox anchor',
      ORG_DESCRIPTION: 'An anchor to develop against. Nothing here is worth anything.',
    },
  })
})
