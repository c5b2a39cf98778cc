import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inputFingerprint } from '../../../src/adapters/fingerprint/input-fingerprint.ts'
import { freshDatabase, onServer } from '../../database.ts'
import type { TestDatabase } from '../../database.ts'
import { startWorldGateway } from '../../graphql/gateway-world.ts'
import type { WorldGateway } from '../../graphql/gateway-world.ts'
import { sendingAnchor } from '../../graphql/gateway-world.ts'

let database: TestDatabase
let gateway: WorldGateway
beforeAll(async () => {
  database = await freshDatabase()
  gateway = await startWorldGateway(database.url)
})
afterAll(async () => {
  await gateway.stop()
  await database.drop()
})

const text = (value: string) => ({ kind: 'text', text: value }) as const
const secret = (byte: number) => new Uint8Array(32).fill(byte)

it('is the same for the same text, and another one for another text or secret', () => {
  const fingerprint = inputFingerprint(secret(1))
  expect(fingerprint('a')).toBe(fingerprint('a'))
  expect(fingerprint('a')).not.toBe(fingerprint('b'))
  expect(fingerprint('a')).not.toBe(inputFingerprint(secret(2))('a'))
})

it('stays what it is from version to version, or a call that is repeated would be refused', () => {
  expect(inputFingerprint(secret(1))('a')).toBe('Ap6Cw9exSkw3YM7Jnt/kNwfvy7kPYfTgQUR+rPPYP3Q=')
})

it('keeps nothing of a request that account numbers could be tried against', async () => {
  const principal = { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'localhost' }
  const { openTransaction, registerCustomer } = gateway.rooms
  const register = async (memo: string, type: string) => {
    const sent = new Map([
      ['first_name', text('Rita')],
      ['last_name', text('Roe')],
      ['email_address', text('rita@example.com')],
    ])
    const outcome = await registerCustomer({ principal, memo, type, sent })
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    return outcome.value.id
  }
  const request = {
    amount: '100',
    assetCode: 'SRT',
    fundingMethod: 'WIRE',
    senderId: await register('1', 'sep31-sender'),
    receiverId: await register('2', 'sep31-receiver-name'),
    fields: { account_number: '12345678', routing_number: '021000021' },
  }
  const outcome = await openTransaction({ principal, request, idempotencyKey: randomUUID() })
  expect(outcome.ok).toBe(true)
  const rows = await onServer(database.url, 'select input_hash from transaction_opening')
  const { fields, ...terms } = request
  const inOrder = (pairs: object) => Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1))
  const guess = JSON.stringify([inOrder(terms), inOrder(fields)])
  const plain = createHash('sha256').update(guess)
  expect(rows).toHaveLength(1)
  expect([plain.copy().digest('hex'), plain.digest('base64')]).not.toContain(
    rows[0]?.['input_hash'],
  )
})
