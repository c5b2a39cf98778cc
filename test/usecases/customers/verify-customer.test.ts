import { expect, it } from 'vitest'
import { accepted, refused } from '../../../src/domain/outcome.ts'
import type { CustomerData } from '../../../src/usecases/customers/register-customer.ts'
import { verifyCustomer } from '../../../src/usecases/customers/verify-customer.ts'

const value = { kind: 'text', text: '123456' } as const
const question = {
  principal: { account: 'G', memo: '1' },
  id: 'one',
  account: 'G',
  memo: '1',
  memoType: 'id',
  type: 'sep31-receiver',
  transactionId: 'two',
}
const sending = (...names: readonly string[]) => ({
  ...question,
  sent: new Map(names.map((name) => [name, value])),
})

/** Verifies, and answers what was registered and looked for in doing so. */
async function verify(data: ReturnType<typeof sending>, isTaken = true) {
  const registered: CustomerData[] = []
  const found: unknown[] = []
  const wrong = { code: 'code_not_awaited', field: 'mobile_number' } as const
  const outcome = await verifyCustomer({
    registerCustomer: async (given) => {
      registered.push(given)
      return isTaken ? accepted({ id: 'one' }) : refused(wrong)
    },
    findCustomer: async (given) => {
      found.push(given)
      return refused({ code: 'customer_unknown' })
    },
  })(data)
  return { registered, found, said: outcome.ok ? 'ok' : outcome.refusal.code }
}

it('takes of a request its codes alone, and all that it says of whom it is about (SEP12-93)', async () => {
  const codes = ['mobile_number_verification', 'email_address_verification']
  const others = ['first_name', 'mobile_number_verification_x', 'verification', '_verifications']
  const { registered, found } = await verify(sending(...others, ...codes))
  expect(registered).toEqual([sending(...codes)])
  expect(found).toMatchObject([question])
})

it('refuses a request without a code, and asks nobody', async () => {
  for (const data of [sending(), sending('first_name', 'mobile_number_verification_x')]) {
    expect(await verify(data)).toEqual({ registered: [], found: [], said: 'no_code_given' })
  }
})

it('looks for nobody whose code was refused', async () => {
  const { found, said } = await verify(sending('mobile_number_verification'), false)
  expect([found, said]).toEqual([[], 'code_not_awaited'])
})
