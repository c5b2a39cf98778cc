import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Read } from '../../../src/usecases/ports/commit.ts'
import { openTransaction } from '../../../src/usecases/transactions/open-transaction.ts'
import { anAsset } from '../../builders/asset.ts'
import { openDoor } from '../../http/sep31/door.ts'
import type { Door } from '../../http/sep31/door.ts'
import { sender, sendingAnchor } from '../../http/sep31/door.ts'

let door: Door

beforeAll(async () => {
  door = await openDoor([anAsset({ senderTypes: [], receiverTypes: [] })])
})
afterAll(() => door.close())

const post = (key: string, body: object = {}, subject = sendingAnchor) =>
  door.call(
    'POST /transactions',
    { amount: 100, asset_code: 'SRT', ...body },
    { subject, headers: { 'idempotency-key': key } },
  )

const opening = {
  principal: { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'localhost' },
  request: { amount: '100', assetCode: 'SRT', fields: {} },
}

describe('the same idempotency key', () => {
  it('gives the first answer again, and says so', async () => {
    const first = await post('a')
    const before = await door.count('"transaction"')
    const second = await post('a')
    expect(second).toMatchObject({ status: 201, body: first.body })
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    expect(await door.count('"transaction"')).toBe(before)
  })

  it('gives the first answer also when the order of the keys is another', async () => {
    const fields = { transaction: { a: '1', b: '2' } }
    const { body } = await post('order', { fields, lang: 'en' })
    const turned = { lang: 'en', fields: { transaction: { b: '2', a: '1' } } }
    expect((await post('order', turned)).body).toEqual(body)
  })

  it('refuses another request', async () => {
    await post('b')
    const before = await door.count('"transaction"')
    expect(await post('b', { amount: 101 })).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/another request/) },
    })
    expect(await door.count('"transaction"')).toBe(before)
  })

  it.each([
    { lang: 'de' },
    { asset_code: 'SRT2' },
    { asset_issuer: 'G' },
    { destination_asset: 'iso4217:USD' },
    { quote_id: 'q' },
    { funding_method: 'WIRE' },
    { sender_id: randomUUID() },
    { receiver_id: randomUUID() },
    { refund_memo: '1' },
    { refund_memo_type: 'id' },
    { fields: { transaction: { a: '2' } } },
    { fields: { transaction: { a: '1', b: '' } } },
  ])('refuses a request that differs by nothing but %j', async (other) => {
    const key = JSON.stringify(other)
    const fields = { transaction: { a: '1' } }
    expect((await post(key, { fields })).status).toBe(201)
    expect(await post(key, { fields, ...other })).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/another request/) },
    })
  })

  it('is another one for another client', async () => {
    const { body } = await post('c')
    const other = await post('c', {}, `${sendingAnchor}:5`)
    expect(other.status).toBe(201)
    expect(other.body['id']).not.toBe(body['id'])
  })

  it('opens one transaction when ten come at the same time', async () => {
    const before = [await door.count('"transaction"'), await door.count('transaction_event')]
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('d')))
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1)
    expect(
      answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined),
    ).toHaveLength(1)
    expect([await door.count('"transaction"'), await door.count('transaction_event')]).toEqual(
      before.map((count) => count + 1),
    )
  })

  it('opens one when two have looked before either has opened', async () => {
    const { openParts } = door
    let looked = 0
    let letGo: () => void = () => undefined
    const bothLooked = new Promise<void>((resolve) => (letGo = resolve))
    const read: Read = async (work) => {
      const answer = await openParts.read(work)
      looked += 1
      if (looked === 2) letGo()
      await bothLooked
      return answer
    }
    const open = openTransaction({ ...openParts, read })
    const command = {
      principal: { account: sendingAnchor, subject: sendingAnchor, homeDomain: 'localhost' },
      request: { amount: '100', assetCode: 'SRT', fields: {} },
      idempotencyKey: 'race',
    }
    const before = await door.count('"transaction"')
    const [one, other] = await Promise.all([open(command), open(command)])
    if (!one.ok || !other.ok) throw new Error('both are accepted')
    expect(one.value.transaction.id).toBe(other.value.transaction.id)
    expect([one.value.isReplay, other.value.isReplay].filter(Boolean)).toEqual([true])
    expect(await door.count('"transaction"')).toBe(before + 1)
  })

  it('is free again after a refusal', async () => {
    expect((await post('e', { amount: 1 })).status).toBe(400)
    expect((await post('e')).status).toBe(201)
  })

  it.each(['', ' ', 'a b', 'a\u007f', 'x'.repeat(256), 'ä'])('may not be %j', async (key) => {
    expect(await post(key)).toMatchObject({ status: 400 })
  })

  it('may have 255 characters', async () => {
    expect(await post('x'.repeat(255))).toMatchObject({ status: 201 })
  })

  it('knows a request again, in whatever order a door has read its parts', async () => {
    const idempotencyKey = 'parts'
    const { principal, request } = opening
    const first = await door.openTransaction({ principal, request, idempotencyKey })
    const turned = { fields: {}, assetCode: 'SRT', amount: '100' }
    const second = await door.openTransaction({ principal, request: turned, idempotencyKey })
    expect([first, second]).toMatchObject([{ ok: true }, { ok: true, value: { isReplay: true } }])
  })
})

