import 'reflect-metadata'
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { accepted, refused } from '../../src/domain/outcome.ts'
import { badInput } from '../../src/graphql/arguments.ts'
import type { BackofficeContext } from '../../src/graphql/backoffice/context.ts'
import { CustomerBackoffice } from '../../src/graphql/customer/customer.backoffice.ts'
import { CustomerQueries } from '../../src/graphql/customer/customer.query.ts'
import { NetworkBackoffice } from '../../src/graphql/network/network.backoffice.ts'
import type { PartnerContext } from '../../src/graphql/partner/context.ts'
import { PayoutBackoffice } from '../../src/graphql/payout/payout.backoffice.ts'
import { ReportBackoffice } from '../../src/graphql/report/report.backoffice.ts'
import { writeOpenRefusal } from '../../src/graphql/transaction/open-transaction.result.ts'
import { readTransactionQuery } from '../../src/graphql/transaction/transaction-filter.input.ts'

/** What is refused is said in words, each code in its own. */

type Refusal = Parameters<typeof writeOpenRefusal>[0]

/** An entry for each code; a new one does not compile until it stands here. */
const openings: {
  readonly [Code in Refusal['code']]: readonly [
    given: Omit<Extract<Refusal, { code: Code }>, 'code'>,
    told: object,
  ]
} = {
  asset_unknown: [
    { known: ['USDC', 'SRT'] },
    { argument: 'assetCode', message: 'We receive USDC, SRT' },
  ],
  asset_issuer_unknown: [
    { issuer: 'GISSUER' },
    { argument: 'assetIssuer', message: 'We receive this asset of GISSUER' },
  ],
  quotes_not_supported: [{}, { argument: 'quoteId', message: 'Quotes are not offered yet' }],
  destination_asset_unknown: [
    { deliverable: 'iso4217:USD' },
    { argument: 'destinationAsset', message: 'We deliver iso4217:USD' },
  ],
  amount_malformed: [{}, { argument: 'amount', message: 'A positive plain decimal, e.g. "12.5"' }],
  amount_too_precise: [{}, { argument: 'amount', message: 'At most 7 decimals' }],
  amount_out_of_bounds: [
    { minUnits: 10_000_000n, maxUnits: 50_000_000n },
    { argument: 'amount', message: 'The amount has to be between 1 and 5' },
  ],
  amount_below_fee: [
    { feeUnits: 15_000_000n },
    { argument: 'amount', message: 'The fee alone is 1.5' },
  ],
  funding_method_unknown: [
    { methods: ['SEPA', 'WIRE'] },
    { argument: 'fundingMethod', message: 'We pay out by SEPA, WIRE' },
  ],
  refund_memo_incomplete: [
    {},
    { argument: 'refundMemo', message: 'A refund memo needs a type and a value' },
  ],
  refund_memo_malformed: [
    {},
    { argument: 'refundMemo', message: 'The value does not fit its type: id, text or hash' },
  ],
  field_not_among_choices: [
    { field: 'type', choices: ['SEPA', 'WIRE'] },
    { argument: 'fields.type', message: 'One of SEPA, WIRE' },
  ],
  customer_info_needed: [
    { side: 'sender', type: 'sep31-large-sender' },
    {
      message: 'Complete the sender by SEP-12 with type sep31-large-sender',
      side: 'sender',
      customerType: 'sep31-large-sender',
    },
  ],
  customer_rejected: [
    { side: 'receiver' },
    { message: 'The receiver was rejected', side: 'receiver', customerType: null },
  ],
  transaction_info_needed: [
    { missing: { routing_number: { description: 'A' }, account_number: { description: 'B' } } },
    {
      message: 'Give routing_number, account_number in `fields`',
      missing: ['routing_number', 'account_number'],
    },
  ],
  idempotency_key_reused: [
    {},
    { message: 'This key was used for another request; take a new one' },
  ],
}

it.each(Object.entries(openings))('opening is refused in words: %s', (code, [given, told]) => {
  const refusal = { code, ...given } as Refusal // an entry of the list above
  expect(writeOpenRefusal(refusal)).toEqual({ code, ...told })
})

/** The back office with these rooms, as an operator enters it; what they were asked, too. */
function backoffice(
  answers: Readonly<Record<string, unknown>>,
  operator: string | undefined = 'ada',
) {
  const asked: unknown[] = []
  const rooms = Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      name,
      (...given: unknown[]) => {
        asked.push([name, ...given])
        return Promise.resolve(answer)
      },
    ]),
  )
  return { asked, context: { rooms, operator } as unknown as BackofficeContext } // no more is used
}

const id = randomUUID()

