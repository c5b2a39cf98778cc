import type { xdr } from '@stellar/stellar-sdk'

export type OperationType = xdr.OperationBody['type']

type BodyOf<T extends OperationType> = Extract<xdr.OperationBody, { type: T }>

/** What to do with each type of operation; a type that is not named is left alone. */
export type ByOperation<More extends unknown[], Answer> = {
  readonly [T in OperationType]?: (body: BodyOf<T>, ...more: More) => Answer
}

export function byOperation<More extends unknown[], Answer>(
  table: ByOperation<More, Answer>,
  body: xdr.OperationBody,
  ...more: More
): Answer | undefined {
  const entry = table[body.type] as ((body: xdr.OperationBody, ...more: More) => Answer) | undefined
  return entry?.(body, ...more)
}
