import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sep9Fields } from '../../../src/domain/customer/sep9-fields.ts'
import { keepWaitingTransaction } from '../../builders/waiting-transaction.ts'
import { onServer } from '../../database.ts'
import { anAccount, jane, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const lines = [
  'GET /customer',
  'PUT /customer',
  'PUT /customer/callback',
  'PUT /customer/verification',
  `DELETE /customer/${anAccount()}`,
  'POST /customer/files',
  'GET /customer/files',
] as const

describe('every SEP-12 endpoint', () => {
  it('wants a token before it looks at the body (SEP12-01, SEP12-02, SEP12-03, SEP12-06, SEP12-07)', async () => {
    for (const line of lines) {
      const { status, body, headers } = await door.call(undefined, line, {
        headers: { 'content-type': 'text/plain' },
        ...(!line.startsWith('GET') && { body: '[object Object]' }),
      })
      expect(status).toBe(401)
      expect(typeof body.error).toBe('string')
      expect(headers['content-type']).toMatch(/^application\/json/)
    }
  })

  it('may be called from browsers, preflight and errors included (SEP12-08, SEP12-10)', async () => {
    for (const line of lines) {
      const [method = '', path = ''] = line.split(' ')
      const preflight = await door.app.inject({
        method: 'OPTIONS',
        url: `/sep12${path}`,
        headers: {
          origin: 'https://wallet.example.com',
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization, content-type',
        },
      })
      expect(preflight.statusCode).toBe(204)
      expect(preflight.headers['access-control-allow-methods']).toContain(method)
      expect(preflight.headers['access-control-allow-headers']).toContain('authorization')
      const refused = await door.call(undefined, line)
      expect(refused.headers['access-control-allow-origin']).toBe('*')
      expect(refused.headers['cache-control']).toBe('no-store')
    }
  })
})

describe('names that callers choose', () => {
  it('are ignored when SEP-9 does not know them, and never stored (SEP09-13, SEP09-14, SEP12-77, SEP12-78)', async () => {
    const account = anAccount()
    const { status, body } = await door.call(account, 'PUT /customer', {
      body: { ...jane, constructor: 'x', toString: 'x', email: 'a@example.com', favourite: 'blue' },
    })
    expect(status).toBe(202)
    const kept = await door.commit(({ customers }) => customers.find(body.id ?? ''))
    expect(Object.keys(kept?.fields ?? {})).toEqual(Object.keys(jane))
  })

  it('are refused when they reach for the prototype or nest (SEP09-02, SEP09-03, SEP12-83)', async () => {
    const send = (body: string) =>
      door.call(anAccount(), 'PUT /customer', {
        headers: { 'content-type': 'application/json' },
        body,
      })
    expect((await send('{"__proto__": {"first_name": "x"}}')).status).toBe(400)
    const nested = await send('{"organization": {"name": "ACME"}}')
    expect([nested.status, nested.body.error]).toEqual([
      400,
      expect.stringContaining('"organization.name"'),
    ])
    expect((await send('{"first_name": {"a": 1}}')).status).toBe(400)
    expect((await send('[]')).status).toBe(400)
  })

  it('stay flat in forms: a dot is part of the name (SEP09-04)', async () => {
    const account = anAccount()
    const { status, body } = await door.call(account, 'PUT /customer', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'organization.name=ACME&organization.VAT_number=1&organization%5Bcity%5D=Rome',
    })
    expect(status).toBe(202)
    const kept = await door.commit(({ customers }) => customers.find(body.id ?? ''))
    expect(Object.keys(kept?.fields ?? {})).toEqual([
      'organization.name',
      'organization.VAT_number',
    ])
  })

  it('never bring the door down, whatever the names and values are (POLARIS-8.30)', async () => {
    const names = fc.oneof(
      fc.constantFrom(...sep9Fields.keys(), 'id', 'memo', 'memo_type', 'type', 'transaction_id'),
      fc.string(),
    )
    const account = anAccount()
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })), async (body) => {
        const { status } = await door.call(account, 'PUT /customer', {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        expect([202, 400, 404]).toContain(status)
      }),
      { numRuns: 150 },
    )
    expect(door.faults).toEqual([])
  })
})

describe('guessing ids', () => {
  it('is answered with 429 after sixty misses, for that client, for a minute (SEP12-07, SEP12-136)', async () => {
    const [guesser, other] = [anAccount(), anAccount()]
    const guess = (subject: string) =>
      door.call(subject, 'GET /customer?id=2b0d2d4c-1111-4222-8333-123456789abc')
    const statuses = new Set<number>()
    for (let guesses = 0; guesses < 60; guesses += 1) statuses.add((await guess(guesser)).status)
    expect([...statuses]).toEqual([404])
    const refused = await guess(guesser)
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60'])
    expect(refused.body).toEqual({
      error: 'Too much was asked for that is not there; wait a minute',
    })
    for (const line of lines)
      expect([line, (await door.call(guesser, line)).status]).toEqual([line, 429])
    expect((await guess(`${guesser}:1`)).status).toBe(429)
    expect((await guess(other)).status).toBe(404)
    door.clock.now = new Date(door.clock.now.getTime() + 60_000)
    expect((await guess(guesser)).status).toBe(404)
  })

  it('is counted at every endpoint that may miss (SEP12-136)', async () => {
    const id = '2b0d2d4c-1111-4222-8333-123456789abc'
    const account = anAccount()
    const misses = [
      ['GET /customer?id=x', undefined],
      ['PUT /customer', { id }],
      ['PUT /customer/callback', { id, url: 'https://wallet.example.com' }],
      ['PUT /customer/verification', { id, city_verification: '1' }],
      [`DELETE /customer/${account}`, undefined],
    ] as const
    for (let guesses = 0; guesses < 60; guesses += 1) {
      const [line, body] = misses[guesses % misses.length] ?? misses[0]
      const { status } = await door.call(account, line, body === undefined ? {} : { body })
      expect([line, status]).toEqual([line, 404])
    }
    expect((await door.call(account, 'GET /customer/files?file_id=x')).status).toBe(429)
  })
})

describe('personal data at rest', () => {
  it('is in no column in clear (SEP09-43, SEP12-137)', async () => {
    const { body } = await door.call(anAccount(), 'PUT /customer', {
      body: { ...jane, last_name: 'Unmistakable' },
    })
    const [row] = await onServer(
      door.url,
      `select row_to_json(customer)::text as text, encode(fields_sealed, 'escape') as sealed
       from customer where id = $1`,
      [body.id],
    )
    expect(JSON.stringify(row)).not.toMatch(/Unmistakable|jane@example|first_name/)
  })

  it('is in no column in clear where a rail repeats it (SEP09-43, SEP12-137)', async () => {
    const wanted = {
      wantedFields: { account_number: '1000990004 of Unmistakable is not known' },
      requiredInfoMessage: 'Unmistakable has no account 1000990004',
    }
    const { id } = await keepWaitingTransaction(door.commit, wanted)
    const [row] = await onServer(
      door.url,
      `select row_to_json(kept)::text as text, encode(wanted_sealed, 'escape') as sealed
       from "transaction" as kept where id = $1`,
      [id],
    )
    expect(JSON.stringify(row)).not.toMatch(/Unmistakable|1000990004|account_number/)
    expect(await door.read(({ transactions }) => transactions.find(id))).toMatchObject(wanted)
  })
})
