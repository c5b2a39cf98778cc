import { describe, expect, it } from 'vitest'
import { configFileSchema } from '../../src/config/config-file.ts'
import { capitals, digits, signsThatFit, smallLetters, sorted } from '../builders/letters.ts'
import { distribution, faultsOf, issuer } from './configuration.ts'

const marketMaking = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'
const another = 'GADQOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYHA4DQOZPI'

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

/** Every key there is; every text has some letters, every list two entries, and every number is the highest. */
const largest = {
  login: {
    sendingAnchors: [
      { name: 'Anchor', accounts: [issuer, distribution] },
      { name: 'Another', accounts: [issuer, distribution] },
    ],
    homeDomains: ['home.example.com', 'other.example.com'],
    requireClientDomain: true,
    retiredSigningKeys: [issuer, distribution],
    tokenLifetimeSeconds: 604_800,
  },
  assets: [
    {
      code: 'ABCDEFGHIJKL',
      issuer,
      distributionAccount: distribution,
      startCursor: '4096',
      payout: { currency: 'XAU', decimals: 7 },
      minAmount: '12.5',
      maxAmount: '2000.0000001',
      fee: { fixed: '1.5', percent: '0.25' },
      fundingMethods: ['SEPA', 'WIRE'],
      senderTypes: [
        { type: 'sender', fromAmount: '0' },
        { type: 'large-sender', fromAmount: '1000' },
      ],
      receiverTypes: [
        { type: 'large-sender', fromAmount: '0' },
        { type: 'sender', fromAmount: '0.5' },
      ],
      kycTiming: 'after',
      memoType: 'hash',
      paymentDeadlineMinutes: 43_200,
      transactionFields: {
        kind: {
          description: 'Kind',
          translations: { es: 'Clase', de: 'Art' },
          choices: ['one', 'two'],
          optional: true,
        },
        note: { description: 'Note', optional: false },
      },
    },
  ],
  marketMakingAccounts: [marketMaking, another],
  customerTypes: {
    sender: {
      description: 'Sender',
      translations: { es: 'Remitente', de: 'Absender' },
      requirements: [
        {
          field: 'city',
          description: 'City',
          translations: { es: 'Ciudad', de: 'Stadt' },
          choices: ['A', 'B'],
          optional: true,
        },
        { field: 'address', description: 'Address', optional: false },
      ],
      verify: ['city', 'address'],
    },
    'large-sender': { description: 'Sender of much', requirements: [], verify: [] },
  },
  documentation: { ORG_NAME: 'Anchor', ORG_URL: 'https://anchor.example.com' },
}

