import { randomUUID } from 'node:crypto'
import type { Callback } from '../../src/usecases/ports/callback-records.ts'

const noon = new Date('2026-11-21T12:00:00Z')

/** Due since noon, about a transaction of its own, unless told otherwise. */
export const aCallback = (changes: Partial<Callback> = {}): Callback => ({
  id: randomUUID(),
  subject: { kind: 'transaction', id: randomUUID() },
  url: 'https://wallet.example.com/callback',
  body: '{}',
  state: 'due',
  tries: 0,
  dueAt: noon,
  createdAt: noon,
  ...changes,
})
