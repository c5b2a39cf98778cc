import { expect, it } from 'vitest'
import { composeBackoffice } from '../../src/compose/backoffice.ts'
import { accepted, refused } from '../../src/domain/outcome.ts'

it('notes which operator rejected which customer, and nothing of who was not', async () => {
  const lines: unknown[] = []
  let answer: unknown = refused({ code: 'customer_unknown' })
  const foundation = { log: { info: (...line: unknown[]) => void lines.push(line) } }
  const actions = { rejectCustomer: () => Promise.resolve(answer) }
  const { rejectCustomer } = composeBackoffice(
    // no more of them is used
    foundation as unknown as Parameters<typeof composeBackoffice>[0],
    actions as unknown as Parameters<typeof composeBackoffice>[1],
  )
  const command = { id: 'customer', reason: 'a secret', operator: 'ada' }
  expect(await rejectCustomer(command)).toEqual(answer)
  expect(lines).toEqual([])
  answer = accepted(undefined)
  expect(await rejectCustomer(command)).toEqual(answer)
  expect(lines).toEqual([
    [{ customerId: 'customer', operator: 'ada' }, 'an operator rejected a customer'],
  ])
})
