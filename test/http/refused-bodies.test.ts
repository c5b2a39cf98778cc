import { describe, expect, it } from 'vitest'
import { railRoutes } from '../../src/http/rail/routes.ts'
import { sep10Routes } from '../../src/http/sep10/routes.ts'
import { sep12Routes } from '../../src/http/sep12/routes.ts'
import { sep31Routes } from '../../src/http/sep31/routes.ts'
import type { Body } from '../../src/http/server/body.ts'
import { malformed, tooLarge, unsupported } from '../../src/http/server/body.ts'
import type { Reply } from '../../src/http/server/reply.ts'
import type { ClientRequest } from '../../src/http/server/route.ts'
import { aRequest } from '../builders/http-request.ts'

/** Every route that reads a body, with use-cases that are never asked. */

const never = () => Promise.reject(new Error('no use-case is asked'))
const tables = [
  sep10Routes({ makeChallenge: never, exchangeChallenge: never, networkPassphrase: 'x' }),
  sep12Routes({
    findCustomer: never,
    registerCustomer: never,
    verifyCustomer: never,
    setCustomerCallback: never,
    deleteCustomer: never,
    uploadFile: never,
    listFiles: never,
    now: () => new Date(0),
  }),
  sep31Routes({
    assets: new Map(),
    openTransaction: never,
    findTransaction: never,
    correctTransaction: never,
    setTransactionCallback: never,
  }),
  railRoutes({
    readPayoutNotice: () => {
      throw new Error('no notice is read')
    },
    receivePayoutNotice: never,
  }),
]
const entries = tables
  .flatMap(({ routes }) => routes)
  .filter(({ method }) => method !== 'GET')
  .map((entry) => [`${entry.method} ${entry.path}`, entry] as const)

const files = 'POST /sep12/customer/files'
const ofSep12 = [
  'PUT /sep12/customer',
  'PUT /sep12/customer/callback',
  'PUT /sep12/customer/verification',
  'DELETE /sep12/customer/:account',
]
const ofSep31 = [
  'POST /sep31/transactions',
  'PATCH /sep31/transactions/:id',
  'PUT /sep31/transactions/:id/callback',
]

const headers = { 'content-length': '9' }

async function answer(line: string, request: ClientRequest): Promise<Reply> {
  const entry = entries.find(([name]) => name === line)?.[1]
  if (entry === undefined) throw new Error(`There is no ${line}`)
  return entry.route(request)
}
const answerBody = (line: string, body: Body) => answer(line, aRequest({ headers, body }))
const json = (value: unknown): Body => ({ kind: 'json', value, text: JSON.stringify(value) })
const refusal = (status: number, error: string) => ({ status, body: { error } })

it('there is no route with a body that is not among these', () => {
  expect(entries.map(([line]) => line).toSorted()).toEqual(
    ['POST /auth', 'POST /rail/notices', files, ...ofSep12, ...ofSep31].toSorted(),
  )
})

describe.each(entries)('%s', (line) => {
  it.each([
    [400, malformed('It is malformed')],
    [413, tooLarge('It is too large')],
    [415, unsupported('It is of another type')],
  ])(
    'answers a body that was refused with %i and why (SEP10-69, SEP12-88, SEP31-09)',
    async (...[status, refused]) => {
      const request = { ...aRequest({ headers }), body: () => Promise.resolve(refused) }
      const isOwn = line === files && status === 415 // knows 413 and 400 alone (SEP12-130)
      expect(await answer(line, request)).toEqual(
        refusal(isOwn ? 400 : status, refused.refusal.message),
      )
    },
  )
})

describe.each(ofSep12)('%s', (line) => {
  it('wants an object, and text for what steers it, before all else (SEP12-11)', async () => {
    for (const value of [[], null, 'x', 5]) {
      expect(await answerBody(line, json(value))).toEqual(
        refusal(400, 'The JSON body must be an object'),
      )
    }
    for (const name of ['id', 'account', 'memo', 'memo_type', 'type', 'transaction_id']) {
      expect(await answerBody(line, json({ other: 'x', [name]: 5 }))).toEqual(
        refusal(400, `'${name}' must be text`),
      )
    }
  })
})

describe.each(ofSep31)('%s', (line) => {
  it('wants an object of JSON (SEP31-09)', async () => {
    for (const kind of ['form', 'multipart'] as const) {
      const body = { kind, fields: new Map([['amount', '1']]), files: [] }
      expect(await answerBody(line, body)).toEqual(
        refusal(415, 'The Content-Type must be application/json'),
      )
    }
    for (const value of [[], null, 'x', 5]) {
      expect(await answerBody(line, json(value))).toEqual(
        refusal(400, 'The body must be a JSON object'),
      )
    }
  })
})

it.each([
  ['PUT /sep12/customer/callback', "'url' is needed, as text"],
  ['PUT /sep12/customer/verification', "'id' is needed: the customer to be verified"],
  ['PUT /sep31/transactions/:id/callback', 'url is missing: send an https address'],
  [
    'PATCH /sep31/transactions/:id',
    'fields.transaction is missing: send the fields of required_info_updates',
  ],
  ['POST /sep31/transactions', 'amount is missing: send the amount of the Stellar asset'],
  ['POST /auth', 'transaction is missing: send the signed challenge, as base64 XDR'],
  [files, "Send multipart/form-data with one part named 'file' that holds a file"],
])('%s says what is missing in an empty object: %s', async (line, error) => {
  expect(await answerBody(line, json({}))).toEqual(refusal(400, error))
})

it('a notice of the bank is JSON', async () => {
  const body = { kind: 'form', fields: new Map([['payout', '1']]) } as const
  expect(await answerBody('POST /rail/notices', body)).toEqual(
    refusal(400, 'Send the notice as application/json'),
  )
})