/** The file, with another value at this place. */
function withAt<File>(file: File, path: string, value: unknown): File {
  const changed = structuredClone(file)
  const parts = path.split('.')
  const holder = parts
    .slice(0, -1)
    .reduce<unknown>((at, part) => Reflect.get(Object(at), part), changed)
  Reflect.set(Object(holder), parts.at(-1) ?? '', value)
  return changed
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
    expect(faultsOf({}, withAt(smallest, path, nothing))).toEqual([
      expect.stringMatching(`^fairlead.yaml: ${path}: Too small`),
    ])
  })

  it.each([
    '',
    'login',
    'login.sendingAnchors.1',
    'assets.0',
    'assets.0.payout',
    'assets.0.fee',
    'assets.0.senderTypes.1',
    'assets.0.receiverTypes.1',
    'assets.0.transactionFields.note',
    'customerTypes.sender',
    'customerTypes.sender.requirements.1',
  ])('is refused with a key that it does not know, by the place and the key: "%s"', (path) => {
    const place = path === '' ? 'colour' : `${path}.colour`
    expect(faultsOf({}, withAt(largest, place, 'red'))).toEqual([
      `fairlead.yaml: ${path === '' ? 'the file' : path}: Unrecognized key: "colour"`,
    ])
  })

  const decimal = 'a decimal in quotes, e.g. "12.50"'
  const amount = 'at most 922337203685.4775807, which is all Stellar can count'
  const account = 'a Stellar account, G…, with its right checksum'
  const misspelt = `${issuer.slice(0, -1)}A`
  const number = 'Invalid input: expected int, received number'
  const language = 'Invalid key in record'
  it.each([
    ['assets.0.minAmount', '-1', decimal],
    ['assets.0.maxAmount', '1.00000001', decimal],
    ['assets.0.fee.fixed', '1,5', decimal],
    ['assets.0.fee.percent', '1%', decimal],
    ['assets.0.senderTypes.1.fromAmount', 'x', decimal],
    ['assets.0.receiverTypes.1.fromAmount', '', decimal],
    ['assets.0.minAmount', '922337203685.4775808', amount],
    ['assets.0.maxAmount', '922337203685.4775808', amount],
    ['assets.0.fee.fixed', '922337203685.4775808', amount],
    ['assets.0.senderTypes.1.fromAmount', '922337203685.4775808', amount],
    ['assets.0.receiverTypes.1.fromAmount', '999999999999999', amount],
    ['login.sendingAnchors.1.accounts.1', misspelt, account],
    ['login.retiredSigningKeys.1', misspelt, account],
    ['assets.0.issuer', misspelt, account],
    ['assets.0.distributionAccount', misspelt, account],
    ['marketMakingAccounts.1', misspelt, account],
    ['assets.0.payout.currency', 'usd', 'an ISO 4217 code'],
    ['assets.0.payout.decimals', 1.5, number],
    ['assets.0.paymentDeadlineMinutes', 1.5, number],
    ['login.tokenLifetimeSeconds', 60.5, number],
    ['assets.0.kycTiming', 'never', 'Invalid option: expected one of "before"|"after"'],
    ['assets.0.memoType', 'return', 'Invalid option: expected one of "id"|"text"|"hash"'],
    ['assets.0.transactionFields.kind.translations.ESP', 'x', language],
    ['customerTypes.sender.translations.e', 'x', language],
    ['customerTypes.sender.requirements.0.translations.esp', 'x', language],
    ['assets.0.transactionFields.kind.translations.es', 7, 'expected string, received number'],
    ['assets.0.transactionFields.kind.choices.1', 7, 'expected string, received number'],
    ['assets.0.transactionFields.note.optional', 'no', 'expected boolean, received string'],
    ['customerTypes.sender.requirements.0.choices.1', 7, 'expected string, received number'],
    ['customerTypes.sender.requirements.1.optional', 'no', 'expected boolean, received string'],
    ['customerTypes.sender.verify.1', 7, 'expected string, received number'],
    ['documentation.ORG_URL', 7, 'expected string, received number'],
    ['login.requireClientDomain', 'yes', 'expected boolean, received string'],
  ])('is refused at %s with %j, and says what is wanted there', (path, value, words) => {
    const [fault = '', ...others] = faultsOf({}, withAt(largest, path, value))
    expect(others).toEqual([])
    expect(fault.slice(0, `fairlead.yaml: ${path}: `.length)).toBe(`fairlead.yaml: ${path}: `)
    expect(fault.slice(-words.length)).toBe(words)
  })

  it('says all that is wrong with it', () => {
    const wrong = withAt(withAt(largest, 'assets.0.minAmount', '-1'), 'assets.0.maxAmount', '-1')
    expect(faultsOf({}, wrong)).toEqual([
      `fairlead.yaml: assets.0.minAmount: ${decimal}`,
      `fairlead.yaml: assets.0.maxAmount: ${decimal}`,
    ])
  })

  it('has for what is left out what asks the least of its writer', () => {
    const asset = {
      code: 'X',
      distributionAccount: distribution,
      payout: { currency: 'JPY', decimals: 0 },
      fundingMethods: ['W'],
    }
    const [one, two, three] = [{ fee: { fixed: '1' } }, { fee: { percent: '1' } }, {}]
    const assets = [one, two, three].map((more) => ({ ...asset, ...more }))
    const senderTypes = [{ type: 't' }]
    const customerTypes = { t: { description: 'T', requirements: [] } }
    const read = (fee: object, types: readonly object[] = []) => ({
      ...asset,
      startCursor: 'now',
      fee,
      senderTypes: types,
      receiverTypes: types,
      kycTiming: 'before',
      memoType: 'id',
      paymentDeadlineMinutes: 1_440,
      transactionFields: {},
    })
    const others = {
      login: {
        sendingAnchors: [],
        homeDomains: [],
        requireClientDomain: false,
        retiredSigningKeys: [],
        tokenLifetimeSeconds: 86_400,
      },
      marketMakingAccounts: [],
      documentation: { ORG_NAME: 'Fairlead anchor' },
    }
    expect(configFileSchema.parse({ assets })).toEqual({
      ...others,
      assets: [
        read({ fixed: '1', percent: '0' }),
        read({ fixed: '0', percent: '1' }),
        read({ fixed: '0', percent: '0' }),
      ],
      customerTypes: {},
    })
    const asking = { ...asset, senderTypes, receiverTypes: senderTypes }
    expect(configFileSchema.parse({ assets: [asking], customerTypes })).toEqual({
      ...others,
      assets: [read({ fixed: '0', percent: '0' }, [{ type: 't', fromAmount: '0' }])],
      customerTypes: { t: { description: 'T', requirements: [], verify: [] } },
    })
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
    percent: (percent) => withAsset({ fee: { percent } }),
    amount: (minAmount) => withAsset({ minAmount }),
    cursor: (startCursor) => withAsset({ startCursor }),
  }
  const read = (name: string) => fits[name] ?? (() => false)

  it.each([
    ['code', '_', sorted(digits + capitals + smallLetters)],
    ['currency', 'U_D', capitals],
    ['customer type', '_', sorted(`-${digits}${smallLetters}`)],
    ['language', 'a_', smallLetters],
    ['percent', '_', digits],
    ['percent', '1_1', `.${digits}`],
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
      'percent',
      ['1', '1'.repeat(15), '1.1', '1.1234567'],
      ['', '1'.repeat(16), '1.', '.1', '1.12345678', ' 1', '1 '],
    ],
    [
      'amount',
      ['1', '922337203685.4775807', '1.1', '1.1234567'],
      ['', '922337203685.4775808', '1.', '.1', '1.12345678', ' 1', '1 '],
    ],
    ['cursor', ['now', '1', '1'.repeat(19)], ['', '1'.repeat(20), ' now', 'now ', ' 1', '1 ']],
  ])('that is a %s has a least and a largest length, and nothing around', (name, good, bad) => {
    expect([...bad, ...good].filter(read(name))).toEqual(good)
  })

  it('that is a memo type or a time for KYC is one of those that there are', () => {
    const memoTypes = ['none', 'id', 'text', 'hash', 'return']
    expect(memoTypes.filter((memoType) => withAsset({ memoType }))).toEqual(['id', 'text', 'hash'])
    const times = ['never', 'before', 'during', 'after']
    expect(times.filter((kycTiming) => withAsset({ kycTiming }))).toEqual(['before', 'after'])
  })
})