it('takes no data of customers of another client for its own (SEP31-O11)', async () => {
  const transactionFields = { bank_number: { description: 'Number of the bank' } }
  const anyone = { senderTypes: [], receiverTypes: [], transactionFields }
  const open = openTransaction({ ...door.openParts, assets: new Map([['SRT', anAsset(anyone)]]) })
  const fields = { bank_number: '1' }
  const [own, other] = [await door.customer(fields), await door.customer(fields, { account: 'G' })]
  const needed = { code: 'transaction_info_needed', missing: transactionFields }
  for (const side of ['senderId', 'receiverId']) {
    const opened = (id: string) => open({ ...opening, request: { ...opening.request, [side]: id } })
    expect((await opened(own)).ok).toBe(true)
    expect(await opened(other)).toEqual({ ok: false, refusal: needed })
  }
})

it('opens no second one when the transaction of a key cannot be found', async () => {
  const { openParts } = door
  const read: Read = (work) =>
    openParts.read((records) => {
      const transactions = { ...records.transactions, find: async () => undefined }
      return work({ ...records, transactions })
    })
  const command = { ...opening, idempotencyKey: 'lost' }
  await openTransaction(openParts)(command)
  const before = await door.count('"transaction"')
  const again = openTransaction({ ...openParts, read })(command)
  await expect(again).rejects.toThrow('An idempotency key names no transaction')
  expect(await door.count('"transaction"')).toBe(before)
})

it('compares requests by the same text in every version, as keys outlive a release', async () => {
  const texts: string[] = []
  const digest = (text: string) => {
    texts.push(text)
    return door.openParts.digest(text)
  }
  const request = { amount: '100', assetCode: 'SRT', fields: { b: '2', a: '1' }, language: 'en' }
  await openTransaction({ ...door.openParts, digest })({
    ...opening,
    request,
    idempotencyKey: 'text',
  })
  expect(texts).toEqual([
    '[[["amount","100"],["assetCode","SRT"],["language","en"]],[["a","1"],["b","2"]]]',
  ])
})

it('gives a hundred transactions opened at once a memo each (SEP31-39, SEP31-W04, AP-1.16)', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      door.call('POST /transactions', { amount: 100, asset_code: 'SRT' }),
    ),
  )
  expect(new Set(answers.map(({ body }) => body['stellar_memo'])).size).toBe(100)
  expect(door.faults).toEqual([])
})

const counts = () =>
  Promise.all(['"transaction"', 'transaction_event'].map((table) => door.count(table)))

it('draws five memos at most, and then opens nothing (SEP31-39)', async () => {
  const taken = { type: 'id', value: '424240' } as const
  const free = { type: 'id', value: '424241' } as const
  const four = Array.from({ length: 4 }, () => taken)
  door.memos.push(taken)
  expect((await door.openTransaction(opening)).ok).toBe(true)
  const before = await counts()
  door.memos.push(...four, taken)
  await expect(door.openTransaction(opening)).rejects.toThrow('No free memo was found in 5 tries')
  expect(await counts()).toEqual(before)
  expect(door.memos).toEqual([])
  door.memos.push(...four, free)
  expect((await door.openTransaction(opening)).ok).toBe(true)
})

it('draws again for those of one moment that drew the same memo, and keeps each once with its event', async () => {
  const before = await counts()
  const same = { type: 'id', value: '424242' } as const
  door.memos.push(same, same, { type: 'id', value: '424243' }, same)
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => door.openTransaction(opening)))
  const opened = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.transaction] : []))
  expect(new Set(opened.map(({ memo }) => memo.value)).size).toBe(4)
  expect(await counts()).toEqual(before.map((count) => count + 4))
})

it('opens what came in the moment of one that PostgreSQL refuses, and keeps nothing of that one', async () => {
  const { openParts } = door
  const broken = openTransaction({
    ...openParts,
    newMemo: () => ({ type: 'text', value: 'no\0text' }), // no request can bring this in
  })
  const before = await counts()
  const [first, refused, second] = await Promise.allSettled([
    openTransaction(openParts)(opening),
    broken(opening),
    openTransaction(openParts)(opening),
  ])
  expect([first.status, refused.status, second.status]).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(await counts()).toEqual(before.map((count) => count + 2))
})

it('keeps an event for each phase that it went through at once, each with an id (SEP31-34, SEP31-35)', async () => {
  const assets = new Map([['SRT', anAsset({ kycTiming: 'after' })]])
  const [senderId, receiverId] = [await door.customer(sender), await door.customer(sender)]
  const opened = await openTransaction({ ...door.openParts, assets })({
    ...opening,
    request: { ...opening.request, senderId, receiverId },
  })
  const id = opened.ok ? opened.value.transaction.id : ''
  const told = await door.commit(async ({ events }) => {
    await events.assignSequences(1000)
    return events.ofTransaction(id)
  })
  expect(told.map(({ type, to, version }) => [type, to, version])).toEqual([
    ['opened', 'screening', 1],
    ['infoMissing', 'awaitingInfo', 2],
  ])
  expect(new Set(told.map((event) => event.id)).size).toBe(2)
})
