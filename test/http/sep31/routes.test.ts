import { describe, expect, it } from 'vitest'
import { accepted, refused } from '../../../src/domain/outcome.ts'
import { getTransaction } from '../../../src/http/sep31/get-transaction.ts'
import { patchTransaction } from '../../../src/http/sep31/patch-transaction.ts'
import { postTransactions } from '../../../src/http/sep31/post-transactions.ts'
import { putCallback } from '../../../src/http/sep31/put-callback.ts'
import { writeTransaction } from '../../../src/http/sep31/write-transaction.ts'
import type { ClientRoute } from '../../../src/http/server/route.ts'
import type { CorrectTransaction } from '../../../src/usecases/transactions/correct-transaction.ts'
import type { OpenTransactionCommand } from '../../../src/usecases/transactions/open-transaction.ts'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { aRequest } from '../../builders/http-request.ts'
import type { RequestParts } from '../../builders/http-request.ts'
import { aTransaction } from '../../builders/transaction.ts'

/** What each route asks of its use-case, and how it answers what comes of it. */

const principal = { account: 'GA', subject: 'GA:7', memo: '7', homeDomain: 'localhost' }
const params = { id: 'the id' }
const assets = new Map([['SRT', anAsset({ transactionFields: routingFields })]])
const transaction = aTransaction()
const shown = writeTransaction(transaction, assets)
const refusal = (error: string) => ({ status: 400, body: { error } })
const missing = { status: 404, body: { error: 'There is no transaction with this id' } }
const ask = (route: ClientRoute, parts: RequestParts = {}) =>
  route(aRequest({ principal, params, ...parts }))

describe('POST /transactions', () => {
  const json = { amount: '100', asset_code: 'SRT', receiver_id: 'b' }

  async function post(idempotencyKey?: string, isReplay = false, body: object = json) {
    const commands: OpenTransactionCommand[] = []
    const route = postTransactions((command) => {
      commands.push(command)
      return Promise.resolve(accepted({ transaction, isReplay }))
    })
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
    return { commands, reply: await ask(route, { headers, json: body }) }
  }
  const body = {
    id: transaction.id,
    stellar_account_id: transaction.distributionAccount,
    stellar_memo_type: 'id',
    stellar_memo: transaction.memo.value,
  }
  const request = { amount: '100', assetCode: 'SRT', receiverId: 'b', fields: {} }

  it('opens what is asked for, under the key of the call where there is one (SEP31-33)', async () => {
    expect(await post()).toEqual({
      commands: [{ principal, request }],
      reply: { status: 201, body },
    })
    expect(await post('a-key', true)).toEqual({
      commands: [{ principal, request, idempotencyKey: 'a-key' }],
      reply: { status: 201, body, headers: { 'idempotency-replayed': 'true' } },
    })
  })

  it('takes a key of 1 to 255 visible characters, and looks at the body first', async () => {
    for (const key of ['!', '~', 'x'.repeat(255)]) {
      expect((await post(key)).commands).toEqual([{ principal, request, idempotencyKey: key }])
    }
    for (const key of ['', 'a b', ' a', 'a ', 'é', '\u007f', 'x'.repeat(256)]) {
      expect(await post(key)).toEqual({
        commands: [],
        reply: refusal('Idempotency-Key must be 1 to 255 visible ASCII characters'),
      })
    }
    expect(await post('a b', false, {})).toMatchObject({
      reply: refusal('amount is missing: send the amount of the Stellar asset'),
    })
  })

  it('says a refusal in the language of the body (SEP31-31)', async () => {
    const route = postTransactions(async () => refused({ code: 'quotes_not_supported' }))
    expect(await ask(route, { json: { ...json, lang: 'es' } })).toEqual(
      refusal('Este activo no admite cotizaciones; omita quote_id'),
    )
  })
})

describe('GET /transactions/:id', () => {
  it('shows what is found, and says of everything else that it is not there (SEP31-78)', async () => {
    const asked: unknown[] = []
    const found = (answer: typeof transaction | undefined) =>
      getTransaction((...given) => {
        asked.push(given)
        return Promise.resolve(answer)
      }, assets)
    expect(await ask(found(transaction))).toEqual({ status: 200, body: shown })
    expect(await ask(found(undefined))).toEqual(missing)
    expect(asked).toEqual([
      [principal, 'the id'],
      [principal, 'the id'],
    ])
  })
})

describe('PATCH /transactions/:id', () => {
  const json = { fields: { transaction: { a: '1', b: '2' } } }
  const patch = (answer: Awaited<ReturnType<CorrectTransaction>>, asked: unknown[] = []) =>
    ask(
      patchTransaction((command) => {
        asked.push(command)
        return Promise.resolve(answer)
      }, assets),
      { json },
    )

  it('hands on the fields, and shows what came of it or what is still wanted (SEP31-O16)', async () => {
    const asked: unknown[] = []
    expect(await patch(accepted({ transaction, stillWanted: [] }), asked)).toEqual({
      status: 200,
      body: shown,
    })
    expect(asked).toEqual([{ principal, id: 'the id', fields: { a: '1', b: '2' } }])
    expect(await patch(accepted({ transaction, stillWanted: ['c', 'd'] }))).toEqual(
      refusal('These fields are still to be corrected: c, d'),
    )
  })

  it.each([
    [
      { code: 'update_not_wanted' } as const,
      'This transaction is not in the status pending_transaction_info_update',
    ],
    [
      { code: 'field_not_wanted', field: 'a<', wanted: ['c', 'd'] } as const,
      'a? is not to be corrected; send only: c, d',
    ],
    [
      { code: 'field_not_among_choices', field: 'a<', choices: ['c', 'd'] } as const,
      'fields.transaction.a? must be one of: c, d',
    ],
  ])('says what is wrong: %j (SEP31-O13, SEP31-O14, SEP31-O09)', async (why, error) => {
    expect(await patch(refused(why))).toEqual(refusal(error))
  })

  it('says that there is nothing to correct (SEP31-78)', async () => {
    expect(await patch(refused({ code: 'not_found' }))).toEqual(missing)
  })
})

describe('PUT /transactions/:id/callback', () => {
  it('hands on the address (SEP31-81)', async () => {
    const asked: unknown[] = []
    const route = putCallback((command) => {
      asked.push(command)
      return Promise.resolve(accepted(undefined))
    })
    expect(await ask(route, { json: { url: 'https://a.example' } })).toEqual({ status: 204 })
    expect(asked).toEqual([{ principal, id: 'the id', url: 'https://a.example' }])
  })

  it.each([
    ['not_found', missing],
    [
      'callback_url_malformed',
      refusal(
        'url must be an absolute https address of at most 2000 characters, without user or fragment',
      ),
    ],
    ['callback_url_insecure', refusal('url must begin with https://')],
    ['callback_url_private', refusal('url must not lead to a private or local network')],
  ] as const)('says what is wrong: %s (SEP31-82)', async (code, answer) => {
    const route = putCallback(() => Promise.resolve(refused({ code })))
    expect(await ask(route, { json: { url: 'x' } })).toEqual(answer)
  })
})
