import { placeAfter } from '../../domain/network/ledger.ts'
import type { StellarPayment } from '../../domain/stellar-payment/stellar-payment.ts'
import { NetworkUnavailable } from '../../usecases/ports/stellar-network.ts'
import type { LedgerLookup } from '../../usecases/ports/ledger-lookup.ts'
import type { CreditPage, StellarNetwork } from '../../usecases/ports/stellar-network.ts'
import { creditedByEffects } from './credited-effects.ts'
import type { Credited } from './credited-effects.ts'
import { horizonCaller } from './horizon-call.ts'
import type { HorizonCaller, HorizonOptions } from './horizon-call.ts'
import { horizonLedgers } from './ledgers.ts'
import { memoOf } from './memo.ts'
import { creditOf } from './operation-credit.ts'
import type { OperationCredit } from './operation-credit.ts'
import { dateIn, digitsIn, isRecord, recordIn, recordsOf, textIn } from './reading.ts'
import { unreadable } from './reading.ts'
import type { HorizonRecord } from './reading.ts'

export interface HorizonNetwork extends StellarNetwork, LedgerLookup {
  close(): Promise<void>
}

/**
 * Reads an account's whole list of operations, not its payments: claimed claimable balances are in the
 * former only. Plain fetches by cursor, no streams: a stream may fall silent without an error.
 */
export function horizonNetwork(options: HorizonOptions): HorizonNetwork {
  const caller = horizonCaller(options)
  const ledgers = horizonLedgers(caller)
  return {
    ...ledgers,
    async creditsAfter(account, cursor, limit) {
      const path = `/accounts/${account}/operations?join=transactions&order=asc&limit=${limit}`
      const { status, json } = await caller.get(`${path}&cursor=${cursor}`)
      const sent = status === 404 ? noAccount(json) : recordsOf(json)
      const records = after(cursor, sent)
      const last = records.at(-1)
      return {
        credits: await creditsIn(caller, account, records),
        nextCursor: last === undefined ? cursor : digitsIn(last, 'paging_token'),
        complete: last === undefined || sent.length < limit,
      } satisfies CreditPage
    },
    newestCursor: async () => placeAfter((await ledgers.head()).latest.sequence),
    close: () => caller.close(),
  }
}

/** An account that is not there yet has no history. Only Horizon's own 404 says so, not some proxy's. */
function noAccount(json: unknown): readonly HorizonRecord[] {
  const type = isRecord(json) ? json['type'] : undefined
  if (typeof type !== 'string' || !type.endsWith('not_found')) {
    throw new NetworkUnavailable('Horizon answered 404 without saying why')
  }
  return []
}

/** The records past the cursor; the same ones sent again are left out, and disorder is not believed. */
function after(cursor: string, sent: readonly HorizonRecord[]): readonly HorizonRecord[] {
  let previous = BigInt(cursor)
  return sent.filter((record) => {
    const place = BigInt(digitsIn(record, 'paging_token'))
    if (place <= BigInt(cursor)) return false
    if (place <= previous) throw unreadable('its records are not in order')
    previous = place
    return true
  })
}

async function creditsIn(
  caller: HorizonCaller,
  account: string,
  records: readonly HorizonRecord[],
): Promise<readonly StellarPayment[]> {
  const credits: StellarPayment[] = []
  for (let first = 0; first < records.length; first += asksAtOnce) {
    const some = records.slice(first, first + asksAtOnce)
    const read = await Promise.all(some.map((record) => creditsOf(caller, account, record)))
    credits.push(...read.flat())
  }
  return credits
}

/** A page may be full of operations whose effects have to be asked for one by one. */
const asksAtOnce = 10

/** None, one, or one for each asset that a contract credits. */
async function creditsOf(
  caller: HorizonCaller,
  account: string,
  record: HorizonRecord,
): Promise<readonly StellarPayment[]> {
  if (record['transaction_successful'] !== true) return []
  const credit = creditOf(record, account)
  if (credit === undefined) return []
  const amounts = await amountsOf(caller, account, { record, credit })
  return amounts.map((amount, part) => ({
    ...toPayment(account, record, { credit, amount }),
    ...(part === 0 ? {} : { part }),
  }))
}

function toPayment(
  account: string,
  record: HorizonRecord,
  { credit, amount }: { readonly credit: OperationCredit; readonly amount: Credited },
): StellarPayment {
  return {
    id: digitsIn(record, 'id'),
    account,
    kind: credit.kind,
    asset: amount.asset,
    units: amount.units,
    from: credit.from,
    memo: memoOf(recordIn(record, 'transaction')),
    ...(credit.muxedId === undefined ? {} : { muxedId: credit.muxedId }),
    transactionHash: textIn(record, 'transaction_hash'),
    ledgerClosedAt: dateIn(record, 'created_at'),
  }
}

type Found = { readonly record: HorizonRecord; readonly credit: OperationCredit }

async function amountsOf(
  caller: HorizonCaller,
  account: string,
  { record, credit }: Found,
): Promise<readonly Credited[]> {
  switch (credit.amount.in) {
    case 'record':
      return [credit.amount]
    case 'result': {
      const { mergedUnits } = await import('./merge-amount.ts') // the SDK is slow to load, merges are rare
      const resultXdr = textIn(recordIn(record, 'transaction'), 'result_xdr')
      return [{ asset: 'stellar:native', units: mergedUnits(digitsIn(record, 'id'), resultXdr) }]
    }
    case 'effects':
      return creditedByEffects(caller, account, digitsIn(record, 'id'))
  }
}
