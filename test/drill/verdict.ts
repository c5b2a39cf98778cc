import { z } from 'zod'
import { askBackoffice } from '../flows/outside.ts'
import type { SandboxFile } from '../flows/fairlead.ts'
import type { Opening } from './crowd.ts'
import { unitsOf } from './history.ts'
import type { Credit } from './history.ts'

/** What an operator sees of a transaction. */
const transaction = z.object({
  id: z.string(),
  phase: z.string(),
  amountIn: z.object({ value: z.string() }),
  amountOut: z.object({ value: z.string() }),
  fee: z.object({ total: z.object({ value: z.string() }) }),
  payout: z.object({ state: z.string(), deadReason: z.string().nullable() }).nullable(),
  wantedFields: z.array(z.object({ name: z.string(), message: z.string() })),
})
type Seen = z.infer<typeof transaction>

const transactionsQuery = `query Seen($ids: [ID!]) {
  transactions(first: 100, filter: { ids: $ids }) {
    nodes {
      id phase amountIn { value } amountOut { value } fee { total { value } }
      payout { state deadReason } wantedFields { name message }
    }
  }
}`

const unmatched = z.object({
  id: z.string(),
  epoch: z.int(),
  kind: z.string(),
  reason: z.string(),
  amount: z.object({ value: z.string() }),
  transactionId: z.string().nullable(),
})
const unmatchedQuery = `query Unmatched($after: String) {
  unmatchedPayments(first: 100, after: $after) {
    nodes { id epoch kind reason amount { value } transactionId }
    pageInfo { hasNextPage endCursor }
  }
}`

async function seenOf(
  world: SandboxFile,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>()
  for (let from = 0; from < ids.length; from += 100) {
    const some = { ids: ids.slice(from, from + 100) }
    const { transactions } = z
      .object({ transactions: z.object({ nodes: z.array(transaction) }) })
      .parse(await askBackoffice(world, transactionsQuery, some))
    for (const one of transactions.nodes) seen.set(one.id, one)
  }
  return seen
}

