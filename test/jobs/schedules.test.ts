import { expect, it } from 'vitest'
import { schedules } from '../../jobs/schedules.ts'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { distributionAccount } from '../builders/transaction.ts'

const issuer = 'GDVEU3DD4KOFECV66VIHWEZOYX4ZKR3WV27L464SIIPOU2IUI3JCZA57'
const secret = '0123456789abcdef0123456789abcdef'
const environment = readEnvironment({
  DATABASE_URL: 'postgres://localhost/fairlead',
  FAIRLEAD_PUBLIC_URL: 'https://anchor.example.com',
  FAIRLEAD_NETWORK_PASSPHRASE: 'Test SDF Network ; September 2015',
  FAIRLEAD_HORIZON_URL: 'https://horizon-testnet.stellar.org',
  FAIRLEAD_RAIL_URL: 'https://bank.example.com',
  FAIRLEAD_SIGNING_SEED: `S${secret}`,
  FAIRLEAD_TOKEN_SECRET: secret,
  FAIRLEAD_DATA_KEYS: `k1:${secret}${secret}`,
  FAIRLEAD_RAIL_TOKEN: secret,
  FAIRLEAD_RAIL_SECRET: secret,
  FAIRLEAD_BACKOFFICE_TOKEN: secret,
})

const asset = (code: string) => ({
  code,
  issuer,
  distributionAccount,
  payout: { currency: 'USD', decimals: 2 },
  fundingMethods: ['SEPA'],
})

it('reads an account once, however many assets are paid to it (POLARIS-8.13)', () => {
  const { config } = checkConfig(environment, { assets: [asset('USDC'), asset('SRT')] })
  const accounts = [...config.startCursors.keys()]
  const collecting = schedules(accounts, { collectEveryMs: 1_000 }).filter(
    ({ job }) => job.name === 'collect-stellar-payments',
  )
  expect(collecting.map(({ job }) => job.subject)).toEqual([distributionAccount])
})

it('has a job of its own name for each repeating piece of work, with a period', () => {
  const all = schedules(['GA', 'GB'], { collectEveryMs: 1_000 })
  const names = all.map(({ job }) => `${job.name} ${job.subject}`)
  expect(new Set(names).size).toBe(names.length)
  expect(all.every(({ everyMs }) => everyMs >= 1_000)).toBe(true)
})
