import { expect, it } from 'vitest'
import { sessionOf } from '../../../src/adapters/postgres/database.ts'
import type { Session } from '../../../src/adapters/postgres/database.ts'
import { recordFactories } from '../../../src/adapters/postgres/records.ts'
import { aCallback } from '../../builders/callback.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { testSealer } from '../../database.ts'

const factories = recordFactories(testSealer)
const id = '00000000-0000-4000-8000-000000000001'
const at = new Date('2026-11-21T12:00:00Z')
const transaction = aTransaction({
  id,
  fields: { routing_number: '1' },
  requiredInfoMessage: 'both, please',
})
const wanted = { wantedFields: {}, wantedCustomerFields: [], requiredInfoMessage: 'both, please' }
const opening = { transaction, events: [] }
const idempotency = { key: 'key', inputHash: 'hash' }

/** The bytes that a statement was given: as they are, or as hex, in JSON as well. */
async function bytesGiven(ask: (session: Session) => Promise<unknown>): Promise<readonly Buffer[]> {
  const given: Buffer[] = []
  const session = sessionOf(async (_, values) => {
    for (const value of values) {
      if (Buffer.isBuffer(value)) given.push(value)
      for (const [, hex = ''] of String(value).matchAll(/\\x([\da-f]+)/g)) {
        given.push(Buffer.from(hex, 'hex'))
      }
    }
    return [{ id }]
  })
  await ask(session)
  return given
}

const ofTransaction = [
  [`transaction:${id}`, JSON.stringify(transaction.fields)],
  [`transaction:${id}:wanted`, JSON.stringify(wanted)],
] as const

/** The place of each sealed column is part of what is kept: under another, nothing of before would open. */
it.each<
  [
    string,
    (session: Session) => Promise<unknown>,
    readonly (readonly [place: string, of: string])[],
  ]
>([
  [
    'a customer that is added',
    (session) =>
      factories.customers(session).add({
        id,
        key: { account: 'GOWNER' },
        fields: {},
        version: 1,
        createdAt: at,
        updatedAt: at,
      }),
    [[`customer:${id}`, '{}']],
  ],
  [
    'a customer that is saved',
    (session) =>
      factories.customers(session).save({
        id,
        key: { account: 'GOWNER' },
        fields: {},
        version: 2,
        createdAt: at,
        updatedAt: at,
      }),
    [[`customer:${id}`, '{}']],
  ],
  [
    'a file',
    (session) =>
      factories.customerFiles(session).add(
        {
          id,
          owner: { account: 'GOWNER' },
          contentType: 'image/png',
          size: 1,
          digest: 'the digest',
          createdAt: at,
        },
        Buffer.from('the bytes'),
      ),
    [
      [`customer_file_digest:${id}`, 'the digest'],
      [`customer_file:${id}`, 'the bytes'],
    ],
  ],
  [
    'a callback',
    (session) => factories.callbacks(session).add(aCallback({ id, body: '{"told":1}' })),
    [[`callback:${id}`, '{"told":1}']],
  ],
  [
    'a transaction that is opened',
    (session) => factories.transactions(session).open(opening),
    ofTransaction,
  ],
  [
    'a transaction that is opened with a key',
    (session) => factories.transactions(session).open({ ...opening, idempotency }),
    ofTransaction,
  ],
  [
    'a transaction that is saved',
    (session) => factories.transactions(session).save(transaction),
    ofTransaction,
  ],
])('seals %s for the places that earlier releases sealed for', async (_, ask, places) => {
  const given = await bytesGiven(ask)
  expect(given).toHaveLength(places.length)
  expect(
    places.map(([place], index) => testSealer.openText(given[index] ?? Buffer.of(), place)),
  ).toEqual(places.map(([, content]) => content))
})
