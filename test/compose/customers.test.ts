import { randomUUID } from 'node:crypto'
import { Keypair } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { composeCustomers, customerTypesOf } from '../../src/compose/customers.ts'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { file, secret, variables } from '../config/configuration.ts'
import { freshCommit } from '../database.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

const person = {
  description: 'Person',
  requirements: [{ field: 'email_address', description: 'E-mail' }],
  verify: ['email_address'],
}

it('a sandbox confirms what a customer says by the code that is documented, and notes no code', async () => {
  const checked = checkConfig(
    readEnvironment({ ...variables, FAIRLEAD_KYC_VALIDATION: 'full' }),
    { ...file, customerTypes: { ...file.customerTypes, 'sep31-receiver': person } },
    true,
  )
  const lines: unknown[] = []
  const foundation = {
    commit: db.commit,
    read: db.read,
    now: () => new Date(),
    newId: randomUUID,
    log: { info: (...line: unknown[]) => void lines.push(line) },
  } as unknown as Parameters<typeof composeCustomers>[0] // customers need no more of it
  const rooms = composeCustomers(foundation, {
    types: customerTypesOf(checked.config),
    resumeTransactions: () => Promise.resolve(),
    callbackRules: { allowHttp: true, allowPrivateHosts: true },
    hosts: { isPublic: () => Promise.resolve(true) },
    isSandbox: true,
    codeSecret: Buffer.from(secret),
  })
  const principal = { account: Keypair.random().publicKey() }
  const send = (name: string, text: string) =>
    rooms.registerCustomer({
      principal,
      type: 'sep31-receiver',
      sent: new Map([[name, { kind: 'text', text }]]),
    })
  const registered = await send('email_address', 'ada@example.com')
  if (!registered.ok) throw new Error(registered.refusal.code)
  const { id } = registered.value
  expect(lines).toEqual([[{ field: 'email_address', customerId: id }, 'code noted']])
  expect((await send('email_address_verification', '000001')).ok).toBe(false)
  expect(await send('email_address_verification', '000000')).toEqual(registered)
  const found = await rooms.findCustomer({ principal, id })
  expect(found).toMatchObject({ ok: true, value: { status: 'ACCEPTED' } })
})
