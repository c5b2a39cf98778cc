import { afterAll, beforeAll, expect, it } from 'vitest'
import { anAsset, routingFields } from '../../builders/asset.ts'
import { openDoor } from './door.ts'
import type { Door } from './door.ts'

let door: Door
let receive: Record<string, Record<string, unknown>>
let status: number

beforeAll(async () => {
  const { minUnits: _min, maxUnits: _max, ...unbounded } = anAsset()
  door = await openDoor([
    anAsset({ transactionFields: routingFields }),
    {
      ...unbounded,
      code: 'ANY',
      receiverTypes: [
        {
          name: 'sep31-receiver',
          description: 'Who receives',
          translations: { es: 'Quien recibe' },
          fromUnits: 0n,
        },
      ],
      senderTypes: [],
      fee: { fixedUnits: 0n, percentE7: 0n },
    },
    anAsset({
      code: 'TWO',
      senderTypes: [
        {
          name: 'sep31-sender',
          description: 'Who sends',
          translations: { es: 'Quien envía' },
          fromUnits: 0n,
        },
        {
          name: 'sep31-large-sender',
          description: 'Who sends much',
          translations: { es: 'Quien envía mucho' },
          fromUnits: 10n,
        },
      ],
      transactionFields: { iban: { description: 'Account', translations: { es: 'Cuenta' } } },
    }),
  ])
  const answer = await door.call('GET /info', undefined, { subject: null })
  status = answer.status
  receive = answer.body['receive'] as typeof receive
})
afterAll(() => door.close())

it('is open to all and lists each asset with both forms (SEP31-10, SEP31-11, SEP31-O01, SEP31-O02, SEP31-O06, SEP31-X01, SEP31-X07, SEP31-C02, SEP31-G02)', () => {
  expect(status).toBe(200)
  expect(Object.keys(receive)).toEqual(['SRT', 'ANY', 'TWO'])
  expect(receive['SRT']).toEqual({
    enabled: true,
    quotes_supported: false,
    quotes_required: false,
    funding_methods: ['SEPA', 'WIRE'],
    min_amount: 10,
    max_amount: 10_000,
    fee_fixed: 1,
    fee_percent: 0.01,
    sep12: {
      sender: { types: { 'sep31-sender': { description: 'Who sends' } } },
      receiver: {
        types: {
          'sep31-receiver': { description: 'Who receives' },
          'sep31-large-receiver': { description: 'Who receives a large sum' },
        },
      },
    },
    sender_sep12_type: 'sep31-sender',
    receiver_sep12_type: 'sep31-receiver',
    fields: {
      transaction: {
        routing_number: { description: 'routing number of the destination bank account' },
        account_number: { description: 'bank account number of the destination' },
        type: { description: 'type of deposit', choices: ['SEPA', 'WIRE'], optional: true },
      },
    },
  })
})

it('tells bounds and fees as JSON numbers (SEP31-12, SEP31-C02)', () => {
  for (const name of ['min_amount', 'max_amount', 'fee_fixed', 'fee_percent']) {
    expect([name, typeof receive['SRT']?.[name]]).toEqual([name, 'number'])
  }
  expect(receive['ANY']).toMatchObject({ fee_fixed: 0, fee_percent: 0 })
})

it('leaves out bounds that are not there, and the type of a side without KYC (SEP31-12, SEP31-O02, SEP31-O03, SEP31-W18)', () => {
  const { ANY: asset = {} } = receive
  expect(Object.keys(asset)).not.toContain('min_amount')
  expect(Object.keys(asset)).not.toContain('max_amount')
  expect(Object.keys(asset)).not.toContain('sender_sep12_type')
  expect(asset).toMatchObject({ receiver_sep12_type: 'sep31-receiver' })
  expect(asset['sep12']).toEqual({
    sender: {},
    receiver: { types: { 'sep31-receiver': { description: 'Who receives' } } },
  })
})

it('always has fields with an object of transaction fields, and is enabled (SEP31-O01, SEP31-O05, SEP31-C15)', () => {
  expect(receive['ANY']).toMatchObject({ enabled: true, fields: { transaction: {} } })
})

it('lets browsers of other origins read it (SEP31-X09)', async () => {
  const { headers } = await door.call('GET /info', undefined, {
    subject: null,
    headers: { origin: 'https://demo-wallet.example.com' },
  })
  expect(headers['access-control-allow-origin']).toBe('*')
})

const inEnglish = ['Who receives', 'Who sends', 'Who sends much', 'Account']
const inSpanish = ['Quien recibe', 'Quien envía', 'Quien envía mucho', 'Cuenta']
it.each([
  ['es', inSpanish],
  ['es-MX', inSpanish],
  ['fr', inEnglish],
  ['constructor', inEnglish],
])(
  'describes both sides and the fields in the language %s, else in English (SEP31-16)',
  async (language, [receiver, sender, largeSender, iban]) => {
    const { body } = await door.call(`GET /info?lang=${language}`, undefined, { subject: null })
    const senders = {
      'sep31-sender': { description: sender },
      'sep31-large-sender': { description: largeSender },
    }
    expect(body).toMatchObject({
      receive: {
        ANY: { sep12: { receiver: { types: { 'sep31-receiver': { description: receiver } } } } },
        TWO: {
          sep12: { sender: { types: senders } },
          fields: { transaction: { iban: { description: iban } } },
        },
      },
    })
  },
)

it('names to old clients the type that each amount begins with, not that of the large ones (SEP31-O02)', () => {
  expect(receive['TWO']).toMatchObject({
    sender_sep12_type: 'sep31-sender',
    receiver_sep12_type: 'sep31-receiver',
  })
})
