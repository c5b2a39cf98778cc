import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { composeTransactions } from '../../src/compose/transactions.ts'
import { freshCommit } from '../database.ts'
import { keepTransaction } from '../graphql/gateway-world.ts'

let db: Awaited<ReturnType<typeof freshCommit>>
beforeAll(async () => {
  db = await freshCommit()
})
afterAll(() => db.close())

it('a transaction lapses when a payment made just in time had a minute to come in', async () => {
  const now = new Date('2026-11-21T12:00:00Z')
  const foundation = { ...db, now: () => now, newId: randomUUID }
  const { expireTransactions } = composeTransactions(
    foundation as unknown as Parameters<typeof composeTransactions>[0], // no more of it is used
    {
      assets: new Map(),
      customerTypes: { validation: 'formats', defaultName: '', byName: new Map() },
      callbackRules: { allowHttp: false, allowPrivateHosts: false },
      hosts: { isPublic: () => Promise.resolve(true) },
      inputSecret: Buffer.from('a secret of the tests'),
    },
  )
  const kept: { readonly id: string }[] = []
  for (const seconds of [60, 60.001]) {
    const lapsesAt = new Date(now.getTime() - seconds * 1_000)
    kept.push(await keepTransaction(db, { lapsesAt }))
  }
  expect(await expireTransactions()).toBe(1)
  const found = await db.read(({ transactions }) => transactions.findMany(kept.map(({ id }) => id)))
  const phaseOf = new Map(found.map(({ id, phase }) => [id, phase]))
  expect(kept.map(({ id }) => phaseOf.get(id))).toEqual(['awaitingFunds', 'expired'])
})
