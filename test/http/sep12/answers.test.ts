import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOptionalNames } from '../../../src/http/sep12/read-body.ts'
import { readNames, writeCustomer } from '../../../src/http/sep12/wire.ts'
import { aRequest } from '../../builders/http-request.ts'
import { aTransaction } from '../../builders/transaction.ts'
import { anAccount, jane, openDoor } from './door.ts'

let door: Awaited<ReturnType<typeof openDoor>>
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

describe('answers of SEP-12', () => {
  it('leave out what has no value, and never say null (SEP12-09)', async () => {
    const account = anAccount()
    const unknown = await door.call(account, 'GET /customer')
    const { body } = await door.call(account, 'PUT /customer', { body: jane })
    const known = await door.call(account, `GET /customer?id=${body.id}&type=sep31-receiver`)
    for (const answer of [unknown.body, body, known.body]) {
      expect(JSON.stringify(answer)).not.toContain('null')
    }
  })

  it('hold an empty object of fields when nothing but a code is wanted (SEP12-51)', () => {
    const view = {
      status: 'NEEDS_INFO',
      wanted: [],
      provided: [],
      missing: ['mobile_number'],
    } as const
    expect(writeCustomer({ id: '1', ...view })).toEqual({
      id: '1',
      status: 'NEEDS_INFO',
      fields: {},
    })
  })

  it('hold what may still be sent, whatever the status, and the message there is (SEP12-51)', () => {
    const message = 'Rejected for good'
    const view = {
      status: 'REJECTED',
      message,
      wanted: [
        {
          name: 'city',
          needsCode: false,
          askedAs: 'city',
          kind: 'string',
          description: 'City',
          optional: true,
        },
      ],
      provided: [],
      missing: [],
    } as const
    expect(writeCustomer(view)).toEqual({
      status: 'REJECTED',
      fields: { city: { type: 'string', description: 'City', optional: true } },
      message,
    })
    expect(writeCustomer({ ...view, wanted: [] })).toEqual({ status: 'REJECTED', message })
  })

  it('announce files as binary, numbers and dates as such (SEP12-62, SEP12-68)', async () => {
    const { body } = await door.call(anAccount(), 'GET /customer?type=sep31-large-receiver')
    expect(body.fields?.['photo_id_front']?.type).toBe('binary')
    expect(body.fields?.['birth_date']?.type).toBe('date')
    expect(body.fields?.['id_type']?.choices).toEqual(['passport', 'id_card'])
  })

  it('are there for each type that is configured (SEP12-40)', async () => {
    for (const type of door.types.byName.keys()) {
      const { status, body } = await door.call(anAccount(), `GET /customer?type=${type}`)
      expect([status, body.status]).toEqual([200, 'NEEDS_INFO'])
    }
  })

  it('have ids that cannot be guessed (SEP12-28)', async () => {
    const { body } = await door.call(anAccount(), 'PUT /customer', { body: jane })
    expect(body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('what is sent in JSON', () => {
  it('is told apart as texts, numbers, what nests, and what is none of these (SEP12-83)', () => {
    const value = { text: 'a', number: 1.5, object: {}, list: [], nothing: null, truth: true }
    expect(readNames({ kind: 'json', value, text: '' })).toEqual({
      ok: true,
      value: new Map<string, object>([
        ['text', { kind: 'text', text: 'a' }],
        ['number', { kind: 'number', text: '1.5' }],
        ['object', { kind: 'nested' }],
        ['list', { kind: 'nested' }],
        ['nothing', { kind: 'other' }],
        ['truth', { kind: 'other' }],
      ]),
    })
  })

  it.each([
    [{}, []],
    [{ 'content-length': '0' }, []],
    [{ 'content-length': '1' }, ['memo']],
    [{ 'transfer-encoding': 'chunked' }, ['memo']],
  ])(
    'is read where it may be absent, when there is any: %j (SEP12-118)',
    async (headers, names) => {
      const read = await readOptionalNames(aRequest({ headers, json: { memo: '1' } }))
      expect(read.ok && [...read.value.keys()]).toEqual(names)
    },
  )
})

describe('memo and id', () => {
  it('of the token make memo_type meaningless (SEP12-19)', async () => {
    const body = { ...jane, memo: '5', memo_type: 'return' }
    expect((await door.call(`${anAccount()}:5`, 'PUT /customer', { body })).status).toBe(202)
  })

  it('memo_type without memo is harmless (SEP12-23)', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', { body: jane })
    const { body: found } = await door.call(account, 'GET /customer?memo_type=text')
    expect(found.id).toBe(body.id)
  })

  it('have to name the same customer (SEP12-24, SEP12-27)', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', { body: { ...jane, memo: '1' } })
    const statusOf = async (query: string) =>
      (await door.call(account, `GET /customer?id=${body.id}${query}`)).status
    expect(await statusOf('&memo=1')).toBe(200)
    expect(await statusOf('&memo=2')).toBe(404)
    expect(await statusOf('&memo=1&memo_type=text')).toBe(404)
  })

  it('may be used and left out for one account (SEP12-29)', async () => {
    const account = anAccount()
    const plain = await door.call(account, 'PUT /customer', { body: jane })
    const withMemo = await door.call(`${account}:1`, 'PUT /customer', { body: jane })
    expect([plain.status, withMemo.status]).toEqual([202, 202])
    expect(plain.body.id).not.toBe(withMemo.body.id)
  })
})

describe('what is said elsewhere', () => {
  it('in logs and refusals holds no value of a customer (SEP12-134)', async () => {
    const account = anAccount()
    await door.call(account, 'PUT /customer', { body: { ...jane, city: 'Unmistakable' } })
    const bad = { ...jane, city: 'Unmistakable', email_address: 'unmistakable' }
    const { body } = await door.call(account, 'PUT /customer', { body: bad })
    const memo = 'memo=Unmistakable&memo_type=text'
    expect((await door.call(account, `GET /customer?${memo}`)).status).toBe(200)
    expect(door.logged.length).toBeGreaterThan(2)
    expect(JSON.stringify([body, door.logged])).not.toMatch(/unmistakable|jane/i)
  })
})

describe('an open transaction', () => {
  it('keeps the id of a customer that was deleted, and nothing else of it (SEP12-126)', async () => {
    const account = anAccount()
    const { body } = await door.call(account, 'PUT /customer', { body: jane })
    const receiver = { receiverId: body.id ?? '', receiverType: 'sep31-receiver' }
    const transaction = aTransaction({ phase: 'awaitingInfo', owner: { account }, ...receiver })
    await door.commit(({ transactions }) => transactions.open({ transaction, events: [] }))
    expect((await door.call(account, `DELETE /customer/${account}`)).status).toBe(200)
    const kept = await door.read(({ transactions }) => transactions.find(transaction.id))
    expect([kept?.phase, kept?.receiverId]).toEqual(['awaitingInfo', body.id])
    const line = `GET /customer?transaction_id=${transaction.id}` as const
    const asked = await door.call(account, line)
    expect([asked.status, asked.body.status, asked.body.id]).toEqual([200, 'NEEDS_INFO', undefined])
  })
})
