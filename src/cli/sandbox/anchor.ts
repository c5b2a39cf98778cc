import type { ConfigFileInput } from '../../config/config-file.ts'

/** Accounts of the sandbox's anchor, for each asset it deals in. */
export interface AnchorAsset {
  readonly code: 'USDC' | 'SRT'
  readonly issuer: string
  readonly distributionAccount: string
}

const person = [
  { field: 'first_name', description: 'First or given name' },
  { field: 'last_name', description: 'Last or family name' },
  { field: 'email_address', description: 'E-mail address' },
]

const bankAccount = [
  { field: 'bank_account_number', description: 'Number of the bank account, at least 4 digits' },
  { field: 'bank_number', description: 'Routing number or BIC of the bank' },
]

const large = [
  { field: 'address', description: 'Full postal address' },
  { field: 'birth_date', description: 'Date of birth, YYYY-MM-DD' },
  {
    field: 'id_type',
    description: 'Kind of document',
    choices: ['passport', 'id_card', 'drivers_license'],
  },
  { field: 'id_number', description: 'Number of the document' },
]

/** From this amount on the receiving client has to be known better. */
const largeFrom = '1000'

/**
 * The sandbox's anchor. USDC is dealt with as SEP-31 3.1.0 says (bank data by SEP-12), SRT as the
 * integration guide of 2022 does (bank data in `fields.transaction`); both are paid out 1 for 1.
 */
export function sandboxAnchor(
  assets: readonly AnchorAsset[],
  login: NonNullable<ConfigFileInput['login']>,
): ConfigFileInput {
  return {
    login,
    assets: assets.map((asset) => ({
      ...asset,
      payout: { currency: 'USD', decimals: 2 },
      minAmount: '1',
      maxAmount: '10000',
      fundingMethods: ['SEPA', 'WIRE'],
      senderTypes: [{ type: 'sep31-sender' }],
      ...(asset.code === 'USDC' ? inCurrentForm : inOldForm),
    })),
    customerTypes: {
      'sep31-sender': { description: 'Who sends the money', requirements: person },
      'sep31-receiver': {
        description: 'Who gets the money on a bank account',
        requirements: [...person, ...bankAccount],
      },
      'sep31-large-receiver': {
        description: `Who gets ${largeFrom} or more on a bank account`,
        requirements: [...person, ...bankAccount, ...large],
      },
      'sep31-receiver-name': {
        description: 'Who gets the money',
        requirements: person.slice(0, 2),
      },
    },
    documentation: {
      ORG_NAME: 'Fairlead sandbox anchor',
      ORG_DESCRIPTION: 'An anchor to develop against. Nothing here is worth anything.',
    },
  }
}

const inCurrentForm = {
  fee: { fixed: '1', percent: '0.5' },
  receiverTypes: [
    { type: 'sep31-receiver' },
    { type: 'sep31-large-receiver', fromAmount: largeFrom },
  ],
}

const inOldForm = {
  fee: { fixed: '1', percent: '0.01' },
  receiverTypes: [{ type: 'sep31-receiver-name' }],
  transactionFields: {
    routing_number: { description: 'routing number of the destination bank account' },
    account_number: { description: 'bank account number of the destination' },
  },
}
