import { setTimeout as pause } from 'node:timers/promises'
import {
  Account,
  BASE_FEE,
  Keypair,
  Memo,
  MuxedAccount,
  Operation,
  TransactionBuilder,
} from '@stellar/stellar-sdk'
import { magicAccountNumbers } from '../../src/sandbox/bank/magic-account-numbers.ts'
import type { MagicOutcome } from '../../src/sandbox/bank/magic-account-numbers.ts'
import { assetOf, bothCustomers, horizonOf, logIn, memoOf, send } from '../flows/anchor.ts'
import type { Anchor, Json, Opened } from '../flows/anchor.ts'
import type { SandboxFile } from '../flows/fairlead.ts'
import type { Dice } from './dice.ts'

/** What the sending anchor does about one transaction that it opened. */
export type Manner =
  'exact' | 'twice' | 'wrong_amount' | 'wrong_asset' | 'unknown_memo' | 'no_memo' | 'unpaid'

/** One transaction of a round. */
export interface Wish {
  readonly outcome: MagicOutcome
  readonly manner: Manner
  /** Many operations in one Stellar transaction, each with a muxed destination for a memo. */
  readonly isMuxed: boolean
}

export interface Opening extends Wish {
  readonly opened: Opened
}

const amount = '10'
const wrongAmount = '9.9999999'

/** What the bank is to do with the payouts: mostly to deliver them. */
const outcomes: readonly (readonly [MagicOutcome, number])[] = [
  ['delivered', 70],
  ['deliveredLater', 10],
  ['unknownButDone', 5],
  ['unknownNotDone', 4],
  ['unavailableTwice', 3],
  ['fieldRejected', 3],
  ['accountClosed', 2],
  ['returnedLater', 3],
]
const manners: readonly (readonly [Manner, number])[] = [
  ['exact', 86],
  ['twice', 3],
  ['wrong_amount', 3],
  ['wrong_asset', 2],
  ['unknown_memo', 2],
  ['no_memo', 1],
  ['unpaid', 3],
]

export const wishesOf = (count: number, dice: Dice): readonly Wish[] =>
  Array.from({ length: count }, () => ({
    outcome: weighed(outcomes, dice),
    manner: weighed(manners, dice),
    isMuxed: dice.chance(0.6),
  }))

function weighed<Thing>(table: readonly (readonly [Thing, number])[], dice: Dice): Thing {
  return dice.one(table.flatMap(([thing, weight]) => Array.from({ length: weight }, () => thing)))
}

/** A sending anchor, its customers, and those who pay in its name. */
export interface Crowd {
  readonly anchor: Anchor
  /** Opens and pays all; comes back when the network has taken every payment. */
  flow(wishes: readonly Wish[], urls: readonly string[]): Promise<readonly Opening[]>
  /** A new receiver for the payouts that are to be refused first; `correct` mends the field. */
  newRefused(urls: readonly string[]): Promise<{ correct(): Promise<void> }>
  /** Answers that a gateway must never give: 5xx other than "not now". */
  readonly complaints: string[]
  /** Other payers in the place of those who vanished with the network. */
  renewPayers(): Promise<void>
}

const payersCount = 6
const openAtOnce = 12
const operationsInOne = 20

export async function gatherCrowd(world: SandboxFile, url: string): Promise<Crowd> {
  const anchor = await logIn({ url, world })
  let payers = await makePayers(world, anchor.keypair)
  const complaints: string[] = []
  const parties = new Map<MagicOutcome, Json>()
  for (const [outcome] of outcomes) {
    if (outcome === 'fieldRejected') continue
    parties.set(outcome, await bothCustomers(anchor, magicAccountNumbers[outcome]))
  }
  const patiently = patientCaller(anchor, complaints)
  let refusedCount = 0

  return {
    anchor,
    complaints,
    async renewPayers() {
      payers = await makePayers(world, anchor.keypair)
    },
    async flow(wishes, urls) {
      const waiting: Opening[] = []
      const openings: Opening[] = []
      let isOpen = true
      const opening = eachAtOnce(wishes, openAtOnce, async (wish, index) => {
        const body = { amount, asset_code: 'USDC', ...parties.get(wish.outcome) }
        const path = '/sep31/transactions'
        const answer = await patiently(rotated(urls, index), path, { method: 'POST', json: body })
        const opened = { ...wish, opened: answer as Opened } // in the form that SEP-31 gives
        openings.push(opened)
        waiting.push(opened)
      }).finally(() => (isOpen = false))
      const paying = payers.map(async (payer) => {
        while (isOpen || waiting.length > 0) {
          const next = takeForOne(waiting)
          if (next.length === 0) await pause(20)
          else await payer(next)
        }
      })
      await Promise.all([opening, ...paying])
      return openings
    },
    async newRefused(urls) {
      refusedCount += 1
      const memo = String(5_000_000 + refusedCount)
      const receiver = { type: 'sep31-receiver', memo }
      const put = (fields: Json) =>
        patiently(urls, '/sep12/customer', { method: 'PUT', json: { ...receiver, ...fields } })
      const known = parties.get('delivered')
      const answer = (await put({
        first_name: 'Ada',
        last_name: 'Okafor',
        email_address: 'ada@example.com',
        bank_number: '021000021',
        bank_account_number: magicAccountNumbers.fieldRejected,
      })) as { readonly id: string } // in the form that SEP-12 gives
      parties.set('fieldRejected', { ...known, receiver_id: answer.id })
      return {
        correct: async () => {
          await put({ bank_account_number: magicAccountNumbers.delivered })
        },
      }
    },
  }
}

