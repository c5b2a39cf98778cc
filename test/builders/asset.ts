import type { AssetPolicy } from '../../src/domain/asset/asset-policy.ts'
import { distributionAccount, issuer } from './transaction.ts'

/** SRT as the guide shows it: 10 to 10,000, a fee of 1 + 0.01 %, KYC for both, two bank fields. */
export const anAsset = (changes: Partial<AssetPolicy> = {}): AssetPolicy => ({
  code: 'SRT',
  issuer,
  name: `stellar:SRT:${issuer}`,
  distributionAccount,
  payoutAsset: { name: 'iso4217:USD', currency: 'USD', decimals: 2 },
  minUnits: 100_000_000n,
  maxUnits: 100_000_000_000n,
  fee: { fixedUnits: 10_000_000n, percentE7: 100_000n },
  fundingMethods: ['SEPA', 'WIRE'],
  senderTypes: [{ name: 'sep31-sender', description: 'Who sends', fromUnits: 0n }],
  receiverTypes: [
    { name: 'sep31-receiver', description: 'Who receives', fromUnits: 0n },
    {
      name: 'sep31-large-receiver',
      description: 'Who receives a large sum',
      fromUnits: 50_000_000_000n,
    },
  ],
  transactionFields: {},
  kycTiming: 'before',
  memoType: 'id',
  paymentDeadlineSeconds: 3600,
  ...changes,
})

export const routingFields: AssetPolicy['transactionFields'] = {
  routing_number: { description: 'routing number of the destination bank account' },
  account_number: { description: 'bank account number of the destination' },
  type: { description: 'type of deposit', choices: ['SEPA', 'WIRE'], optional: true },
}
