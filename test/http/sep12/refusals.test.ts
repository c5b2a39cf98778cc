import { describe, expect, it } from 'vitest'
import {
  sayCallbackNotSet,
  sayNotDeleted,
  sayNotLocated,
  sayNotRegistered,
  sayNotVerified,
} from '../../../src/http/sep12/refusals.ts'
import type { DeleteCustomerRefusal } from '../../../src/usecases/customers/delete-customer.ts'
import type { IdentityRefusal } from '../../../src/domain/customer/identity.ts'
import type { LocateRefusal } from '../../../src/usecases/customers/locate-customer.ts'
import type { RegisterRefusal } from '../../../src/usecases/customers/register-customer.ts'

const as = (status: number, error: string) => ({ status, body: { error } })

describe('a refusal of SEP-12', () => {
  const malformed = (type: 'id' | 'text' | 'hash', form: string) =>
    [
      { code: 'memo_malformed', type },
      400,
      `'memo' of type ${type} must be ${form}; see 'memo_type'`,
    ] as const
  const identity: readonly (readonly [IdentityRefusal, number, string])[] = [
    [
      { code: 'account_of_another' },
      403,
      "'account' is not the account of your token; leave it out",
    ],
    [{ code: 'memo_of_another' }, 403, "'memo' is not the memo of your token; leave it out"],
    [
      { code: 'memo_with_contract' },
      400,
      "'memo' cannot be used with a contract account; leave it out",
    ],
    [{ code: 'memo_type_unknown' }, 400, "'memo_type' must be id, text or hash"],
    malformed('id', 'a whole number from 0 to 18446744073709551615, in decimal'),
    malformed('text', 'text of 1 to 28 bytes'),
    malformed('hash', '32 bytes in base64'),
  ]
  const located: readonly (readonly [LocateRefusal, number, string])[] = [
    ...identity,
    [
      { code: 'type_unknown', type: 'x<', known: ['a', 'b'] },
      400,
      "'type' is unknown: x?; known are a, b",
    ],
    [{ code: 'customer_unknown' }, 404, 'There is no such customer'],
    [{ code: 'transaction_unknown' }, 404, 'There is no such transaction'],
    [
      { code: 'customer_not_of_transaction' },
      400,
      "'transaction_id' is about another customer than 'id' or 'memo'",
    ],
  ]

  it.each(located)(
    '%j is %i with what to mend, by every route: %s (SEP12-07)',
    (refusal, status, error) => {
      for (const say of [sayNotLocated, sayNotRegistered, sayNotVerified, sayCallbackNotSet]) {
        expect(say(refusal)).toEqual(as(status, error))
      }
    },
  )

  it.each<readonly [DeleteCustomerRefusal, number, string]>([
    ...identity,
    [{ code: 'not_the_owner' }, 401, 'The account in the path is not the account of your token'],
    [{ code: 'customer_unknown' }, 404, 'There is no such customer'],
  ])('%j of a deletion is %i with what to mend: %s (SEP12-116)', (refusal, status, error) => {
    expect(sayNotDeleted(refusal)).toEqual(as(status, error))
  })

  const registered: readonly (readonly [RegisterRefusal, string])[] = [
    [{ code: 'field_refused', field: 'city<', reason: 'must be text' }, "'city?' must be text"],
    [
      { code: 'file_unknown', field: 'photo' },
      "'photo_file_id' names no file that can be used here; upload it again",
    ],
    [
      { code: 'code_not_awaited', field: 'email' },
      "'email' awaits no verification; send 'email' again for a new code",
    ],
    [
      { code: 'code_wrong', field: 'email', triesLeft: 2 },
      "'email_verification' is not the code that was sent; tries left: 2",
    ],
    [
      { code: 'customer_rejected', message: 'a secret reason' },
      'This customer was rejected for good; no data can change that',
    ],
  ]

  it.each(registered)('%j of what is sent is 400: %s', (refusal, error) => {
    for (const say of [sayNotRegistered, sayNotVerified]) {
      expect(say(refusal)).toEqual(as(400, error))
    }
  })

  it('of a verification without a code has its own words', () => {
    expect(sayNotVerified({ code: 'no_code_given' })).toEqual(
      as(400, "Send the code that was received, as '<field>_verification'"),
    )
  })

  it.each([
    ['callback_url_malformed', "'url' must be a plain https address, without user"],
    ['callback_url_insecure', "'url' must begin with https://"],
    ['callback_url_private', "'url' must lead to a public address"],
  ] as const)('of an address has its own words: %s (SEP12-113)', (code, error) => {
    expect(sayCallbackNotSet({ code })).toEqual(as(400, error))
  })
})
