import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { distribution, faultsOf, file, issuer, variables } from './configuration.ts'

const usdc = file.assets[0]
const other = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'

const configOf = (assets: readonly object[], more: object = {}) =>
  checkConfig(readEnvironment(variables), { ...file, ...more, assets }).config

const faultsOfAsset = (change: object, more: object = {}) =>
  faultsOf({}, { ...file, ...more, assets: [{ ...usdc, ...change }] })

describe('an asset of the file', () => {
  it('is read in whole units, with what the file says and nothing else', () => {
    const { assets, startCursors } = configOf([
      {
        ...usdc,
        startCursor: '4096',
        fundingMethods: ['SEPA', 'WIRE'],
        minAmount: '1.5',
        maxAmount: '20000.0000001',
        fee: { fixed: '2', percent: '0.25' },
        senderTypes: [{ type: 'sep31-receiver' }],
        kycTiming: 'after',
        memoType: 'hash',
        paymentDeadlineMinutes: 90,
        transactionFields: {
          account_number: { description: 'Number', translations: { es: 'Número' } },
          kind: { description: 'Kind', choices: ['a', 'b'], optional: true },
          note: { description: 'Note', optional: false },
        },
      },
    ])
    expect(assets).toEqual([
      {
        code: 'USDC',
        issuer,
        name: `stellar:USDC:${issuer}`,
        distributionAccount: distribution,
        payoutAsset: { name: 'iso4217:USD', currency: 'USD', decimals: 2 },
        minUnits: 15_000_000n,
        maxUnits: 200_000_000_001n,
        fee: { fixedUnits: 20_000_000n, percentE7: 2_500_000n },
        fundingMethods: ['SEPA', 'WIRE'],
        senderTypes: [{ name: 'sep31-receiver', description: 'Receiver', fromUnits: 0n }],
        receiverTypes: [
          { name: 'sep31-receiver', description: 'Receiver', fromUnits: 0n },
          {
            name: 'sep31-large-receiver',
            description: 'Receiver of much',
            fromUnits: 10_000_000_000n,
          },
        ],
        transactionFields: {
          account_number: { description: 'Number', translations: { es: 'Número' } },
          kind: { description: 'Kind', choices: ['a', 'b'], optional: true },
          note: { description: 'Note', optional: false },
        },
        kycTiming: 'after',
        memoType: 'hash',
        paymentDeadlineSeconds: 5_400,
      },
    ])
    expect([...startCursors]).toEqual([[distribution, '4096']])
  })

  it('of which little is said wants KYC first, has an id memo, a day to be paid, and no fee', () => {
    const { code, payout, fundingMethods, distributionAccount } = usdc ?? {}
    const { assets, startCursors } = configOf([
      { code, payout, fundingMethods, distributionAccount },
    ])
    expect(assets[0]).toEqual({
      code: 'USDC',
      name: 'stellar:native',
      distributionAccount: distribution,
      payoutAsset: { name: 'iso4217:USD', currency: 'USD', decimals: 2 },
      fee: { fixedUnits: 0n, percentE7: 0n },
      fundingMethods: ['SEPA'],
      senderTypes: [],
      receiverTypes: [],
      transactionFields: {},
      kycTiming: 'before',
      memoType: 'id',
      paymentDeadlineSeconds: 86_400,
    })
    expect([...startCursors]).toEqual([[distribution, 'now']])
  })

  it('keeps its place among others, with an account and a cursor of its own', () => {
    const srt = { ...usdc, code: 'SRT', distributionAccount: other, startCursor: '7' }
    const { assets, startCursors } = configOf([usdc ?? {}, srt])
    const accounts = assets.map(({ code, distributionAccount }) => [code, distributionAccount])
    expect(accounts).toEqual([
      ['USDC', distribution],
      ['SRT', other],
    ])
    expect([...startCursors]).toEqual([
      [distribution, 'now'],
      [other, '7'],
    ])
  })

  it('says its customer types in other languages too (SEP12-37)', () => {
    const customerTypes = {
      'sep31-receiver': {
        description: 'Receiver',
        translations: { es: 'Beneficiario' },
        requirements: [],
      },
    }
    const receiverTypes = [{ type: 'sep31-receiver' }]
    const { assets } = configOf([{ ...usdc, receiverTypes }], { customerTypes })
    expect(assets[0]?.receiverTypes[0]?.translations).toEqual({ es: 'Beneficiario' })
  })
})

it('customer types are in the order of their amounts, however the file has them', () => {
  const types = [
    { type: 'sep31-receiver', fromAmount: '9' },
    { type: 'sep31-large-receiver', fromAmount: '10' },
  ]
  for (const senderTypes of [types, types.toReversed()]) {
    const read = configOf([{ ...usdc, senderTypes }]).assets[0]?.senderTypes ?? []
    expect(read.map(({ name }) => name)).toEqual(['sep31-receiver', 'sep31-large-receiver'])
  }
})

