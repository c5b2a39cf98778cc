import type { CustomerMemo } from '../../domain/customer/customer.ts'
import type { IdentityRefusal } from '../../domain/customer/identity.ts'
import type { DeleteCustomerRefusal } from '../../usecases/customers/delete-customer.ts'
import type { SetCustomerCallbackRefusal } from '../../usecases/customers/set-customer-callback.ts'
import type { VerifyRefusal } from '../../usecases/customers/verify-customer.ts'
import type { RegisterRefusal } from '../../usecases/customers/register-customer.ts'
import type { LocateRefusal } from '../../usecases/customers/locate-customer.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest, forbidden, notFound, refusal } from '../server/reply.ts'
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

const wrongIdentity: Words<IdentityRefusal> = {
  account_of_another: () => forbidden("'account' is not the account of your token; leave it out"),
  memo_of_another: () => forbidden("'memo' is not the memo of your token; leave it out"),
  memo_with_contract: () =>
    badRequest("'memo' cannot be used with a contract account; leave it out"),
  memo_type_unknown: () => badRequest("'memo_type' must be id, text or hash"),
  memo_malformed: ({ type }) =>
    badRequest(`'memo' of type ${type} must be ${memoForms[type]}; see 'memo_type'`),
}

const notLocated: Words<LocateRefusal> = {
  ...wrongIdentity,
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

const notVerified: Words<VerifyRefusal> = {
  ...notRegistered,
  no_code_given: () => badRequest("Send the code that was received, as '<field>_verification'"),
}

const callbackNotSet: Words<SetCustomerCallbackRefusal> = {
  ...notLocated,
  callback_url_malformed: () => badRequest("'url' must be a plain https address, without user"),
  callback_url_insecure: () => badRequest("'url' must begin with https://"),
  callback_url_private: () => badRequest("'url' must lead to a public address"),
}

const notDeleted: Words<DeleteCustomerRefusal> = {
  ...wrongIdentity,
  not_the_owner: () => refusal(401, 'The account in the path is not the account of your token'),
  customer_unknown: notLocated.customer_unknown,
}

/** Answers what keeps a request from being about a customer. */
export const sayNotLocated = (refused: LocateRefusal): Reply => say(notLocated, refused)

/** Answers data that is not taken. */
export const sayNotRegistered = (refused: RegisterRefusal): Reply => say(notRegistered, refused)

/** Answers a code that is not taken. */
export const sayNotVerified = (refused: VerifyRefusal): Reply => say(notVerified, refused)

/** Answers an address that is not taken. */
export const sayCallbackNotSet = (refused: SetCustomerCallbackRefusal): Reply =>
  say(callbackNotSet, refused)

/** Answers what keeps a customer from being deleted. */
export const sayNotDeleted = (refused: DeleteCustomerRefusal): Reply => say(notDeleted, refused)

function say<Refusal extends { readonly code: string }>(
  words: Words<Refusal>,
  refused: Refusal,
): Reply {
  // the entry under a refusal's own code takes that refusal; the compiler cannot follow the pair
  const sentence = words[refused.code as Refusal['code']] as (refused: Refusal) => Reply
  return sentence(refused)
}