describe('an operator', () => {
  it.each([
    [{ code: 'customer_unknown' }, 'There is no customer with this id'],
    [{ code: 'customer_already_rejected' }, 'This customer is rejected already'],
    [{ code: 'reason_malformed', lengthMax: 7 }, '`reason`: 1 to 7 characters'],
  ])('is told why a customer was not rejected: %j', async (refusal, message) => {
    const { asked, context } = backoffice({ rejectCustomer: refused(refusal) })
    const desk = new CustomerBackoffice()
    const { code } = refusal
    expect(await desk.rejectCustomer(id.toUpperCase(), 'why', context)).toEqual({ code, message })
    expect(asked).toEqual([['rejectCustomer', { id, reason: 'why', operator: 'ada' }]])
  })

  it.each([
    [{ code: 'unknown_payout' }, 'There is no payout for this transaction'],
    [
      { code: 'payout_not_dead', state: 'waiting' },
      'This payout is waiting, not given up; it needs no retry',
    ],
  ])('is told why a payout was not tried again: %j', async (refusal, message) => {
    const { asked, context } = backoffice({ retryDeadPayout: refused(refusal) })
    const { code } = refusal
    const desk = new PayoutBackoffice()
    expect(await desk.retryDeadPayout(id.toUpperCase(), context)).toEqual({ code, message })
    expect(asked).toEqual([['retryDeadPayout', id, 'ada']])
  })

  it('is told the same of what cannot be an id, and nobody is asked', async () => {
    const { asked, context } = backoffice({})
    expect(await new CustomerBackoffice().rejectCustomer('x', 'why', context)).toEqual({
      code: 'customer_unknown',
      message: 'There is no customer with this id',
    })
    expect(await new PayoutBackoffice().retryDeadPayout('x', context)).toEqual({
      code: 'unknown_payout',
      message: 'There is no payout for this transaction',
    })
    expect(asked).toEqual([])
  })

  it.each(['acceptNetworkReset', 'resumeNetwork'] as const)(
    'is told why %s was not decided',
    async (word) => {
      const decision = { kind: 'go_on', at: new Date(), by: 'bob' }
      for (const [refusal, message] of [
        [{ code: 'unknown_stop' }, 'There is no stop with this id'],
        [{ code: 'decided_otherwise', decision }, 'bob has decided otherwise before: go_on'],
      ] as const) {
        const { asked, context } = backoffice({ [word]: refused(refusal) })
        const { code } = refusal
        expect(await new NetworkBackoffice()[word]('7', context)).toEqual({ code, message })
        expect(asked).toEqual([[word, { stopId: '7', by: 'ada' }]])
      }
    },
  )
})

describe('the report', () => {
  const from = new Date('2026-01-01T00:00:00Z')
  const before = new Date('2026-02-01T00:00:00Z')
  const reportOf = (...[asked, until, context]: readonly [Date, Date, BackofficeContext]) =>
    new ReportBackoffice().reportByAssetAndDay(asked, until, context)

  it('says what is wrong with the time it is asked for', async () => {
    const { asked, context } = backoffice({})
    await expect(reportOf(before, from, context)).rejects.toThrow(
      '`from` has to lie before `before`',
    )
    await expect(reportOf(from, from, context)).rejects.toThrow('`from` has to lie before `before`')
    const late = new Date('2027-01-03T00:00:00Z')
    await expect(reportOf(from, late, context)).rejects.toThrow('A report covers a year at most')
    expect(asked).toEqual([])
  })
})

type Refused = { readonly code: string } & Readonly<Record<string, unknown>>

describe('a partner', () => {
  const principal = { account: 'GA', subject: 'GA', homeDomain: 'anchor.example.com' }
  const find = async (refusal: Refused, type: string | null = null) => {
    const asked: unknown[] = []
    const findCustomer = (question: object) => {
      asked.push(question)
      return Promise.resolve(refused(refusal))
    }
    const context = { rooms: { findCustomer }, principal } as unknown as PartnerContext // no more is used
    const found = await new CustomerQueries()
      .findCustomer(id, type, context)
      .catch((error: unknown) => error)
    return { asked, found }
  }

  it('is told which types of customers there are', async () => {
    const known = ['sep31-sender', 'sep31-receiver']
    const { asked, found } = await find({ code: 'type_unknown', type: 'x', known }, 'x')
    expect(found).toEqual(badInput('`type`: one of sep31-sender, sep31-receiver'))
    expect(asked).toEqual([{ principal, id, type: 'x' }])
  })

  it.each(['customer_unknown', 'transaction_unknown', 'customer_not_of_transaction'])(
    'sees no customer, whatever the reason: %s',
    async (code) => {
      expect(await find({ code })).toEqual({ asked: [{ principal, id }], found: null })
    },
  )

  it('is told how many ids may be asked for at once, and which is none', () => {
    const page = { limit: 2, backwards: false }
    const ids = Array.from({ length: 101 }, () => id)
    expect(() => readTransactionQuery({ ids }, page)).toThrow('`ids`: at most 100, not 101')
    expect(() => readTransactionQuery({ ids: [id, 'x'] }, page)).toThrow(
      '`ids`: this is no id of ours: x',
    )
    expect(() => readTransactionQuery({ customerId: 'x' }, page)).toThrow(
      '`customerId`: this is no id of ours: x',
    )
  })
})

it('whoever is accepted is told so', async () => {
  const { context } = backoffice({ rejectCustomer: accepted(undefined) })
  expect(await new CustomerBackoffice().rejectCustomer(id, 'why', context)).toEqual({ id })
})
