import { randomUUID } from 'node:crypto'
import type { Customer } from '../../../src/domain/customer/customer.ts'
import type { PayoutReply } from '../../../src/usecases/ports/payout-rail.ts'
import type { StellarPayment } from '../../../src/domain/stellar-payment/stellar-payment.ts'
import type { Transaction } from '../../../src/domain/transaction/transaction.ts'
import { paymentFor } from '../../builders/stellar-payment.ts'
import { sendingAnchor } from '../../builders/transaction.ts'
import { aProcess, outside } from './lifecycle-world.ts'
import type { lifecycleWorld, Process } from './lifecycle-world.ts'
import type { Model, Payment, Verdict } from './model.ts'

export type Happening =
  | { readonly what: 'open' | 'expire' | 'wait' | 'pass an hour' | 'relay' }
  | { readonly what: 'pay'; readonly payment: Payment }
  | { readonly what: 'send'; readonly verdict: Verdict }
  | { readonly what: 'one'; readonly of: OfOne }

export const ofOne = [
  'settle',
  'notice',
  'old notices',
  'bank delivers',
  'bank gives back',
  'correct transaction',
  'correct customer',
  'erase customer',
  'retry',
] as const
export type OfOne = (typeof ofOne)[number]

/** One of the transactions under way, with the customer it pays. */
export interface Case {
  readonly id: string
  readonly transaction: Transaction
  readonly customer: Customer
  readonly payments: StellarPayment[]
}

type Told = { readonly idempotencyKey: string; readonly reply: PayoutReply }

/** A bank and a network, two processes, and the transactions of one test run. */
export function aRun({ clock, processes }: Awaited<ReturnType<typeof lifecycleWorld>>) {
  const account = `G${randomUUID().replaceAll('-', '').toUpperCase()}`
  const world = outside(clock)
  const all = processes.map((storage) => aProcess(storage, world, { clock, account }))
  const [storage] = processes
  if (storage === undefined) throw new Error('There is no process')
  const { commit, read } = storage
  const cases: Case[] = []
  const told = new Map<string, Told[]>()

  /** In every process at the same moment. */
  const everywhere = <Answer>(work: (process: Process) => Promise<Answer>) =>
    Promise.all(all.map(work))

  async function open(): Promise<Case> {
    const customer = aCustomer(clock.now)
    await commit(({ customers }) => customers.add(customer))
    const key = randomUUID()
    const [first, ...others] = await everywhere((process) => process.open(key, customer.id))
    if (first?.ok !== true) throw new Error('A good request was refused')
    const { transaction } = first.value
    for (const other of others) {
      if (!other.ok || other.value.transaction.id !== transaction.id) {
        throw new Error('The same key opened two transactions')
      }
    }
    const one = { id: transaction.id, transaction, customer, payments: [] }
    cases.push(one)
    return one
  }

  async function pay({ transaction, payments }: Case, payment: Payment): Promise<void> {
    const made = paymentFor(transaction, {
      account,
      ledgerClosedAt: clock.now,
      ...changed(transaction, payment),
    })
    payments.push(made)
    world.credit(made)
    await everywhere((process) => process.collect())
  }

  async function tell({ id }: Case, isOld: boolean): Promise<void> {
    const notices = told.get(id) ?? []
    told.set(id, notices)
    for (const { idempotencyKey } of await read(({ payouts }) => payouts.attempts(id))) {
      const reply = await world.rail.find(idempotencyKey)
      if (reply !== undefined) notices.push({ idempotencyKey, reply })
    }
    const some = isOld ? notices.toReversed() : notices.slice(-3)
    for (const one of some) await everywhere((process) => process.notice(one))
  }

  async function bankMoves({ id }: Case, move: 'deliver' | 'giveBack'): Promise<void> {
    const attempts = await read(({ payouts }) => payouts.attempts(id))
    const last = attempts.at(-1)
    if (last === undefined) return
    const key = last.idempotencyKey
    const state = (await world.rail.find(key))?.state
    if (move === 'deliver') {
      if (state === 'pending') world.rail.deliver(key)
    } else if (state === 'pending' || state === 'delivered') {
      world.rail.giveBack(key, 'account_closed')
    }
  }

  function ofCase(one: Case, what: OfOne): Promise<unknown> {
    const { id, customer } = one
    switch (what) {
      case 'settle':
        return everywhere((process) => process.settle(id))
      case 'notice':
        return tell(one, false)
      case 'old notices':
        return tell(one, true)
      case 'bank delivers':
        return bankMoves(one, 'deliver')
      case 'bank gives back':
        return bankMoves(one, 'giveBack')
      case 'correct transaction':
        return everywhere((process) => process.correct(id))
      case 'correct customer':
        return everywhere((process) => process.correctCustomer(customer))
      case 'erase customer':
        return everywhere((process) => process.erase(customer))
      case 'retry':
        return everywhere((process) => process.retry(id, 'an operator'))
    }
  }

  /** Lets it happen twice at once; `one` is the transaction it is about, if it is about one. */
  async function act(one: Case, happening: Happening): Promise<void> {
    switch (happening.what) {
      case 'open':
        return void (await open())
      case 'expire':
        await everywhere((process) => process.collect())
        return void (await everywhere((process) => process.expire()))
      case 'wait':
        return pass(clock, 16)
      case 'pass an hour':
        return pass(clock, 61)
      case 'relay':
        return void (await everywhere((process) => process.relay()))
      case 'pay':
        return pay(one, happening.payment)
      case 'send':
        world.bankWill.set(one.id, happening.verdict)
        return void (await everywhere((process) => process.send(one.id)))
      case 'one':
        await ofCase(one, happening.of)
    }
  }

  return { account, cases, rail: world.rail, read, open, act }
}

