import { ledgerOfPlace, placeAfter } from '../../domain/network/ledger.ts'
import { accepted } from '../../domain/outcome.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { NetworkStopped, NetworkWatch, Sight } from '../network/watch-network.ts'
import type { Commit, Read } from '../ports/commit.ts'
import type { CreditPage, StellarNetwork } from '../ports/stellar-network.ts'
import type { AccountPlace } from '../ports/stellar-payment-records.ts'

/**
 * Reads what credited the account a second time, some ledgers later, and keeps what the first reading was
 * not shown: a Horizon may hold a record back and tell what came after it, and the cursor is past it
 * then. Answers how many payments were found so.
 *
 * Refusals: `network_stopped`. Failures: `NetworkUnavailable`, `DatabaseUnavailable`; what was read before
 * stays kept. Repeats: harmless; two at once share the work.
 */
export type RecheckStellarPayments = (account: string) => Promise<Outcome<number, NetworkStopped>>

export interface RecheckParts {
  readonly commit: Commit
  readonly read: Read
  readonly network: Pick<StellarNetwork, 'creditsAfter'>
  readonly watch: NetworkWatch
  readonly now: () => Date
  /** So many ledgers later is the second reading. */
  readonly ledgersLater?: bigint
  readonly onFound: (account: string, payments: number) => void
}

const pageSize = 200
/** The rest is read at the next call: the first reading of what is new must not wait. */
const pagesMax = 5

export const recheckStellarPayments =
  (parts: RecheckParts): RecheckStellarPayments =>
  async (account) => {
    const looked = await parts.watch.look()
    if (!looked.ok) return looked
    const sight = looked.value
    const place = await parts.read(({ stellarPayments }) => stellarPayments.place(account))
    const target = place && targetOf(place, sight, parts.ledgersLater)
    if (place === undefined || target === undefined) return accepted(0)
    const found = await readAgain(parts, { place, sight, target })
    if (found.ok && found.value > 0) parts.onFound(account, found.value)
    return found
  }

interface Range {
  readonly place: AccountPlace
  readonly sight: Sight
  readonly target: string
}

async function readAgain(
  parts: RecheckParts,
  { place: { account, checked }, sight, target }: Range,
): Promise<Outcome<number, NetworkStopped>> {
  let [from, found] = [checked, 0]
  for (let pages = 0; pages < pagesMax && from !== target; pages += 1) {
    const page = await parts.network.creditsAfter(account, from, pageSize)
    const confirmed = await parts.watch.confirm(sight, page.credits)
    if (!confirmed.ok) return confirmed
    const to = isPast(page, target) ? target : page.nextCursor
    const added = await keepMissing(parts, { account, epoch: sight.epoch, from, to }, page)
    if (added === undefined) break
    from = to
    found += added
  }
  return accepted(found)
}

/** Up to where it is time for the second reading; undefined: it is not worth a question yet. */
function targetOf(
  { epoch, checked, cursor }: AccountPlace,
  sight: Sight,
  ledgersLater = 20n,
): string | undefined {
  const ledger = (sight.settled?.ledger ?? 0n) - ledgersLater
  if (epoch !== sight.epoch || ledger < 0n) return undefined
  const isQuiet = ledgerOfPlace(cursor) <= ledger
  const target = isQuiet ? cursor : placeAfter(ledger)
  const isNear = ledgerOfPlace(target) - ledgerOfPlace(checked) < ledgersLater
  return BigInt(target) <= BigInt(checked) || (isNear && !isQuiet) ? undefined : target
}

const isPast = ({ complete, nextCursor }: CreditPage, target: string): boolean =>
  complete || BigInt(nextCursor) > BigInt(target)

/** Undefined when somebody else checked this page first, or collecting was stopped. */
function keepMissing(
  { commit, now }: RecheckParts,
  move: {
    readonly account: string
    readonly epoch: number
    readonly from: string
    readonly to: string
  },
  { credits }: CreditPage,
): Promise<number | undefined> {
  const again = credits.filter(({ id }) => BigInt(id) <= BigInt(move.to))
  return commit(async ({ stellarPayments }) =>
    (await stellarPayments.moveChecked(move.account, move))
      ? stellarPayments.add(again, now())
      : undefined,
  )
}
