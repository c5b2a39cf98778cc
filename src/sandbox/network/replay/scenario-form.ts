/** A scenario of a vectors file: what a real stellar-core answered, step by step. */

export interface Scenario {
  readonly name: string
  readonly networkPassphrase: string
  /** Names of the addresses that occur. */
  readonly keys: Readonly<Record<string, string>>
  /** Where today's protocol answers differently from the one that was asked. */
  readonly versionNote?: string
  readonly steps: readonly Step[]
  /** After the set-up; of use only where the end is to be the start. */
  readonly startState?: StateForm
  readonly endState: StateForm
}

export type Step = CloseStep | UpgradeStep | SetupStep | TransactionStep

export interface CloseStep {
  readonly close: { readonly ledger: number; readonly closeTime: number }
}

export interface UpgradeStep {
  readonly upgrade: {
    readonly baseFee?: number
    readonly baseReserve?: number
    readonly maxTxSetSize?: number
  }
}

export interface SetupStep {
  readonly setup: true
  readonly envelopeXdr: string
}

export interface TransactionStep {
  readonly label?: string
  /** Absent where the envelope cannot be read. */
  readonly hash?: string
  readonly envelopeXdr: string
  readonly admission: { readonly status: string; readonly errorResultXdr?: string }
  readonly ledger?: number | null
  readonly index?: number
  readonly feeCharged?: string
  readonly resultXdr?: string
  readonly resultXdrProtocol25?: string
}

export type JsonForm =
  string | number | boolean | null | readonly JsonForm[] | { readonly [key: string]: JsonForm }

export type EntryForm = Readonly<Record<string, JsonForm>>

export interface StateForm {
  readonly header: EntryForm
  readonly entries: readonly EntryForm[]
}