export type Run = ReturnType<typeof aRun>

const pass = (clock: { now: Date }, minutes: number): void => {
  clock.now = new Date(clock.now.getTime() + minutes * 60_000)
}

const changed = (
  { amountInUnits, memo, lapsesAt }: Transaction,
  payment: Payment,
): Partial<StellarPayment> => {
  switch (payment) {
    case 'exact':
      return {}
    case 'over':
      return { units: amountInUnits + 1n }
    case 'under':
      return { units: amountInUnits - 1n }
    case 'other asset':
      return { asset: 'stellar:native' }
    case 'no memo':
      return { memo: { type: 'none' } }
    case 'text memo':
      return { memo: { ...memo, type: 'text' } }
    case 'merge':
      return { kind: 'account_merge' }
    case 'late':
      return { ledgerClosedAt: new Date(lapsesAt.getTime() + 1) }
  }
}

function aCustomer(now: Date): Customer {
  return {
    id: randomUUID(),
    key: { account: sendingAnchor, memo: { type: 'text', value: randomUUID().slice(0, 20) } },
    fields: { bank_account_number: { value: '1', status: 'ACCEPTED' } },
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

/** What the database and the bank say of a case, in the words of the model. */
export async function observe({ read, rail }: Run, one: Case, now: Date): Promise<Model> {
  const { transaction, payout, attempts, customer, seen } = await read(async (records) => ({
    transaction: await records.transactions.find(one.id),
    payout: await records.payouts.find(one.id),
    attempts: await records.payouts.attempts(one.id),
    customer: (await records.customers.findMany([one.customer.id]))[0],
    seen: await Promise.all(one.payments.map(({ id }) => records.stellarPayments.find(id))),
  }))
  if (transaction === undefined) throw new Error('A transaction is gone')
  const isPlanned = payout !== undefined && ['due', 'claimed', 'pending'].includes(payout.state)
  const models = attempts.map(async ({ state, idempotencyKey, customerVersions }) => ({
    state,
    bank: (await rail.find(idempotencyKey))?.state ?? ('nothing' as const),
    isOutdated:
      customer !== undefined &&
      customerVersions !== undefined &&
      customerVersions[customer.id] !== customer.version,
  }))
  return {
    phase: transaction.phase,
    lapsesAt: transaction.lapsesAt.getTime(),
    payout: payout && { state: payout.state, isDue: isPlanned && payout.dueAt <= now },
    attempts: await Promise.all(models),
    isErased: customer === undefined,
    unmatched: seen.flatMap((payment) =>
      payment?.match.state === 'unmatched' ? [payment.match.reason] : [],
    ),
  }
}
