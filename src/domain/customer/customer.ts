/** Who a customer is to the client that registered it. Source: SEP-12, "Shared omnibus accounts". */
export interface CustomerKey {
  /** Base account of the owner. */
  readonly account: string
  readonly memo?: { readonly type: 'id' | 'text' | 'hash'; readonly value: string }
}

export type FieldStatus = 'ACCEPTED' | 'PROCESSING' | 'REJECTED' | 'VERIFICATION_REQUIRED'

/** One SEP-9 value with its state. */
export interface ProvidedField {
  /** Text as validated; for binary fields the id of the stored file. */
  readonly value: string
  readonly status: FieldStatus
  /** Why it was rejected. */
  readonly error?: string
}

/** A sending or receiving client's SEP-12 record. `fields` is keyed by SEP-9 name. */
export interface Customer {
  readonly id: string
  readonly key: CustomerKey
  readonly fields: Readonly<Record<string, ProvidedField>>
  /** Set by an operator: final, with the message shown. */
  readonly rejected?: string
  /** Type of the latest PUT, used for callbacks. */
  readonly lastType?: string
  readonly callbackUrl?: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}
