import { expect, it } from 'vitest'
import { sandboxSender } from '../../../src/adapters/verification/sandbox-sender.ts'

it('tells of a code in the sandbox for whom and what it is, never the code', async () => {
  const told: unknown[] = []
  const sender = sandboxSender((...what) => told.push(what))
  await sender.send({
    code: '000000',
    field: 'email_address',
    destination: 'a@b.c',
    customerId: 'c-1',
  })
  expect(told).toEqual([['email_address', 'c-1']])
})
