import type { CustomerMemo } from '../../domain/customer/customer.ts'
import type { RegisterRefusal } from '../../usecases/customers/register-customer.ts'
import type { LocateRefusal } from '../../usecases/customers/locate-customer.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest, forbidden, notFound } from '../server/reply.ts'
import { printable } from '../server/text.ts'

const memoForms: Readonly<Record<CustomerMemo['type'], string>> = {
  id: 'a whole number from 0 to 18446744073709551615, in decimal',
  text: 'text of 1 to 28 bytes',
  hash: '32 bytes in base64',
}

/** One sentence per refusal; a new code does not compile until it has one. */
type Words<Refusal extends { readonly code: string }> = {
  readonly [Code in Refusal['code']]: (refusal: Extract<Refusal, { readonly code: Code }>) => Reply
}

const notLocated: Words<LocateRefusal> = {
  account_of_another: () => forbidden("'account' is not the account of your token; leave it out"),
  memo_of_another: () => forbidden("'memo' is not the memo of your token; leave it out"),
  memo_with_contract: () =>
    badRequest("'memo' cannot be used with a contract account; leave it out"),
  memo_type_unknown: () => badRequest("'memo_type' must be id, text or hash"),
  memo_malformed: ({ type }) =>
    badRequest(`'memo' of type ${type} must be ${memoForms[type]}; see 'memo_type'`),
  type_unknown: ({ type, known }) =>
    badRequest(`'type' is unknown: ${printable(type)}; known are ${known.join(', ')}`),
  customer_unknown: () => notFound('There is no such customer'),
  transaction_unknown: () => notFound('There is no such transaction'),
  customer_not_of_transaction: () =>
    badRequest("'transaction_id' is about another customer than 'id' or 'memo'"),
}

const notRegistered: Words<RegisterRefusal> = {
  ...notLocated,
  field_refused: ({ field, reason }) => badRequest(`'${printable(field)}' ${reason}`),
  file_unknown: ({ field }) =>
    badRequest(`'${field}_file_id' names no file that can be used here; upload it again`),
  code_not_awaited: ({ field }) =>
    badRequest(`'${field}' awaits no verification; send '${field}' again for a new code`),
  code_wrong: ({ field, triesLeft }) =>
    badRequest(`'${field}_verification' is not the code that was sent; tries left: ${triesLeft}`),
  customer_rejected: () =>
    badRequest('This customer was rejected for good; no data can change that'),
}

/** Answers what keeps a request from being about a customer. */
export const sayNotLocated = (refusal: LocateRefusal): Reply => say(notLocated, refusal)

/** Answers data that is not taken. */
export const sayNotRegistered = (refusal: RegisterRefusal): Reply => say(notRegistered, refusal)

export function say<Refusal extends { readonly code: string }>(
  words: Words<Refusal>,
  refusal: Refusal,
): Reply {
  // the entry under a refusal's own code takes that refusal; the compiler cannot follow the pair
  const sentence = words[refusal.code as Refusal['code']] as (refusal: Refusal) => Reply
  return sentence(refusal)
}
