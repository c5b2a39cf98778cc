/** Who a customer is to the client that registered it. Source: SEP-12, "Shared omnibus accounts". */
export interface CustomerKey {
  /** Base account of the owner. */
  readonly account: string
  readonly memo?: CustomerMemo
}

/** The same text under another type names another customer (SEP12-24). */
export interface CustomerMemo {
  readonly type: 'id' | 'text' | 'hash'
  readonly value: string
}

export type FieldStatus = 'ACCEPTED' | 'PROCESSING' | 'REJECTED' | 'VERIFICATION_REQUIRED'

/** One SEP-9 value with its state. */
export interface ProvidedField {
  /** Text as validated; for binary fields the id of the stored file. */
  readonly value: string
  /** What was decided about the value; `VERIFICATION_REQUIRED` depends on the type and is never kept. */
  readonly status: Exclude<FieldStatus, 'VERIFICATION_REQUIRED'>
  /** Why it was rejected. */
  readonly error?: string
  /** The customer has shown, with a code, that the number or address is theirs. */
  readonly verified?: true
  /** Of a file: its fingerprint, so that the same picture sent again changes nothing. */
  readonly digest?: string
}

export type ProvidedFields = Readonly<Record<string, ProvidedField>>

/** A sending or receiving client's SEP-12 record. `fields` is keyed by the kept SEP-9 name. */
export interface Customer {
  readonly id: string
  readonly key: CustomerKey
  readonly fields: ProvidedFields
  /** Set by an operator: final, with the message shown. */
  readonly rejected?: string
  /** Type of the latest PUT, used for callbacks. */
  readonly lastType?: string
  readonly callbackUrl?: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export const isSameCustomerKey = (one: CustomerKey, other: CustomerKey): boolean =>
  one.account === other.account &&
  one.memo?.type === other.memo?.type &&
  one.memo?.value === other.memo?.value
