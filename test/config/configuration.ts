import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { ConfigurationFaulty } from '../../src/config/faults.ts'

/** A configuration in which everything is right, to be changed. */

export const issuer = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
export const distribution = 'GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57'
export const secret = '0123456789abcdef0123456789abcdef'

export const variables = {
  DATABASE_URL: 'postgres://localhost/fairlead',
  FAIRLEAD_PUBLIC_URL: 'https://anchor.example.com/',
  FAIRLEAD_NETWORK_PASSPHRASE: 'Test SDF Network ; September 2015',
  FAIRLEAD_HORIZON_URL: 'https://horizon-testnet.stellar.org',
  FAIRLEAD_RAIL_URL: 'https://bank.example.com',
  FAIRLEAD_SIGNING_SEED: `S${secret}`,
  FAIRLEAD_TOKEN_SECRET: secret,
  FAIRLEAD_DATA_KEYS: `k1:${secret}${secret}`,
  FAIRLEAD_RAIL_TOKEN: secret,
  FAIRLEAD_RAIL_SECRET: secret,
  FAIRLEAD_BACKOFFICE_TOKEN: secret,
}

export const file = {
  assets: [
    {
      code: 'USDC',
      issuer,
      distributionAccount: distribution,
      payout: { currency: 'USD', decimals: 2 },
      fundingMethods: ['SEPA'],
      receiverTypes: [
        { type: 'sep31-large-receiver', fromAmount: '1000' },
        { type: 'sep31-receiver' },
      ],
    },
  ],
  customerTypes: {
    'sep31-receiver': { description: 'Receiver', requirements: [] },
    'sep31-large-receiver': { description: 'Receiver of much', requirements: [] },
  },
}

/** What is wrong with it once these variables, or the file, are others. */
export function faultsOf(
  changes: Record<string, string | undefined>,
  changedFile: unknown = file,
  isSandbox = false,
): readonly string[] {
  try {
    checkConfig(readEnvironment({ ...variables, ...changes }), changedFile, isSandbox)
    return []
  } catch (fault) {
    if (fault instanceof ConfigurationFaulty) return fault.faults
    throw fault
  }
}
