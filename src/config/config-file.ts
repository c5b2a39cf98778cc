import { z } from 'zod'
import { isAccount } from '../domain/client/account-address.ts'
import {
  formatUnits,
  parseUnits,
  stellarDecimals,
  stellarUnitsMax,
} from '../domain/money/amount.ts'

const decimal = z.string().regex(/^\d{1,15}(\.\d{1,7})?$/, 'a decimal in quotes, e.g. "12.50"')
const stellarAmount = decimal.refine(
  (text) => (parseUnits(text, stellarDecimals) ?? 0n) <= stellarUnitsMax,
  `at most ${formatUnits(stellarUnitsMax, stellarDecimals)}, which is all Stellar can count`,
)
const account = z.string().refine(isAccount, 'a Stellar account, G…, with its right checksum')

const customerTypeUse = z.strictObject({
  type: z.string().min(1),
  /** The type is wanted from this amount on; the first one from 0. */
  fromAmount: stellarAmount.default('0'),
})

/** The description in other languages, by ISO 639-1 code. */
const translations = z.record(z.string().regex(/^[a-z]{2}$/), z.string().min(1)).optional()

const transactionField = z.strictObject({
  description: z.string().min(1),
  translations,
  choices: z.array(z.string()).min(1).optional(),
  optional: z.boolean().optional(),
})

const asset = z.strictObject({
  code: z.string().regex(/^[A-Za-z0-9]{1,12}$/),
  issuer: account.optional(),
  distributionAccount: account,
  /** Paging token from which an account is read that never was; by default what comes from now on. */
  startCursor: z
    .string()
    .regex(/^(now|\d{1,19})$/)
    .default('now'),
  payout: z.strictObject({
    currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code'),
    decimals: z.int().min(0).max(7),
  }),
  minAmount: stellarAmount.optional(),
  maxAmount: stellarAmount.optional(),
  fee: z
    .strictObject({ fixed: stellarAmount.default('0'), percent: decimal.default('0') })
    .default({ fixed: '0', percent: '0' }),
  fundingMethods: z.array(z.string().min(1)).min(1),
  senderTypes: z.array(customerTypeUse).default([]),
  receiverTypes: z.array(customerTypeUse).default([]),
  kycTiming: z.enum(['before', 'after']).default('before'),
  memoType: z.enum(['id', 'text', 'hash']).default('id'),
  paymentDeadlineMinutes: z.int().min(1).max(43_200).default(1_440),
  transactionFields: z.record(z.string(), transactionField).default({}),
})

const requirement = z.strictObject({
  field: z.string().min(1),
  description: z.string().min(1),
  translations,
  optional: z.boolean().optional(),
  choices: z.array(z.string()).min(1).optional(),
})

const customerType = z.strictObject({
  description: z.string().min(1),
  translations,
  requirements: z.array(requirement),
  /** Fields that the customer confirms with a code sent to them. */
  verify: z.array(z.string()).default([]),
})

const sendingAnchor = z.strictObject({
  name: z.string().min(1),
  accounts: z.array(account).min(1),
})

/** The structured part of the configuration, `fairlead.yaml`. */
export const configFileSchema = z.strictObject({
  login: z
    .strictObject({
      sendingAnchors: z.array(sendingAnchor).default([]),
      homeDomains: z.array(z.string().min(1)).default([]),
      requireClientDomain: z.boolean().default(false),
      /** Public keys of seeds that signed challenges until less than 15 minutes ago. */
      retiredSigningKeys: z.array(account).default([]),
      tokenLifetimeSeconds: z.int().min(60).max(604_800).default(86_400),
    })
    .prefault({}),
  assets: z.array(asset).min(1, 'at least one asset'),
  /** Accounts that trade; published as ours, and never the issuer or a distribution account. */
  marketMakingAccounts: z.array(account).default([]),
  customerTypes: z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), customerType).default({}),
  documentation: z.record(z.string(), z.string()).prefault({ ORG_NAME: 'Fairlead anchor' }),
})

export type ConfigFile = z.infer<typeof configFileSchema>
/** The file as a person writes it: what has a default may be left out. */
export type ConfigFileInput = z.input<typeof configFileSchema>