async function unmatchedOf(world: SandboxFile) {
  const found = new Map<string, z.infer<typeof unmatched>>()
  const page = z.object({
    unmatchedPayments: z.object({
      nodes: z.array(unmatched),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  })
  let after: string | null = null
  for (;;) {
    const { unmatchedPayments: part } = page.parse(
      await askBackoffice(world, unmatchedQuery, after === null ? {} : { after }),
    )
    // the account itself may have been made after we began to watch it
    for (const one of part.nodes)
      if (one.kind !== 'create_account') found.set(`${one.epoch}-${one.id}`, one)
    if (!part.pageInfo.hasNextPage) return found
    after = part.pageInfo.endCursor
  }
}

const bookSchema = z.object({
  movements: z.array(
    z.object({
      kind: z.enum(['delivery', 'return']),
      transaction_id: z.string(),
      amount: z.object({ value: z.string() }),
    }),
  ),
})

/** Net movements of money at the bank, by transaction. */
interface Paid {
  readonly deliveries: number
  readonly returns: number
  /** What left for good, in units of seven decimals. */
  readonly units: bigint
}

export async function paidByBook({ bankUrl }: SandboxFile): Promise<ReadonlyMap<string, Paid>> {
  const { movements } = bookSchema.parse(await (await fetch(`${bankUrl}/book`)).json())
  const paid = new Map<string, Paid>()
  for (const { kind, transaction_id: id, amount } of movements) {
    const { deliveries, returns, units } = paid.get(id) ?? unpaid
    const isReturn = kind === 'return'
    paid.set(id, {
      deliveries: deliveries + (isReturn ? 0 : 1),
      returns: returns + (isReturn ? 1 : 0),
      units: units + (isReturn ? -1n : 1n) * unitsOf(amount.value),
    })
  }
  return paid
}

const unpaid: Paid = { deliveries: 0, returns: 0, units: 0n }

/** All that is known of a round, from outside: network, bank, and what an operator is shown. */
export interface Evidence {
  readonly openings: readonly Opening[]
  /** Those of the whole world so far: nothing of earlier rounds may change afterwards. */
  readonly credits: readonly Credit[]
  readonly seen: ReadonlyMap<string, Seen>
  readonly unmatched: Awaited<ReturnType<typeof unmatchedOf>>
  readonly paid: ReadonlyMap<string, Paid>
}

export async function gatherEvidence(
  world: SandboxFile,
  openings: readonly Opening[],
  credits: readonly Credit[],
): Promise<Evidence> {
  const ids = openings.map(({ opened }) => opened.id)
  const [seen, unmatched_, paid] = [
    await seenOf(world, ids),
    await unmatchedOf(world),
    await paidByBook(world),
  ]
  return { openings, credits, seen, unmatched: unmatched_, paid }
}

export interface Sums {
  readonly credited: bigint
  readonly paidOut: bigint
  readonly fees: bigint
  readonly unmatched: bigint
  readonly waiting: bigint
}

/** What differs from what has to be; empty when all is well. */
export function differences(evidence: Evidence): readonly string[] {
  const expected = expectations(evidence)
  return [
    ...evidence.credits.flatMap((credit) => placeOf(credit, expected, evidence)),
    ...evidence.openings.flatMap((opening) => fateOf(opening, expected, evidence)),
    ...strangers(evidence),
    ...sumDifference(evidence, expected),
  ]
}

/** The payment that funds each transaction: the first in the ledger's order that fits. */
interface Expectations {
  readonly funding: ReadonlyMap<string, Credit>
  readonly reasons: ReadonlyMap<string, string>
}

const price = unitsOf('10')

function expectations({ openings, credits }: Evidence): Expectations {
  const byMemo = new Map(openings.map((opening) => [opening.opened.stellar_memo, opening]))
  const funding = new Map<string, Credit>()
  const reasons = new Map<string, string>()
  for (const credit of credits) {
    const opening = credit.memo === undefined ? undefined : byMemo.get(credit.memo)
    const reason = reasonAgainst(credit, opening, funding)
    if (reason !== undefined) reasons.set(credit.id, reason)
    else if (opening !== undefined) funding.set(opening.opened.id, credit)
  }
  return { funding, reasons }
}

function reasonAgainst(
  { memo, asset, units }: Credit,
  opening: Opening | undefined,
  funding: ReadonlyMap<string, Credit>,
): string | undefined {
  if (memo === undefined) return 'no_memo'
  if (opening === undefined) return 'unknown_memo'
  if (funding.has(opening.opened.id)) return 'already_funded'
  if (asset !== 'USDC') return 'wrong_asset'
  return units === price ? undefined : 'wrong_amount'
}

/** The worst that can happen, whatever else is still going on. */
export const paidTwice = ({ paid: byBook }: Evidence): readonly string[] =>
  [...byBook].flatMap(([id, { deliveries, returns }]) =>
    deliveries - returns > 1 ? [`transaction ${id}: paid out ${deliveries} times`] : [],
  )

/** A credit either funds its transaction or is shown as unmatched, with the right reason. */
function placeOf(
  { id }: Credit,
  { reasons }: Expectations,
  { unmatched: shown }: Evidence,
): readonly string[] {
  const [expected, found] = [reasons.get(id), shown.get(id)?.reason]
  return expected === found
    ? []
    : [`payment ${id}: ${found ?? 'matched'} in the books, ${expected ?? 'matched'} by the network`]
}

/** What the bank does, and why an operator is told, if they are. */
interface Fate {
  readonly deliveries: number
  readonly returns: number
  readonly deadReason?: string
}

const paid: Fate = { deliveries: 1, returns: 0 }
const fates: Readonly<Record<Opening['outcome'], Fate>> = {
  delivered: paid,
  deliveredLater: paid,
  pendingUntilTold: paid,
  fieldRejected: paid, // the field is corrected in the same round
  unknownButDone: paid,
  unknownNotDone: paid,
  unavailableTwice: paid,
  accountClosed: { deliveries: 0, returns: 0, deadReason: 'rejected: account_closed' },
  returnedLater: { deliveries: 1, returns: 1, deadReason: 'returned: account_closed' },
}

/** What a funded transaction may have come to, by what the bank was asked to do with it. */
function fateOf(
  { opened: { id }, outcome, manner }: Opening,
  { funding }: Expectations,
  { seen, paid }: Evidence,
): readonly string[] {
  const known = seen.get(id)
  const { deliveries, returns, units } = paid.get(id) ?? unpaid
  const tells = (what: string) => {
    const state = `${known?.phase} ${known?.payout?.state} ${known?.payout?.deadReason ?? ''}`
    return [`transaction ${id} (${outcome}, ${manner}): ${what}; it is ${state}`]
  }
  if (known === undefined) return tells('nobody knows it')
  if (!funding.has(id)) {
    return deliveries === 0 && known.phase === 'awaitingFunds' ? [] : tells('nothing was credited')
  }
  return fateOfFunded(known, { outcome, booked: { deliveries, returns, units }, tells })
}

interface Funded {
  readonly outcome: Opening['outcome']
  readonly booked: Paid
  readonly tells: (what: string) => readonly string[]
}

function fateOfFunded(known: Seen, { outcome, booked, tells }: Funded): readonly string[] {
  const fate = fates[outcome]
  const { deliveries, returns, units } = booked
  if (deliveries !== fate.deliveries || returns !== fate.returns) {
    return tells(`paid out ${deliveries} times and returned ${returns} times`)
  }
  const reason = known.payout?.deadReason ?? ''
  if (fate.deadReason !== undefined) {
    return reason === fate.deadReason ? [] : tells('an operator has to be told')
  }
  if (units !== unitsOf(known.amountOut.value)) return tells('another sum was paid out')
  return known.phase === 'completed' ? [] : tells('paid out, and not completed')
}

/** Money that left for what is none of ours. */
function strangers({ paid, openings }: Evidence): readonly string[] {
  const own = new Set(openings.map(({ opened }) => opened.id))
  return [...paid.keys()]
    .filter((id) => !own.has(id))
    .map((id) => `${id} was never opened, and paid`)
}

/** Credited = paid out + fees + unmatched + waiting, in all assets together: each is counted 1 for 1. */
export function sumsOf({ credits, seen, unmatched: shown, paid }: Evidence): Sums {
  const total = (all: readonly bigint[]) => all.reduce((sum, units) => sum + units, 0n)
  const funded = [...seen.values()].filter(({ payout }) => payout !== null)
  const isDone = ({ payout }: Seen) => payout?.state === 'delivered'
  return {
    credited: total(credits.map(({ units }) => units)),
    paidOut: total([...paid.values()].map(({ units }) => units)),
    fees: total(funded.filter(isDone).map(({ fee }) => unitsOf(fee.total.value))),
    unmatched: total([...shown.values()].map(({ amount }) => unitsOf(amount.value))),
    waiting: total(
      funded.filter((one) => !isDone(one)).map(({ amountIn }) => unitsOf(amountIn.value)),
    ),
  }
}

function sumDifference(evidence: Evidence, { funding }: Expectations): readonly string[] {
  const { credited, paidOut, fees, unmatched: left, waiting } = sumsOf(evidence)
  const funded = [...evidence.seen.values()].filter(({ payout }) => payout !== null).length
  return [
    ...(credited === paidOut + fees + left + waiting
      ? []
      : [
          `credited ${credited}, but ${paidOut} paid, ${fees} fees, ${left} unmatched, ${waiting} wait`,
        ]),
    ...(funded === funding.size ? [] : [`${funded} are funded, ${funding.size} by the network`]),
  ]
}