const rotated = (urls: readonly string[], by: number): readonly string[] => {
  const at = by % urls.length
  return [...urls.slice(at), ...urls.slice(0, at)]
}

type Call = (
  urls: readonly string[],
  path: string,
  options: { readonly method: string; readonly json: Json },
) => Promise<unknown>

const patienceMs = 180_000

/** Tries one gateway after the other until one answers with more than "not now". */
function patientCaller(anchor: Anchor, complaints: string[]): Call {
  return async (urls, path, options) => {
    const deadline = performance.now() + patienceMs
    for (let tries = 0; ; tries += 1) {
      const [url] = rotated(urls, tries)
      try {
        return await anchor.call(`${url}${path}`, options)
      } catch (error) {
        const message = String(error)
        const isAway = !/: \d{3} /.test(message) || message.includes(': 503 ')
        if (!isAway) complaints.push(message.slice(0, 300))
        if (performance.now() > deadline || / 4\d\d /.test(message)) throw error
        await pause(100)
      }
    }
  }
}

async function eachAtOnce<Thing>(
  things: readonly Thing[],
  atOnce: number,
  work: (thing: Thing, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < things.length) {
      const index = next
      next += 1
      const thing = things[index]
      if (thing !== undefined) await work(thing, index)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

/** The next one with a memo of its own, or as many muxed ones as wait. */
function takeForOne(waiting: Opening[]): readonly Opening[] {
  const first = waiting.shift()
  if (first === undefined) return []
  if (!isBatched(first)) return [first]
  const taken = [first]
  for (let at = 0; at < waiting.length && taken.length < operationsInOne;) {
    const one = waiting[at]
    if (one !== undefined && isBatched(one)) taken.push(...waiting.splice(at, 1))
    else at += 1
  }
  return taken
}

const isBatched = ({ isMuxed, manner }: Wish): boolean => isMuxed && manner !== 'no_memo'

type Payer = (openings: readonly Opening[]) => Promise<void>

async function makePayers(world: SandboxFile, giver: Keypair): Promise<readonly Payer[]> {
  const horizon = horizonOf(world)
  const pairs = Array.from({ length: payersCount }, () => Keypair.random())
  for (const pair of pairs) await horizon.friendbot(pair.publicKey()).call()
  const operations = pairs.flatMap((pair) =>
    ['USDC', 'SRT'].flatMap((code) => {
      const [asset, source] = [assetOf(world, code), pair.publicKey()]
      return [
        Operation.changeTrust({ asset, source }),
        Operation.payment({ destination: source, asset, amount: '50000' }),
      ]
    }),
  )
  await send(world, giver, { operations, others: pairs })
  return Promise.all(pairs.map((pair) => payerWith(world, pair)))
}

async function payerWith(world: SandboxFile, pair: Keypair): Promise<Payer> {
  const horizon = horizonOf(world)
  const terms = { fee: BASE_FEE, networkPassphrase: world.networkPassphrase }
  const source = await horizon.loadAccount(pair.publicKey())
  return async (openings) => {
    const operations = openings.flatMap((opening) => paymentsFor(world, opening))
    if (operations.length === 0) return
    const builder = new TransactionBuilder(source, terms).setTimeout(300)
    const [first] = openings
    if (first !== undefined && !isBatched(first)) builder.addMemo(memoFor(first))
    for (const operation of operations) builder.addOperation(operation)
    const transaction = builder.build()
    transaction.sign(pair)
    await horizon.submitTransaction(transaction)
  }
}

const memoFor = ({ opened, manner }: Opening): Memo => {
  if (manner === 'no_memo') return Memo.none()
  return manner === 'unknown_memo' ? Memo.id(unknownMemo) : memoOf(opened)
}

const unknownMemo = '4242424242424242'

function paymentsFor(world: SandboxFile, opening: Opening) {
  const { opened, manner } = opening
  if (manner === 'unpaid') return []
  const memo = manner === 'unknown_memo' ? unknownMemo : opened.stellar_memo
  const account = opened.stellar_account_id
  const payment = Operation.payment({
    destination: isBatched(opening)
      ? new MuxedAccount(new Account(account, '0'), memo).accountId()
      : account,
    asset: assetOf(world, manner === 'wrong_asset' ? 'SRT' : 'USDC'),
    amount: manner === 'wrong_amount' ? wrongAmount : amount,
  })
  return manner === 'twice' ? [payment, payment] : [payment]
}