describe('assets that contradict each other or themselves', () => {
  it('are refused when one is listed twice', () => {
    expect(faultsOf({}, { ...file, assets: [usdc, usdc] })).toEqual([
      'fairlead.yaml: asset USDC is listed twice',
    ])
  })

  it('share a distribution account only when it is read from one place', () => {
    const both = (startCursor: string) => ({
      ...file,
      assets: [usdc, { ...usdc, code: 'SRT', startCursor }],
    })
    expect(faultsOf({}, both('now'))).toEqual([])
    expect(faultsOf({}, both('7'))).toEqual([
      `fairlead.yaml: ${distribution} has two start cursors, now and 7`,
    ])
  })

  it('are told of one after the other, and each of all that is wrong with it', () => {
    const srt = {
      ...usdc,
      code: 'SRT',
      distributionAccount: issuer,
      startCursor: '7',
      senderTypes: [{ type: 'x' }, { type: 'y', fromAmount: '0' }],
      receiverTypes: [{ type: 'z' }, { type: 'sep31-receiver', fromAmount: '0.0' }],
      minAmount: '10',
      maxAmount: '5',
      fee: { fixed: '6', percent: '150' },
    }
    const eur = { ...usdc, code: 'EUR', startCursor: '7' }
    const bounded = { ...usdc, minAmount: '2', maxAmount: '1' }
    const changed = { ...file, assets: [usdc, srt, eur, bounded] }
    expect(faultsOf({}, { ...changed, marketMakingAccounts: [other, issuer] })).toEqual(
      [
        'USDC: the market-making account must be neither the issuer nor the distribution account',
        'SRT: the distribution account must not be the issuer',
        'SRT: the market-making account must be neither the issuer nor the distribution account',
        'SRT: customer type x is not described under customerTypes',
        'SRT: customer type y is not described under customerTypes',
        'SRT: customer type z is not described under customerTypes',
        'SRT: two senderTypes begin at 0: one would never be asked for',
        'SRT: two receiverTypes begin at 0.0: one would never be asked for',
        'SRT: minAmount is above maxAmount',
        'SRT: the fee takes the whole amount',
        'SRT: the fixed fee is as large as maxAmount',
        `${distribution} has two start cursors, now and 7`,
        'EUR: the market-making account must be neither the issuer nor the distribution account',
        'asset USDC is listed twice',
        'USDC: the market-making account must be neither the issuer nor the distribution account',
        'USDC: minAmount is above maxAmount',
      ].map((fault) => `fairlead.yaml: ${fault}`),
    )
  })

  it('may wait for funds for one minute, and for a month', () => {
    expect(faultsOfAsset({ paymentDeadlineMinutes: 1 })).toEqual([])
    expect(faultsOfAsset({ paymentDeadlineMinutes: 43_200 })).toEqual([])
  })

  it('may have bounds that meet, and a fixed fee below the largest amount only (SEP31-W18)', () => {
    expect(faultsOfAsset({ minAmount: '5', maxAmount: '5' })).toEqual([])
    expect(faultsOfAsset({ minAmount: '5' })).toEqual([])
    const withFee = (fixed: string) => faultsOfAsset({ maxAmount: '5', fee: { fixed } })
    expect(withFee('4.9999999')).toEqual([])
    expect(withFee('5')).toEqual(['fairlead.yaml: USDC: the fixed fee is as large as maxAmount'])
    expect(faultsOfAsset({ fee: { fixed: '5' } })).toEqual([])
    expect(faultsOfAsset({ fee: { percent: '99.9999999' } })).toEqual([])
  })

  it('ask for one customer type of a side from one amount on', () => {
    const use = (fromAmount: string) => ({ type: 'sep31-receiver', fromAmount })
    const fault = (side: string, from: string) =>
      `fairlead.yaml: USDC: two ${side} begin at ${from}: one would never be asked for`
    for (const side of ['senderTypes', 'receiverTypes']) {
      expect(faultsOfAsset({ [side]: [use('0'), use('0.0000001'), use('5')] })).toEqual([])
      expect(faultsOfAsset({ [side]: [use('5'), use('0'), use('5.0')] })).toEqual([
        fault(side, '5.0'),
      ])
    }
    expect(faultsOfAsset({ senderTypes: [use('0')], receiverTypes: [use('0')] })).toEqual([])
  })

  it.each([issuer, distribution])('have %s for no market making', (account) => {
    expect(faultsOfAsset({}, { marketMakingAccounts: [account] })).toEqual([
      'fairlead.yaml: USDC: the market-making account must be neither the issuer nor the distribution account',
    ])
    expect(faultsOfAsset({}, { marketMakingAccounts: [other] })).toEqual([])
  })

  it.each([
    [
      'an account with a wrong checksum',
      { issuer: `${issuer.slice(0, -1)}A` },
      /issuer: a Stellar/,
    ],
    ['a code of thirteen letters', { code: 'ABCDEFGHIJKLM' }, /code/],
    ['an amount with eight decimals', { minAmount: '1.00000001' }, /minAmount: a decimal/],
    ['an amount that is negative', { maxAmount: '-1' }, /maxAmount: a decimal/],
    ['an amount without quotes', { maxAmount: 5 }, /maxAmount/],
    ['a currency that is none', { payout: { currency: 'usd', decimals: 2 } }, /an ISO 4217 code/],
    ['eight decimals of a currency', { payout: { currency: 'USD', decimals: 8 } }, /decimals/],
    ['no way to pay out', { fundingMethods: [] }, /fundingMethods/],
    ['no time to be paid', { paymentDeadlineMinutes: 0 }, /paymentDeadlineMinutes/],
    ['more than a month to be paid', { paymentDeadlineMinutes: 43_201 }, /paymentDeadline/],
    ['a cursor that is none', { startCursor: 'latest' }, /startCursor/],
    ['choices of none', { transactionFields: { a: { description: 'A', choices: [] } } }, /choices/],
    ['a memo that cannot be', { memoType: 'return' }, /memoType/],
  ])('are refused with %s', (_, change, words) => {
    const faults = faultsOfAsset(change)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^fairlead\.yaml: assets\.0\./)
    expect(faults[0]).toMatch(words)
  })

  it('are refused when there are none', () => {
    expect(faultsOf({}, { ...file, assets: [] })).toEqual([
      'fairlead.yaml: assets: at least one asset',
    ])
  })
})
