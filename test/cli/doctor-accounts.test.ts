import { describe, expect, it } from 'vitest'
import { examineAccounts } from '../../src/cli/doctor/accounts.ts'
import { checkConfig } from '../../src/config/config.ts'
import { readEnvironment } from '../../src/config/env.ts'
import { distribution, file, issuer, variables } from '../config/configuration.ts'
import { allGood, complaintsOf, horizonAway, horizonOf } from './doctor-examined.ts'

/** The doctor before accounts that no sandbox makes. */

const { config } = checkConfig(readEnvironment(variables), {
  ...file,
  assets: [{ ...file.assets[0], maxAmount: '100' }],
})
const signingKey = 'GD6ROJBYLKQMOW3E7N4M2YBPUHMZD7PL65VRHRMO24BOVSBV5H3BQRSL'
const trust = {
  asset_type: 'credit_alphanum4',
  asset_code: 'USDC',
  asset_issuer: issuer,
  balance: '50.0000000',
  limit: '150.0000000',
  is_authorized: true,
}
const holder = {
  balances: [{ asset_type: 'native', balance: '10.0000000' }, trust],
  signers: [
    { key: distribution, weight: 1 },
    { key: signingKey, weight: 0 },
  ],
  data: { 'config.memo_required': 'MQ==' },
}
const issuing = {
  home_domain: 'issuer.example.com',
  balances: [],
  signers: [{ key: issuer, weight: 1 }],
  data: {},
}
const pages = { [`/accounts/${distribution}`]: holder, [`/accounts/${issuer}`]: issuing }

const examined = (
  world: Readonly<Record<string, object>>,
  changes: object = {},
  key = signingKey,
) => examineAccounts(horizonOf(world), { config: { ...config, ...changes }, signingKey: key })
const look = async (changes: object = {}, ofIssuer: object = issuing) => {
  const found = { [`/accounts/${distribution}`]: { ...holder, ...changes } }
  return complaintsOf((await examined({ ...found, [`/accounts/${issuer}`]: ofIssuer })).findings)
}
const withTrust = (changes: object) => look({ balances: [{ ...trust, ...changes }] })

const signer =
  'fault SIGNING_KEY is a signer of it → Remove that signer: a server that signs logins must not be able to move funds'
const apart =
  'at once → Use an account of its own for each: who has one key must not have the others'
const noMemo =
  'warning it does not ask wallets for a memo (SEP-29): who forgets it pays an unmatched payment → Set its data entry config.memo_required to 1'
const nobodyCanPay = (code: string, by = issuer) =>
  `fault ${code}: the distribution account has no trust line, nobody can pay it → Add a trust line to ${code}:${by} (ChangeTrust) with the distribution account’s key`
const nameless =
  'the issuer names no home domain → Set it on the issuing account: wallets find out by it who stands behind the asset'
const isGone = 'the issuer does not exist on this network → Mend issuer in the file'

