import { NetworkUnavailable } from '../../usecases/ports/stellar-network.ts'
import type { HorizonCaller } from './horizon-call.ts'
import { assetIn, recordsOf, textIn, unitsIn, unreadable } from './reading.ts'
import type { HorizonRecord } from './reading.ts'

/** What an operation credited in one asset. */
export interface Credited {
  readonly asset: string
  readonly units: bigint
}

const pageSize = 200
/** No operation of the network comes near: its ledger would be full. */
const pagesMax = 100

/**
 * What the operation's effects credit to the account: a sum for each asset, in the order of their names,
 * so that each has the same place in every reading. Effects of others, and of other kinds, may say
 * what they like.
 */
export async function creditedByEffects(
  caller: HorizonCaller,
  account: string,
  operationId: string,
): Promise<readonly Credited[]> {
  const sums = new Map<string, bigint>()
  const path = `/operations/${operationId}/effects?order=asc&limit=${pageSize}`
  let cursor = ''
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const records = await effectsAt(caller, cursor === '' ? path : `${path}&cursor=${cursor}`)
    for (const effect of records.filter(isCreditTo(account))) {
      const asset = assetIn(effect)
      sums.set(asset, (sums.get(asset) ?? 0n) + unitsIn(effect, 'amount'))
    }
    const last = records.at(-1)
    if (last === undefined || records.length < pageSize) return inOrder(sums)
    cursor = encodeURIComponent(textIn(last, 'paging_token'))
  }
  throw unreadable('the effects of an operation have no end')
}

async function effectsAt(caller: HorizonCaller, path: string): Promise<readonly HorizonRecord[]> {
  const { status, json } = await caller.get(path)
  if (status !== 200) throw new NetworkUnavailable('Horizon has no effects of an operation')
  return recordsOf(json)
}

const isCreditTo = (account: string) => (effect: HorizonRecord) =>
  effect['type'] === 'account_credited' && effect['account'] === account

const inOrder = (sums: ReadonlyMap<string, bigint>): readonly Credited[] =>
  [...sums]
    .map(([asset, units]) => ({ asset, units }))
    .sort((one, other) => (one.asset < other.asset ? -1 : 1))
