import { describe, expect, it } from 'vitest'
import { accepted } from '../../../src/domain/outcome.ts'
import { sep12Routes } from '../../../src/http/sep12/routes.ts'
import { writeCustomer } from '../../../src/http/sep12/wire.ts'
import type { CustomerView } from '../../../src/usecases/customers/customer-view.ts'
import type { CustomerFile } from '../../../src/usecases/ports/customer-file-records.ts'
import { aRequest } from '../../builders/http-request.ts'
import type { RequestParts } from '../../builders/http-request.ts'

/** What each route asks of its use-case, and how it answers what comes of it. */

const principal = { account: 'GA', subject: 'GA:7', memo: '7', homeDomain: 'localhost' }
const view: CustomerView = {
  id: 'the id',
  status: 'NEEDS_INFO',
  wanted: [
    {
      name: 'city',
      askedAs: 'city',
      kind: 'string',
      description: 'City',
      translations: { es: 'Ciudad' },
      optional: false,
      needsCode: false,
    },
  ],
  provided: [],
  missing: ['city'],
}
const file = (id: string, more: Partial<CustomerFile> = {}): CustomerFile => ({
  id,
  owner: { account: 'GA', memo: '7' },
  contentType: 'image/png',
  size: 7,
  digest: 'a secret',
  createdAt: new Date(0),
  ...more,
})

/** The answer of one of the routes, and what was asked of the use-cases. */
async function call(line: string, parts: RequestParts) {
  const asked: unknown[] = []
  const answers =
    <Answer>(name: string, answer: Answer) =>
    (...given: unknown[]) => {
      asked.push([name, ...given])
      return Promise.resolve(answer)
    }
  const { routes } = sep12Routes({
    findCustomer: answers('find', accepted(view)),
    registerCustomer: answers('register', accepted({ id: 'the id' })),
    verifyCustomer: answers('verify', accepted(view)),
    setCustomerCallback: answers('listen', accepted(undefined)),
    deleteCustomer: answers('delete', accepted(undefined)),
    uploadFile: answers('upload', accepted(file('one', { expiresAt: new Date(1_000) }))),
    listFiles: answers('list', [
      file('one', { customerId: 'the id' }),
      file('two', { contentType: 'application/pdf', size: 8, expiresAt: new Date(2_000) }),
    ]),
    now: () => new Date(0),
  })
  const entry = routes.find(({ method, path }) => line === `${method} ${path}`)
  if (entry?.auth !== 'client') throw new Error(`There is no ${line} for clients`)
  return { asked, reply: await entry.route(aRequest({ principal, ...parts })) }
}

/** Each name that steers a request with a value of its own, beside one that does not. */
const steering = {
  id: 'an id',
  account: 'an account',
  memo: 'a memo',
  memo_type: 'text',
  type: 'a type',
  transaction_id: 'a transaction',
}
const question = {
  principal,
  id: 'an id',
  account: 'an account',
  memo: 'a memo',
  memoType: 'text',
  type: 'a type',
  transactionId: 'a transaction',
}
const sentWith = (more: Readonly<Record<string, string>>) =>
  new Map(
    Object.entries({ ...steering, ...more }).map(([name, text]) => [name, { kind: 'text', text }]),
  )

describe('a customer', () => {
  it.each([
    [undefined, 'en'],
    ['es-MX', 'es'],
  ])('is found by the query, in the language %s (SEP12-12, SEP12-37)', async (lang, language) => {
    const query = { ...steering, ...(lang !== undefined && { lang }) }
    expect(await call('GET /sep12/customer', { query })).toEqual({
      asked: [['find', question]],
      reply: { status: 200, body: writeCustomer(view, language) },
    })
  })

  it('is registered with all that was sent (SEP12-69)', async () => {
    const json = { ...steering, city: 'Rome', first_name: 'Ada' }
    const sent = sentWith({ city: 'Rome', first_name: 'Ada' })
    expect(await call('PUT /sep12/customer', { json })).toEqual({
      asked: [['register', { ...question, sent }]],
      reply: { status: 202, body: { id: 'the id' } },
    })
  })

  it('is verified by all that was sent, and told in English (SEP12-98)', async () => {
    const codes = { city_verification: '1', email_verification: '2', lang: 'es' }
    const json = { ...steering, ...codes }
    expect(await call('PUT /sep12/customer/verification', { json })).toEqual({
      asked: [['verify', { ...question, sent: sentWith(codes) }]],
      reply: { status: 200, body: writeCustomer(view) },
    })
  })

  it('is listened for at the address (SEP12-99)', async () => {
    const url = 'https://wallet.example.com'
    const json = { ...steering, url }
    expect(await call('PUT /sep12/customer/callback', { json })).toEqual({
      asked: [['listen', { ...question, url }]],
      reply: { status: 200, body: {} },
    })
  })

  it('is deleted by the account of the path, whatever account the body names (SEP12-116)', async () => {
    const params = { account: 'the account of the path' }
    const headers = { 'content-length': '9' }
    const parts = { params, headers, json: steering }
    expect(await call('DELETE /sep12/customer/:account', parts)).toEqual({
      asked: [['delete', { ...question, ...params }]],
      reply: { status: 200, body: {} },
    })
  })
})

describe('a file', () => {
  const one = { file_id: 'one', content_type: 'image/png', size: 7 }

  it('is the part of that name, among others (SEP12-127)', async () => {
    const files = ['photo', 'file', 'other'].map((name, place) => ({
      name,
      contentType: 'image/png',
      bytes: new Uint8Array([place]),
    }))
    const body = { kind: 'multipart', fields: new Map<string, string>(), files } as const
    expect(await call('POST /sep12/customer/files', { body })).toEqual({
      asked: [['upload', principal, new Uint8Array([1])]],
      reply: {
        status: 200,
        body: { ...one, expires_at: '1970-01-01T00:00:01.000Z', customer_id: null },
      },
    })
  })

  it.each([
    [{ file_id: 'a file' }, { id: 'a file' }],
    [{ customer_id: 'a customer' }, { customerId: 'a customer' }],
    [{ customer_id: '' }, { customerId: '' }],
    [{ file_id: '' }, { id: '' }],
  ])('is listed with all the others: %j (SEP12-129, SEP12-132)', async (query, by) => {
    expect(await call('GET /sep12/customer/files', { query })).toEqual({
      asked: [['list', principal, by]],
      reply: {
        status: 200,
        body: {
          files: [
            { ...one, customer_id: 'the id' },
            {
              file_id: 'two',
              content_type: 'application/pdf',
              size: 8,
              expires_at: '1970-01-01T00:00:02.000Z',
              customer_id: null,
            },
          ],
        },
      },
    })
  })

  it.each([{ file_id: '', customer_id: '' }, { id: 'x' }])(
    'is not listed by both of its names, or by none: %j',
    async (query) => {
      expect(await call('GET /sep12/customer/files', { query })).toEqual({
        asked: [],
        reply: { status: 400, body: { error: "Send one of 'file_id' and 'customer_id'" } },
      })
    },
  )
})
