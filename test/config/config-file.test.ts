import { describe, expect, it } from 'vitest'
import { configFileSchema } from '../../src/config/config-file.ts'
import { capitals, digits, signsThatFit, smallLetters, sorted } from '../builders/letters.ts'
import { distribution, faultsOf, issuer } from './configuration.ts'

/** Every text has one letter, every list one entry, and every number is the lowest. */
const smallest = {
  login: {
    sendingAnchors: [{ name: 'A', accounts: [issuer] }],
    homeDomains: ['h'],
    tokenLifetimeSeconds: 60,
  },
  assets: [
    {
      code: 'X',
      distributionAccount: distribution,
      payout: { currency: 'JPY', decimals: 0 },
      fundingMethods: ['W'],
      senderTypes: [{ type: 't' }],
      paymentDeadlineMinutes: 1,
      transactionFields: { f: { description: 'F', translations: { es: 'C' }, choices: ['c'] } },
    },
  ],
  customerTypes: {
    t: {
      description: 'T',
      translations: { es: 'T' },
      requirements: [
        { field: 'f', description: 'F', translations: { es: 'C' }, choices: ['c'], optional: true },
      ],
      verify: ['f'],
    },
  },
}

/** Every text has some letters, every list two entries, and every number is the highest. */
const largest = {
  login: {
    sendingAnchors: [
      { name: 'Anchor', accounts: [issuer, distribution] },
      { name: 'Another', accounts: [issuer, distribution] },
    ],
    homeDomains: ['home.example.com', 'other.example.com'],
    tokenLifetimeSeconds: 604_800,
  },
  assets: [
    {
      code: 'ABCDEFGHIJKL',
      distributionAccount: distribution,
      payout: { currency: 'XAU', decimals: 7 },
      fundingMethods: ['SEPA', 'WIRE'],
      senderTypes: [{ type: 'sender' }, { type: 'large-sender', fromAmount: '1000' }],
      paymentDeadlineMinutes: 43_200,
      transactionFields: {
        kind: {
          description: 'Kind',
          translations: { es: 'Clase', de: 'Art' },
          choices: ['one', 'two'],
        },
      },
    },
  ],
  customerTypes: {
    sender: {
      description: 'Sender',
      translations: { es: 'Remitente', de: 'Absender' },
      requirements: [
        { field: 'city', description: 'City', translations: { es: 'Ciudad' }, choices: ['A', 'B'] },
        { field: 'address', description: 'Address' },
      ],
      verify: ['city', 'address'],
    },
    'large-sender': { description: 'Sender of much', requirements: [] },
  },
}

describe('the file', () => {
  it.each([
    ['smallest', smallest],
    ['largest', largest],
  ])('may hold the %s of everything, and is read as it stands', (_, file) => {
    expect(configFileSchema.parse(file)).toMatchObject(file)
    expect(faultsOf({}, file)).toEqual([])
  })

  it.each([
    ['login.sendingAnchors.0.name', ''],
    ['login.sendingAnchors.0.accounts', []],
    ['login.homeDomains.0', ''],
    ['login.tokenLifetimeSeconds', 59],
    ['assets.0.payout.decimals', -1],
    ['assets.0.fundingMethods', []],
    ['assets.0.fundingMethods.0', ''],
    ['assets.0.senderTypes.0.type', ''],
    ['assets.0.paymentDeadlineMinutes', 0],
    ['assets.0.transactionFields.f.description', ''],
    ['assets.0.transactionFields.f.translations.es', ''],
    ['assets.0.transactionFields.f.choices', []],
    ['customerTypes.t.description', ''],
    ['customerTypes.t.translations.es', ''],
    ['customerTypes.t.requirements.0.field', ''],
    ['customerTypes.t.requirements.0.description', ''],
    ['customerTypes.t.requirements.0.translations.es', ''],
    ['customerTypes.t.requirements.0.choices', []],
  ])('is refused with nothing at %s, by that name', (path, nothing) => {
    const file = structuredClone(smallest)
    const parts = path.split('.')
    const holder = parts
      .slice(0, -1)
      .reduce<unknown>((at, part) => Reflect.get(Object(at), part), file)
    Reflect.set(Object(holder), parts.at(-1) ?? '', nothing)
    expect(faultsOf({}, file)).toEqual([
      expect.stringMatching(`^fairlead.yaml: ${path}: Too small`),
    ])
  })

  it('that is no file at all is refused in a sentence that names it', () => {
    expect(faultsOf({}, null)).toEqual([expect.stringMatching(/^fairlead\.yaml: the file: \w/)])
  })
})

describe('a text of the file', () => {
  const isRead = (file: unknown) => configFileSchema.safeParse(file).success
  const [asset] = smallest.assets
  const withAsset = (changes: object) => isRead({ ...smallest, assets: [{ ...asset, ...changes }] })
  const fits: Record<string, (text: string) => boolean> = {
    code: (code) => withAsset({ code }),
    currency: (currency) => withAsset({ payout: { currency, decimals: 2 } }),
    'customer type': (name) =>
      isRead({ ...smallest, customerTypes: { [name]: smallest.customerTypes.t } }),
    language: (code) => {
      const described = { description: 'D', translations: { [code]: 'x' } }
      return withAsset({ transactionFields: { f: described } })
    },
    amount: (minAmount) => withAsset({ minAmount }),
    cursor: (startCursor) => withAsset({ startCursor }),
  }
  const read = (name: string) => fits[name] ?? (() => false)

  it.each([
    ['code', '_', sorted(digits + capitals + smallLetters)],
    ['currency', 'U_D', capitals],
    ['customer type', '_', sorted(`-${digits}${smallLetters}`)],
    ['language', 'a_', smallLetters],
    ['amount', '_', digits],
    ['amount', '1_1', `.${digits}`],
    ['cursor', '_', digits],
  ])('that is a %s has of %s only these signs: %s', (name, text, expected) => {
    expect(signsThatFit(read(name), text)).toBe(expected)
  })

  it.each([
    ['code', ['A', 'A'.repeat(12)], ['', 'A'.repeat(13), ' A', 'A ']],
    ['currency', ['USD'], ['', 'US', 'USDC', ' USD', 'USD ']],
    ['customer type', ['a', 'a'.repeat(64)], ['', 'a'.repeat(65), ' a', 'a ']],
    ['language', ['es'], ['', 'e', 'esp', ' es', 'es ']],
    [
      'amount',
      ['1', '1'.repeat(15), '1.1', '1.1234567'],
      ['', '1'.repeat(16), '1.', '.1', '1.12345678', ' 1', '1 '],
    ],
    ['cursor', ['now', '1', '1'.repeat(19)], ['', '1'.repeat(20), ' now', 'now ', ' 1', '1 ']],
  ])('that is a %s has a least and a largest length, and nothing around', (name, good, bad) => {
    expect([...bad, ...good].filter(read(name))).toEqual(good)
  })
})
