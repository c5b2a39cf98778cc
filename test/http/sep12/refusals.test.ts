import { describe, expect, it } from 'vitest'
import {
  sayCallbackNotSet,
  sayNotDeleted,
  sayNotLocated,
  sayNotRegistered,
  sayNotVerified,
} from '../../../src/http/sep12/refusals.ts'
import type { Reply } from '../../../src/http/server/reply.ts'
import type { LocateRefusal } from '../../../src/usecases/customers/locate-customer.ts'
import type { RegisterRefusal } from '../../../src/usecases/customers/register-customer.ts'

const told = ({ status, body }: Reply) => [status, (body as { readonly error: string }).error]
const as = (status: number, error: RegExp) => [status, expect.stringMatching(error)]

describe('a refusal of SEP-12', () => {
  const located: readonly (readonly [LocateRefusal, number, RegExp])[] = [
    [{ code: 'account_of_another' }, 403, /^'account' .*leave it out/],
    [{ code: 'memo_of_another' }, 403, /^'memo' .*leave it out/],
    [{ code: 'memo_with_contract' }, 400, /^'memo' .*contract/],
    [{ code: 'memo_type_unknown' }, 400, /^'memo_type' must be id, text or hash/],
    [{ code: 'memo_malformed', type: 'id' }, 400, /type id must be .*18446744073709551615/],
    [{ code: 'memo_malformed', type: 'text' }, 400, /type text must be text of 1 to 28 bytes/],
    [{ code: 'memo_malformed', type: 'hash' }, 400, /type hash must be 32 bytes in base64/],
    [{ code: 'type_unknown', type: 'x<', known: ['a', 'b'] }, 400, /^'type' .*x\?; .* a, b$/],
    [{ code: 'customer_unknown' }, 404, /no such customer/],
    [{ code: 'transaction_unknown' }, 404, /no such transaction/],
    [{ code: 'customer_not_of_transaction' }, 400, /^'transaction_id' .*'id' or 'memo'/],
  ]

  it.each(located)(
    '%j is %i with what to mend, by every route: %s (SEP12-07)',
    (refusal, status, error) => {
      const expected = as(status, error)
      for (const say of [sayNotLocated, sayNotRegistered, sayNotVerified, sayCallbackNotSet]) {
        expect(told(say(refusal))).toEqual(expected)
      }
    },
  )

  const registered: readonly (readonly [RegisterRefusal, RegExp])[] = [
    [{ code: 'field_refused', field: 'city', reason: 'must be text' }, /^'city' must be text$/],
    [{ code: 'file_unknown', field: 'photo' }, /^'photo_file_id' names no file/],
    [{ code: 'code_not_awaited', field: 'email' }, /^'email' awaits no verification/],
    [{ code: 'code_wrong', field: 'email', triesLeft: 2 }, /^'email_verification' .*left: 2$/],
    [{ code: 'customer_rejected', message: 'a secret reason' }, /^This customer was rejected/],
  ]

  it.each(registered)('%j of what is sent is 400: %s', (refusal, error) => {
    for (const say of [sayNotRegistered, sayNotVerified]) {
      expect(told(say(refusal))).toEqual(as(400, error))
    }
  })

  it('of a verification without a code, of an address and of a deletion has its own words (SEP12-116)', () => {
    expect(told(sayNotVerified({ code: 'no_code_given' }))).toEqual(as(400, /_verification/))
    const callback = { malformed: /plain https/, insecure: /begin with https/, private: /public/ }
    for (const [fault, error] of Object.entries(callback)) {
      const code = `callback_url_${fault as keyof typeof callback}` as const
      expect(told(sayCallbackNotSet({ code }))).toEqual(as(400, error))
    }
    expect(told(sayNotDeleted({ code: 'not_the_owner' }))).toEqual(as(401, /in the path/))
    expect(told(sayNotDeleted({ code: 'customer_unknown' }))).toEqual(as(404, /no such customer/))
    expect(told(sayNotDeleted({ code: 'memo_of_another' }))).toEqual(as(403, /memo/))
  })
})
