import type { FeeSchedule } from '../fee/fee-schedule.ts'
import type { AssetName } from '../money/amount.ts'

/** A text for people: in English, and by ISO 639-1 code in other languages. */
export interface Described {
  readonly description: string
  readonly translations?: Readonly<Record<string, string>>
}

/** The text in a language, or else in English (SEP31-16). */
export const describedIn = ({ description, translations }: Described, language: string): string =>
  translations !== undefined && Object.hasOwn(translations, language)
    ? (translations[language] ?? description)
    : description

/** A SEP-12 customer type as the anchor asks for it, e.g. `sep31-receiver`. */
export interface CustomerTypeUse extends Described {
  readonly name: string
  /** The type is wanted for amounts in of at least this many units; 0 for the default type. */
  readonly fromUnits: bigint
}

/** A per-payment field of SEP-31's old form, `fields.transaction`. */
export interface TransactionField extends Described {
  readonly choices?: readonly string[]
  readonly optional?: boolean
}

export type MemoType = 'id' | 'text' | 'hash'

/** Everything the anchor decided about one Stellar asset it receives and pays out. */
export interface AssetPolicy {
  readonly code: string
  /** Absent for the native asset. */
  readonly issuer?: string
  readonly name: AssetName
  /** Account that receives payments in this asset. */
  readonly distributionAccount: string
  /** What the receiving client gets, 1 for 1, minus fees. */
  readonly payoutAsset: {
    readonly name: AssetName
    readonly currency: string
    readonly decimals: number
  }
  readonly minUnits?: bigint
  /** Of what is told to others and taken: at most `stellarUnitsMax`. */
  readonly maxUnits?: bigint
  readonly fee: FeeSchedule
  /** How payouts are made (`SEPA`, `WIRE`); the first is the default. Never empty. */
  readonly fundingMethods: readonly string[]
  /** Customer types of each side, smallest `fromUnits` first; empty: no KYC for that side. */
  readonly senderTypes: readonly CustomerTypeUse[]
  readonly receiverTypes: readonly CustomerTypeUse[]
  readonly transactionFields: Readonly<Record<string, TransactionField>>
  /** `before`: POST asks for accepted customers. `after`: the transaction waits for them (SEP31-40). */
  readonly kycTiming: 'before' | 'after'
  readonly memoType: MemoType
  /** How long an unfunded transaction waits. */
  readonly paymentDeadlineSeconds: number
}

/** The type that an amount asks for: the one with the highest threshold not above it. */
export function typeForAmount(
  types: readonly CustomerTypeUse[],
  units: bigint,
): CustomerTypeUse | undefined {
  return types.filter((type) => type.fromUnits <= units).at(-1)
}
