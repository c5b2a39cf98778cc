import 'reflect-metadata'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onServer } from '../database.ts'
import { OpenTransactionDocument } from '../../schema/generated/partner/graphql.ts'
import type { OpenTransactionMutationVariables } from '../../schema/generated/partner/graphql.ts'
import { writeOpenRefusal } from '../../src/graphql/transaction/open-transaction.result.ts'
import { ask, codesOf, dataOf } from './ask.ts'
import {
  gatewayWorld,
  keepCustomer,
  otherAnchor,
  person,
  sendingAnchor,
  tokenFor,
} from './gateway-world.ts'
import type { World } from './gateway-world.ts'

let world: World
let token: string
let senderId: string
let receiverId: string

const bankAccount = { bank_account_number: '1000990001', bank_number: '021000021' }

beforeAll(async () => {
  world = await gatewayWorld()
  token = await tokenFor(sendingAnchor)
  senderId = (await keepCustomer(world.rooms, person)).id
  receiverId = (await keepCustomer(world.rooms, { ...person, ...bankAccount })).id
})
afterAll(() => world.stop())

const good = () => ({ amount: '100', assetCode: 'USDC', senderId, receiverId })

type Input = OpenTransactionMutationVariables['input']

const open = (input: object, idempotencyKey: string, as = token) =>
  ask(world.partner, OpenTransactionDocument, {
    token: as,
    variables: { input: input as Input, idempotencyKey }, // wrong ones are sent on purpose
  })

const answerOf = async (...asked: Parameters<typeof open>) =>
  dataOf(await open(...asked)).openTransaction

/** The transaction that has to have been opened, or been there. */
async function opened(...asked: Parameters<typeof open>) {
  const answer = await answerOf(...asked)
  if (answer.__typename === 'OpenedTransaction') return answer
  throw new Error(`Not opened: ${answer.message}`)
}

const kept = async () => {
  const [row] = await onServer(world.databaseUrl, 'select count(*)::int as kept from "transaction"')
  return row?.['kept']
}

