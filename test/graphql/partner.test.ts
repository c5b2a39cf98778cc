import { MuxedAccount, Account } from '@stellar/stellar-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CustomerDocument,
  TransactionDocument,
  TransactionsDocument,
  WhoAmIDocument,
} from '../../schema/generated/partner/graphql.ts'
import type { TransactionFilter } from '../../schema/generated/partner/graphql.ts'
import { ask, codesOf, dataOf } from './ask.ts'
import {
  funded,
  gatewayWorld,
  keepCustomer,
  keepTransaction,
  otherAnchor,
  person,
  sendingAnchor,
  tokenFor,
} from './gateway-world.ts'
import type { World } from './gateway-world.ts'

let world: World
let token: string

beforeAll(async () => {
  world = await gatewayWorld()
  token = await tokenFor(sendingAnchor)
})
afterAll(() => world.stop())

const list = (variables: object, as = token) =>
  ask(world.partner, TransactionsDocument, { token: as, variables })

async function idsOf(variables: object, as = token): Promise<readonly string[]> {
  return dataOf(await list(variables, as)).transactions.edges.map(({ node }) => node.id)
}

const minute = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, n))

describe('who asks', () => {
  it('is told who they are to the anchor: account, memo and subject', async () => {
    const muxed = new MuxedAccount(new Account(sendingAnchor, '0'), '7').accountId()
    for (const [subject, memo] of [
      [sendingAnchor, null],
      [`${sendingAnchor}:7`, '7'],
      [muxed, '7'],
    ] as const) {
      const { me } = dataOf(
        await ask(world.partner, WhoAmIDocument, { token: await tokenFor(subject) }),
      )
      expect(me).toEqual({ account: sendingAnchor, memo, subject, clientDomain: null })
    }
  })

  it('without a token sees the assets and nothing else', async () => {
    for (const headers of [{}, { authorization: '' }] as const) {
      const { assets } = dataOf(
        await ask<{ assets: object[] }>(world.partner, '{ assets { code } }', { headers }),
      )
      expect(assets).toEqual([{ code: 'USDC' }, { code: 'SRT' }])
    }
    const fields = [
      'me { account }',
      'transaction(id: "x") { id }',
      'transactions(first: 0) { nodes { id } }', // who asks is judged before what is asked
      'customer(id: "x") { id }',
    ]
    for (const field of fields) {
      const answer = await ask(world.partner, `{ ${field} }`)
      expect([field, answer.status, codesOf(answer)]).toEqual([field, 401, ['UNAUTHENTICATED']])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(answer.errors[0]?.message).toBe(
        'Log in by SEP-10 and send the token: `Authorization: Bearer <token>`',
      )
    }
    const opening = await ask(
      world.partner,
      'mutation { openTransaction(idempotencyKey: "", input: { amount: "1", assetCode: "SRT" }) { __typename } }',
    )
    expect([opening.status, codesOf(opening)]).toEqual([401, ['UNAUTHENTICATED']])
  })

  it.each([
    ['no bearer', 'Basic eDp4'],
    ['of no form', 'Bearer x y'],
    ['foreign', 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA'],
  ])('with a token that is %s is refused, also for what needs none', async (_, authorization) => {
    const answer = await ask(world.partner, '{ assets { code } }', { headers: { authorization } })
    expect([answer.status, codesOf(answer)]).toEqual([401, ['UNAUTHENTICATED']])
    expect(answer.errors[0]?.message).toBe(
      'This token is not taken here: it has ended, or is none of ours',
    )
    expect(answer.data ?? null).toBeNull()
  })

  it('with a token that has ended, or that is the back office’s, is refused', async () => {
    const ended = await tokenFor(sendingAnchor, -5_000)
    for (const bad of [ended, 'the-back-office-token']) {
      expect((await ask(world.partner, '{ me { account } }', { token: bad })).status).toBe(401)
    }
  })
})

describe('one transaction', () => {
  it('is shown as SEP-31 shows it, without what is inside', async () => {
    const { id } = await keepTransaction(world.rooms, { memo: { type: 'id', value: '77' } })
    const { transaction } = dataOf(
      await ask(world.partner, TransactionDocument, { token, variables: { id: id.toUpperCase() } }),
    )
    expect(transaction).toMatchObject({
      id,
      status: 'pending_sender',
      phase: 'awaitingFunds',
      amountIn: { value: '100' },
      amountOut: { value: '99', asset: 'iso4217:USD' },
      fee: { total: { value: '1' }, parts: [{ name: 'Fixed fee', amount: { value: '1' } }] },
      pay: { memoType: 'id', memo: '77' },
      wantedFields: [],
    })
  })

  it('of another client, with another memo, or of no form is null (SEP10-130, POLARIS-8.21)', async () => {
    const theirs = await keepTransaction(world.rooms, { owner: { account: otherAnchor } })
    const memo7 = await keepTransaction(world.rooms, {
      owner: { account: sendingAnchor, memo: '7' },
    })
    for (const id of [theirs.id, memo7.id, 'x', '', 'a'.repeat(10_000)]) {
      const answer = await ask(world.partner, TransactionDocument, { token, variables: { id } })
      expect(answer).toMatchObject({ status: 200, data: { transaction: null }, errors: [] })
    }
    const as7 = await tokenFor(`${sendingAnchor}:7`)
    const found = await ask(world.partner, TransactionDocument, {
      token: as7,
      variables: { id: memo7.id },
    })
    expect(dataOf(found).transaction?.id).toBe(memo7.id)
  })
})

describe('a list of transactions', () => {
  const owner = { account: sendingAnchor, memo: '100' }
  const as = () => tokenFor(`${sendingAnchor}:100`)
  const newestFirst: string[] = []

  beforeAll(async () => {
    for (let n = 0; n < 7; n += 1) {
      // two share a moment each, so that the id decides
      const { id } = await keepTransaction(world.rooms, {
        owner,
        startedAt: minute(Math.floor(n / 2)),
      })
      newestFirst.push(id)
    }
    const all = await idsOf({ first: 100 }, await as())
    newestFirst.sort((one, other) => all.indexOf(one) - all.indexOf(other))
  })

  it('is walked forwards and backwards without a gap or a repeat', async () => {
    const reader = await as()
    const forwards: string[] = []
    let after: string | null | undefined
    for (let hasNext = true; hasNext;) {
      const { edges, pageInfo } = dataOf(await list({ first: 3, after }, reader)).transactions
      expect(pageInfo.hasPreviousPage).toBe(after != null)
      forwards.push(...edges.map(({ node }) => node.id))
      after = pageInfo.endCursor
      hasNext = pageInfo.hasNextPage
    }
    expect(forwards).toEqual(newestFirst)
    const backwards: string[] = []
    let before: string | null | undefined
    for (let hasPrevious = true; hasPrevious;) {
      const { edges, pageInfo } = dataOf(await list({ last: 2, before }, reader)).transactions
      backwards.unshift(...edges.map(({ node }) => node.id))
      before = pageInfo.startCursor
      hasPrevious = pageInfo.hasPreviousPage
    }
    expect(backwards).toEqual(newestFirst)
  })

  it('is given between two cursors, from either end', async () => {
    const reader = await as()
    const endOf = async (variables: object) => dataOf(await list(variables, reader)).transactions
    const after = (await endOf({ first: 1 })).pageInfo.endCursor
    const before = (await endOf({ last: 2 })).pageInfo.startCursor
    expect(await idsOf({ after, before }, reader)).toEqual(newestFirst.slice(1, 5))
    expect(await idsOf({ first: 2, after, before }, reader)).toEqual(newestFirst.slice(1, 3))
    expect(await idsOf({ last: 2, after, before }, reader)).toEqual(newestFirst.slice(3, 5))
  })

  it('keeps its place when newer ones come in between', async () => {
    const reader = await tokenFor(`${sendingAnchor}:101`)
    const keep = (n: number) =>
      keepTransaction(world.rooms, {
        owner: { account: sendingAnchor, memo: '101' },
        startedAt: minute(n),
      })
    const [oldest, middle, newest] = [await keep(1), await keep(2), await keep(3)]
    const first = dataOf(await list({ first: 2 }, reader)).transactions
    expect(first.edges.map(({ node }) => node.id)).toEqual([newest.id, middle.id])
    await keep(4)
    expect(await idsOf({ first: 2, after: first.pageInfo.endCursor }, reader)).toEqual([oldest.id])
  })

  it('holds only those of the account with its memo (POLARIS-8.21, SEP10-130, SEP10-131, SEP10-132)', async () => {
    expect(await idsOf({}, await tokenFor(`${otherAnchor}:100`))).toEqual([])
    expect(await idsOf({ first: 100 })).not.toContain(newestFirst[0])
    const muxed = new MuxedAccount(new Account(sendingAnchor, '0'), '100').accountId()
    expect(await idsOf({ first: 100 }, await tokenFor(muxed))).toEqual(newestFirst)
  })

  it('takes filters that all have to hold', async () => {
    const reader = await tokenFor(`${sendingAnchor}:102`)
    const mine = { account: sendingAnchor, memo: '102' }
    const receiver = await keepCustomer(world.rooms, person)
    const paid = await keepTransaction(world.rooms, {
      owner: mine,
      ...funded('completed'),
      completedAt: minute(9),
      externalTransactionId: 'bank-1',
      receiverId: receiver.id,
      startedAt: minute(5),
    })
    const open = await keepTransaction(world.rooms, { owner: mine, startedAt: minute(6) })
    const filters: readonly [TransactionFilter, readonly string[]][] = [
      [{ status: ['completed'] }, [paid.id]],
      [{ status: ['pending_sender', 'completed'] }, [open.id, paid.id]],
      [{ status: [] }, []],
      [{ ids: [open.id.toUpperCase(), paid.id] }, [open.id, paid.id]],
      [{ ids: Array.from({ length: 100 }, () => paid.id) }, [paid.id]],
      [{ externalTransactionId: 'bank-1' }, [paid.id]],
      [{ externalTransactionId: 'bank-1', status: ['pending_sender'] }, []],
      [{ stellarTransactionHash: paid.stellarTransactionHash ?? '' }, [paid.id]],
      [{ stellarTransactionHash: 'f'.repeat(9_000) }, []],
      [{ customerId: receiver.id }, [paid.id]],
      [{ assetCode: 'SRT' }, [open.id, paid.id]],
      [{ assetCode: "'; drop table" }, []],
      [{ startedFrom: minute(6).toISOString() }, [open.id]],
      [{ startedBefore: minute(6).toISOString() }, [paid.id]],
      [
        { startedFrom: '0000-01-01T00:00:00Z', startedBefore: '9999-12-31T23:59:59Z' },
        [open.id, paid.id],
      ],
      [{}, [open.id, paid.id]],
    ]
    for (const [filter, expected] of filters) {
      expect([filter, await idsOf({ filter }, reader)]).toEqual([filter, expected])
    }
  })

  const cursor = (text: string) => Buffer.from(text).toString('base64url')
  const id = '00000000-0000-4000-8000-000000000000'

  it.each([
    ['a page of none', { first: 0 }],
    ['a negative page', { first: -1 }],
    ['a page beyond the largest', { first: 101 }],
    ['no number', { first: 2 ** 31 }],
    ['a fraction', { first: 1.5 }],
    ['both directions', { first: 1, last: 1 }],
    ['a cursor of no form', { after: 'x' }],
    ['an empty cursor', { after: '' }],
    ['a cursor of another list', { after: cursor(`dead|2026-01-01T00:00:00.000Z|${id}`) }],
    ['a cursor without its id', { after: cursor('transaction|2026-01-01T00:00:00.000Z|x') }],
    [
      'a cursor of the year 275000',
      { before: cursor(`transaction|+275000-01-01T00:00:00.000Z|${id}`) },
    ],
    [
      'a cursor before all time',
      { before: cursor(`transaction|-200000-01-01T00:00:00.000Z|${id}`) },
    ],
    ['a cursor with a tail', { after: `${cursor(`transaction|2026-01-01T00:00:00.000Z|${id}`)}!` }],
    ['an id of no form', { filter: { ids: ['x'] } }],
    ['a hundred and one ids', { filter: { ids: Array.from({ length: 101 }, () => id) } }],
    ['a customer of no form', { filter: { customerId: 'x' } }],
    ['a status that is none', { filter: { status: ['paid'] } }],
    ['a date that is none', { filter: { startedFrom: '2026-02-30T00:00:00Z' } }],
    ['a date that is a number', { filter: { startedFrom: 1e300 } }],
    ['a leap second', { filter: { startedFrom: '2026-12-31T23:59:60Z' } }],
    ['NUL', { filter: { assetCode: 'S\0T' } }],
    ['half a character', { filter: { externalTransactionId: '\ud800' } }],
    ['a filter that is none', { filter: { color: 'red' } }],
  ])('refuses %s by name (AP-2.12, POLARIS-8.29)', async (_, variables) => {
    const answer = await list(variables)
    expect([answer.status < 500, codesOf(answer)]).toEqual([true, ['BAD_USER_INPUT']])
  })
})

describe('a customer', () => {
  it('is shown with what is still missing, never with values', async () => {
    const { id } = await keepCustomer(world.rooms, { ...person, bank_account_number: '1234567890' })
    const answer = await ask(world.partner, CustomerDocument, {
      token,
      variables: { id: id.toUpperCase(), type: 'sep31-receiver' },
    })
    const { customer } = dataOf(answer)
    expect(customer).toMatchObject({ id, status: 'NEEDS_INFO' })
    expect(customer?.fields.map(({ name }) => name)).toEqual(['bank_number'])
    expect(JSON.stringify(customer)).not.toMatch(/Ada|1234567890|ada@/)
  })

  it('of another client, or of no form, is null', async () => {
    const { id } = await keepCustomer(world.rooms, person, otherAnchor)
    for (const unknown of [id, 'x', '00000000-0000-4000-8000-000000000000']) {
      const answer = await ask(world.partner, CustomerDocument, {
        token,
        variables: { id: unknown },
      })
      expect(answer).toMatchObject({ status: 200, data: { customer: null }, errors: [] })
    }
  })

  it('for a type that is not there is refused with those that are', async () => {
    const { id } = await keepCustomer(world.rooms, person)
    const answer = await ask(world.partner, CustomerDocument, {
      token,
      variables: { id, type: 'x' },
    })
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT'])
    expect(answer.errors[0]?.message).toContain('sep31-sender')
  })
})

describe('nothing of all this', () => {
  it('is logged as a fault of ours', () => {
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
