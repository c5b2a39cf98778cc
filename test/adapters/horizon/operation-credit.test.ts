import { describe, expect, it } from 'vitest'
import { creditedByEffects } from '../../../src/adapters/horizon/credited-effects.ts'
import type { HorizonCaller } from '../../../src/adapters/horizon/horizon-call.ts'
import { creditOf } from '../../../src/adapters/horizon/operation-credit.ts'
import type { OperationCredit } from '../../../src/adapters/horizon/operation-credit.ts'

/** Each party and each sum is another, so that none can stand for its neighbour. */
const operation = {
  source_account: 'GSOURCE',
  source_account_muxed_id: '1',
  funder: 'GFUNDER',
  account: 'GACCOUNT',
  account_muxed_id: '2',
  into: 'GINTO',
  into_muxed_id: '3',
  claimant: 'GCLAIMANT',
  claimant_muxed_id: '4',
  from: 'GFROM',
  from_muxed_id: '5',
  to: 'GTO',
  to_muxed_id: '6',
  amount: '1.0000001',
  source_amount: '2.0000002',
  source_max: '3.0000003',
  starting_balance: '4.0000004',
  asset_type: 'credit_alphanum4',
  asset_code: 'SRT',
  asset_issuer: 'GISSUER',
  source_asset_type: 'credit_alphanum4',
  source_asset_code: 'USD',
  source_asset_issuer: 'GOTHER',
}
const inSrt = { in: 'record', asset: 'stellar:SRT:GISSUER', units: 10_000_001n } as const
const paid = { from: 'GFROM', muxedId: '6', amount: inSrt }

describe('what an operation credits', () => {
  it.each<[string, string, OperationCredit]>([
    ['payment', 'GTO', { kind: 'payment', ...paid }],
    ['path_payment_strict_receive', 'GTO', { kind: 'path_payment_strict_receive', ...paid }],
    ['path_payment_strict_send', 'GTO', { kind: 'path_payment_strict_send', ...paid }],
    ['path_payment', 'GTO', { kind: 'path_payment_strict_receive', ...paid }],
    [
      'create_account',
      'GACCOUNT',
      {
        kind: 'create_account',
        from: 'GFUNDER',
        amount: { in: 'record', asset: 'stellar:native', units: 40_000_004n },
      },
    ],
    [
      'account_merge',
      'GINTO',
      { kind: 'account_merge', from: 'GACCOUNT', muxedId: '3', amount: { in: 'result' } },
    ],
    [
      'claim_claimable_balance',
      'GCLAIMANT',
      {
        kind: 'claim_claimable_balance',
        from: 'GSOURCE',
        muxedId: '4',
        amount: { in: 'effects' },
      },
    ],
  ])('by %s goes to %s and to nobody else (AP-1.8, AP-1.13)', (type, account, credit) => {
    expect(creditOf({ ...operation, type }, account)).toStrictEqual(credit)
    const others = Object.values(operation).filter((other) => other !== account)
    expect(others.map((other) => creditOf({ ...operation, type }, other))).toEqual(
      others.map(() => undefined),
    )
  })

  it.each(['payment', 'create_account'])('by %s may be lumens', (type) => {
    const native = { ...operation, type, account: 'GTO', asset_type: 'native' }
    expect(creditOf(native, 'GTO')).toMatchObject({ amount: { asset: 'stellar:native' } })
  })

  it.each(['invoke_host_function', 'an_operation_of_protocol_99', 'Payment', 'constructor'])(
    'by %s is told by its effects (AP-1.10)',
    (type) => {
      expect(creditOf({ ...operation, type }, 'GANYBODY')).toStrictEqual({
        kind: 'other',
        from: 'GSOURCE',
        amount: { in: 'effects' },
      })
    },
  )

  it.each([
    'manage_sell_offer',
    'manage_buy_offer',
    'create_passive_sell_offer',
    'set_options',
    'change_trust',
    'allow_trust',
    'inflation',
    'manage_data',
    'bump_sequence',
    'create_claimable_balance',
    'begin_sponsoring_future_reserves',
    'end_sponsoring_future_reserves',
    'revoke_sponsorship',
    'clawback',
    'clawback_claimable_balance',
    'set_trust_line_flags',
    'liquidity_pool_deposit',
    'liquidity_pool_withdraw',
    'extend_footprint_ttl',
    'restore_footprint',
  ])('by %s is nothing, and nothing is asked about it', (type) => {
    const parties = ['GSOURCE', 'GACCOUNT', 'GTO', 'GCLAIMANT', 'GINTO']
    expect(parties.map((account) => creditOf({ ...operation, type }, account))).toEqual(
      parties.map(() => undefined),
    )
  })
})

describe('the effects of an operation', () => {
  const credited = (amount: string, changes: object = {}) => ({
    type: 'account_credited',
    account: 'GOURS',
    asset_type: 'native',
    amount,
    ...changes,
  })
  const srt = { asset_type: 'credit_alphanum4', asset_code: 'SRT', asset_issuer: 'GISSUER' }
  const abc = { ...srt, asset_code: 'ABC' }

  /** Horizon's pages, one after the other; the last one again and again. */
  function paged(...pages: readonly (readonly object[])[]) {
    const asked: string[] = []
    const caller: HorizonCaller = {
      get: async (path) => {
        asked.push(path)
        const records = pages[Math.min(asked.length, pages.length) - 1]
        return { status: 200, json: { _embedded: { records } } }
      },
      close: async () => undefined,
    }
    return { asked, read: () => creditedByEffects(caller, 'GOURS', '8192') }
  }
  const full = (token: string, ...first: readonly object[]) =>
    Array.from({ length: 200 }, (_, place) => ({
      ...(first[place] ?? credited('9', { account: 'GTHEIRS' })),
      paging_token: place === 199 ? token : '1',
    }))

  it('are added up for each asset, over all their pages, in the order of the names', async () => {
    const { asked, read } = paged(
      full('8192-200', credited('1'), credited('2', srt), credited('4', abc)),
      full('8192/400', credited('0.5'), credited('8', srt)),
      [credited('16', abc), credited('0.25')],
    )
    expect(await read()).toEqual([
      { asset: 'stellar:ABC:GISSUER', units: 200_000_000n },
      { asset: 'stellar:SRT:GISSUER', units: 100_000_000n },
      { asset: 'stellar:native', units: 17_500_000n },
    ])
    const path = '/operations/8192/effects?order=asc&limit=200'
    expect(asked).toEqual([path, `${path}&cursor=8192-200`, `${path}&cursor=8192%2F400`])
  })

  it('are read up to a hundred pages, of which the last may be empty', async () => {
    const last = paged(...Array.from({ length: 99 }, () => full('1', credited('1'))), [])
    expect(await last.read()).toEqual([{ asset: 'stellar:native', units: 990_000_000n }])
    const endless = paged(full('1'))
    await expect(endless.read()).rejects.toThrow(
      "Horizon's answer cannot be read: the effects of an operation have no end",
    )
    expect(endless.asked).toHaveLength(100)
  })
})