describe('accounts', () => {
  const good = [
    'signing, issuing, holding and market making are apart',
    'distribution account GDVEU3…JCZA57 exists',
    'it asks wallets for a memo (SEP-29)',
    'USDC: issued by issuer.example.com',
    'USDC: the distribution account trusts it',
  ]

  it('that are as they should be give no reason to complain', async () => {
    expect(await examined(pages)).toEqual(allGood('Accounts', good))
  })

  it('of the native asset have no issuer and need no trust', async () => {
    const [asset] = config.assets
    if (asset === undefined) throw new Error('The configuration has an asset')
    const { issuer: _, ...native } = asset
    expect(await examined(pages, { assets: [{ ...native, code: 'native' }] })).toEqual(
      allGood('Accounts', good.slice(0, 3)),
    )
  })

  it('that cannot be looked up are a fault, which says why', async () => {
    const away = await examineAccounts(horizonAway('no route'), { config, signingKey })
    expect([away.part, ...complaintsOf(away.findings)]).toEqual([
      'Accounts',
      'fault they cannot be looked up: no route → Mend what is wrong with Horizon first',
    ])
  })

  it('of the sandbox need not ask for a memo', async () => {
    const silent = { ...pages, [`/accounts/${distribution}`]: { ...holder, data: {} } }
    expect(await examined(silent, { isSandbox: true })).toEqual(
      allGood('Accounts', good.toSpliced(2, 1)),
    )
  })

  it('have one purpose each (SEP10-08)', async () => {
    const together = async (changes: object, key: string | undefined) => {
      const expected = { config: { ...config, ...changes }, signingKey: key }
      return complaintsOf((await examineAccounts(horizonOf(pages), expected)).findings)
    }
    expect(await together({}, undefined)).toEqual([])
    expect(await together({}, issuer)).toEqual([
      `fault GA7QYN…UJVSGZ is SIGNING_KEY and issuer ${apart}`,
    ])
    expect(await together({}, distribution)).toEqual([
      `fault GDVEU3…JCZA57 is SIGNING_KEY and distribution account ${apart}`,
      signer,
    ])
    const assets = config.assets.map((asset) => ({ ...asset, issuer: distribution }))
    expect((await together({ assets }, signingKey))[0]).toBe(
      `fault GDVEU3…JCZA57 is issuer and distribution account ${apart}`,
    )
    const marketMakingAccounts = [issuer, signingKey, distribution]
    expect(await together({ marketMakingAccounts }, signingKey)).toEqual([
      `fault GD6ROJ…3BQRSL is SIGNING_KEY and market-making account ${apart}`,
      `fault GA7QYN…UJVSGZ is issuer and market-making account ${apart}`,
      `fault GDVEU3…JCZA57 is distribution account and market-making account ${apart}`,
    ])
    expect(await together({ marketMakingAccounts: [issuer] }, issuer)).toEqual([
      `fault GA7QYN…UJVSGZ is SIGNING_KEY and issuer and market-making account ${apart}`,
    ])
  })

  it('are looked at one after the other, and for each asset its own', async () => {
    const [others, second] = [`G${'A'.repeat(55)}`, `G${'B'.repeat(55)}`]
    const assets = config.assets.flatMap((asset) => [
      asset,
      { ...asset, code: 'EURC', issuer: second, distributionAccount: others },
      { ...asset, code: 'SRT' },
    ])
    const silent = { ...pages, [`/accounts/${distribution}`]: { ...holder, data: {} } }
    const gone = await examined(silent, { assets })
    expect(complaintsOf(gone.findings)).toEqual([
      noMemo,
      'fault distribution account GAAAAA…AAAAAA does not exist on this network → Create it by sending it lumens, or mend distributionAccount in the file',
      `fault EURC: ${isGone}`,
      nobodyCanPay('SRT'),
    ])
    const there = {
      [`/accounts/${others}`]: { ...holder, signers: [{ key: signingKey, weight: 2 }] },
      [`/accounts/${second}`]: { ...issuing, home_domain: '' },
    }
    expect(complaintsOf((await examined({ ...silent, ...there }, { assets })).findings)).toEqual([
      noMemo,
      signer,
      `warning EURC: ${nameless}`,
      nobodyCanPay('EURC', second),
      nobodyCanPay('SRT'),
    ])
  })

  it('need a trust line to the very asset, authorised, with room for the largest amount', async () => {
    expect(await withTrust({ asset_issuer: distribution })).toEqual([nobodyCanPay('USDC')])
    expect(await withTrust({ asset_code: 'EURC' })).toEqual([nobodyCanPay('USDC')])
    expect(await withTrust({ is_authorized: false, balance: '150.0000000' })).toEqual([
      'fault USDC: the issuer has not authorised the trust line → Let the issuer set it authorised (SetTrustLineFlags)',
    ])
    expect(await withTrust({ is_authorized: undefined })).toEqual([])
    expect(await withTrust({ balance: '50.0000001' })).toEqual([
      'warning USDC: the trust line has less room left than maxAmount → Raise its limit, or move what it holds: payments above the limit fail on the network',
    ])
  })

  it('need an issuer that is there, and says who stands behind it', async () => {
    const { home_domain: _, ...unnamed } = issuing
    for (const silent of [{ ...issuing, home_domain: '' }, unnamed]) {
      expect(await look({}, silent)).toEqual([`warning USDC: ${nameless}`])
    }
    const gone = await examined({ [`/accounts/${distribution}`]: holder })
    expect(complaintsOf(gone.findings)).toEqual([`fault USDC: ${isGone}`])
  })

  it('must ask for a memo with a 1, and nothing else (SEP-29)', async () => {
    expect(await look({ data: {} })).toEqual([noMemo])
    expect(await look({ data: { 'config.memo_required': 'MA==' } })).toEqual([noMemo])
  })

  it('must not be signed for by the key that signs logins (SEP10-08)', async () => {
    for (const others of [[], [{ key: distribution, weight: 1 }]]) {
      expect(await look({ signers: [...others, { key: signingKey, weight: 1 }] })).toEqual([signer])
    }
  })
})