describe('openTransaction', () => {
  it('opens what SEP-31 POST opens, and it is found there and here', async () => {
    const answer = await opened(good(), 'first')
    expect(answer).toMatchObject({
      __typename: 'OpenedTransaction',
      isReplay: false,
      transaction: {
        status: 'pending_sender',
        amountIn: { value: '100' },
        amountOut: { value: '98.5' },
        pay: { memo: expect.any(String) as string },
      },
    })
    const { id } = answer.transaction
    const response = await fetch(`${world.publicUrl}/sep31/transactions/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await response.json()).toMatchObject({ transaction: { id, amount_in: '100' } })
  })

  it('keeps how to pay out, whose asset, the memo of a refund and the language (SEP31-31)', async () => {
    const { assets } = dataOf(
      await ask<{ assets: { code: string; issuer: string }[] }>(
        world.partner,
        '{ assets { code issuer } }',
      ),
    )
    const assetIssuer = assets.find(({ code }) => code === 'USDC')?.issuer
    const refundMemo = { type: 'text', value: 'back to Ada' }
    const more = { assetIssuer, fundingMethod: 'WIRE', refundMemo, language: 'es' }
    const { transaction } = await opened({ ...good(), ...more }, 'everything')
    const found = await world.rooms.read(({ transactions }) => transactions.find(transaction.id))
    expect(found).toMatchObject({
      fundingMethod: 'WIRE',
      refundMemo,
      language: 'es',
      senderId,
      receiverId,
      assetIn: `stellar:USDC:${assetIssuer}`,
    })
  })

  it('with the same key and input answers the same transaction and says so, also all at once', async () => {
    const before = Number(await kept())
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => opened(good(), 'at-once')))
    const ids = new Set(answers.map(({ transaction }) => transaction.id))
    expect(ids.size).toBe(1)
    expect(answers.filter(({ isReplay }) => isReplay === false)).toHaveLength(1)
    expect(await opened(good(), 'at-once')).toMatchObject({ isReplay: true })
    expect(await opened({ ...good(), language: null }, 'at-once')).toMatchObject({ isReplay: true })
    expect(await kept()).toBe(before + 1)
  })

  it('with the same key and another input is refused, and nothing is stored', async () => {
    await opened(good(), 'reused')
    const before = await kept()
    expect(await answerOf({ ...good(), amount: '101' }, 'reused')).toEqual({
      __typename: 'IdempotencyKeyReused',
      code: 'idempotency_key_reused',
      message: expect.stringMatching(/new one/) as string,
    })
    expect(await kept()).toBe(before)
  })

  it('keeps the keys of one client, and of one memo, apart from another’s', async () => {
    const mine = await opened(good(), 'mine')
    const memo = await opened(good(), 'mine', await tokenFor(`${sendingAnchor}:7`))
    expect(memo.isReplay).toBe(false)
    expect(memo.transaction.id).not.toBe(mine.transaction.id)
    const theirs = await answerOf(good(), 'mine', await tokenFor(otherAnchor))
    expect(theirs).toMatchObject({ __typename: 'CustomerInfoNeeded', code: 'customer_info_needed' })
  })

  it.each([
    ['an asset we do not receive', { assetCode: 'XYZ' }, 'asset_unknown', 'assetCode'],
    ['another issuer', { assetIssuer: otherAnchor }, 'asset_issuer_unknown', 'assetIssuer'],
    ['an amount that is none', { amount: '1e3' }, 'amount_malformed', 'amount'],
    ['a negative amount', { amount: '-1' }, 'amount_malformed', 'amount'],
    ['eight decimals', { amount: '1.00000001' }, 'amount_too_precise', 'amount'],
    ['too much', { amount: '10001' }, 'amount_out_of_bounds', 'amount'],
    ['too little', { amount: '0.5' }, 'amount_out_of_bounds', 'amount'],
    ['less than the fee', { amount: '1' }, 'amount_below_fee', 'amount'],
    ['an unknown method', { fundingMethod: 'PIX' }, 'funding_method_unknown', 'fundingMethod'],
    [
      'a malformed memo',
      { refundMemo: { type: 'id', value: 'x' } },
      'refund_memo_malformed',
      'refundMemo',
    ],
  ])(
    'refuses %s by name, with the argument and a sentence',
    async (...[, change, code, argument]) => {
      const before = await kept()
      const answer = await answerOf({ ...good(), ...change }, `refused ${code}`.replace(' ', '-'))
      const message = expect.stringMatching(/\w+ \w+/) as string
      expect(answer).toMatchObject({ __typename: 'InputRefused', code, argument, message })
      expect(await kept()).toBe(before)
    },
  )

  it('asks for the customer that is missing or incomplete', async () => {
    const bare = await keepCustomer(world.rooms, { first_name: 'Ada' })
    for (const [change, side, customerType] of [
      [{ senderId: null }, 'sender', 'sep31-sender'],
      [{ senderId: 'x' }, 'sender', 'sep31-sender'],
      [{ receiverId: bare.id }, 'receiver', 'sep31-receiver'],
      [{ amount: '1000' }, 'receiver', 'sep31-large-receiver'],
    ] as const) {
      expect(await answerOf({ ...good(), ...change }, `ask-${side}-${customerType}`)).toMatchObject(
        {
          __typename: 'CustomerInfoNeeded',
          code: 'customer_info_needed',
          side,
          customerType,
        },
      )
    }
  })

  it('asks for the fields of the payment, and takes each once', async () => {
    const srt = { ...good(), assetCode: 'SRT' }
    expect(await answerOf(srt, 'fields')).toMatchObject({
      __typename: 'TransactionInfoNeeded',
      missing: ['routing_number', 'account_number'],
    })
    const field = (name: string) => ({ name, value: `1000990001 as ${name}` })
    const both = [field('routing_number'), field('account_number')]
    const first = await opened({ ...srt, fields: both }, 'fields')
    expect(first).toMatchObject({ isReplay: false })
    const found = await world.rooms.read(({ transactions }) =>
      transactions.find(first.transaction.id),
    )
    expect(found?.fields).toEqual(Object.fromEntries(both.map(({ name, value }) => [name, value])))
    const twice = await open({ ...srt, fields: [...both, field('account_number')] }, 'twice')
    expect(codesOf(twice)).toEqual(['BAD_USER_INPUT'])
    const long = await open({ ...srt, fields: ['a', 'a'].map((x) => field(x.repeat(50))) }, 'long')
    expect(long.errors[0]?.message).toBe(`\`fields\`: ${'a'.repeat(40)} is there twice`)
    const strange = await opened({ ...srt, fields: [...both, field('__proto__')] }, 'strange')
    expect(strange).toMatchObject({ isReplay: false })
  })

  it.each([
    ['an empty key', good, ''],
    ['a key with a space', good, 'a b'],
    ['a key that is too long', good, 'k'.repeat(256)],
    ['NUL in a field', () => ({ ...good(), fields: [{ name: 'x', value: '\0' }] }), 'nul'],
    [
      'half a character in a memo',
      () => ({ ...good(), refundMemo: { type: 'text', value: '\udc00' } }),
      'half',
    ],
    ['a number for an amount', () => ({ ...good(), amount: 100 }), 'number'],
    ['no amount', () => ({ assetCode: 'USDC' }), 'none'],
    ['an input of nothing we know', () => ({ ...good(), colour: 'red' }), 'colour'],
  ])('refuses %s', async (_, input, key) => {
    const before = await kept()
    const answer = await open(input(), key)
    expect([answer.status < 500, codesOf(answer)]).toEqual([true, ['BAD_USER_INPUT']])
    expect(await kept()).toBe(before)
  })

  it('takes a key of any visible characters, up to 255, and says so', async () => {
    for (const key of [`!${'k'.repeat(253)}~`, '"']) {
      expect(await opened(good(), key)).toMatchObject({ isReplay: false })
    }
    for (const key of ['k'.repeat(256), 'a b', ' a', 'a\n', '\u007f', 'é']) {
      expect((await open(good(), key)).errors[0]?.message).toBe(
        '`idempotencyKey` takes 1 to 255 visible ASCII characters',
      )
    }
  })

  it('says of an asset of the network itself whose it is', () => {
    const refused = writeOpenRefusal({ code: 'asset_issuer_unknown', issuer: undefined })
    expect(refused.message).toBe('We receive this asset of the network itself')
  })

  it('logs none of this as a fault of ours', () => {
    expect(world.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})
