import type { CustomerTypes } from '../../domain/customer/customer-type.ts'
import type { Customer } from '../../domain/customer/customer.ts'
import { partyIdsOf } from '../../domain/customer/party.ts'
import { keptName } from '../../domain/customer/sep9-fields.ts'
import { payoutDueAgain } from '../../domain/payout/decisions.ts'
import type { Actor } from '../../domain/transaction/event.ts'
import { nextPhase } from '../../domain/transaction/lifecycle.ts'
import type { Happening, Phase } from '../../domain/transaction/lifecycle.ts'
import { clearanceOf } from '../../domain/transaction/parties.ts'
import type { Clearance, Party } from '../../domain/transaction/parties.ts'
import type { Transaction } from '../../domain/transaction/transaction.ts'
import { jobsOf } from '../payouts/payout-job.ts'
import type { Records } from '../ports/commit.ts'
import type { SaveChange } from './save-change.ts'

/** What became of a customer in this commit. */
export interface CustomerUpdate {
  readonly customerId: string
  /** SEP-9 names of the fields that got another value; those a payout waits for are corrected by it. */
  readonly changedFields: ReadonlySet<string>
  /** An operator turned the customer away: what may be paid on Stellar may be so no more. */
  readonly isRejected?: boolean
  readonly actor: Actor
}

/**
 * Brings on every transaction that waits for the customer, after the customer was saved in the same
 * commit: before funds by the standing of both customers (SEP31-41, SEP31-W32), after funds when all fields
 * that the payout was refused for were changed (SEP31-58); then the payout is due again.
 * Repeats: a call that finds nothing new changes nothing.
 */
export type ResumeTransactionsOfCustomer = (
  records: Records,
  update: CustomerUpdate,
  now: Date,
) => Promise<void>

interface Parts {
  readonly saveChange: SaveChange
  readonly customerTypes: CustomerTypes
}

export const resumeTransactionsOfCustomer =
  ({ saveChange, customerTypes }: Parts): ResumeTransactionsOfCustomer =>
  async (records, update, now) => {
    const { customerId, isRejected = false } = update
    const waiting = await records.transactions.waitingForCustomer(customerId)
    const payable = isRejected ? await payableOf(records, customerId) : []
    // in the order of ids, as others lock several: neither waits for the other in a ring
    for (const id of [...waiting, ...payable].toSorted()) {
      const transaction = await records.transactions.lock(id)
      if (transaction === undefined) continue
      const context = { records, transaction, update, now, saveChange }
      if (transaction.phase === 'awaitingPayoutCustomerInfo') await resumePayout(context)
      else await resumeScreening(context, customerTypes)
    }
  }

const pageSize = 500

/** Ids of the customer's transactions that may be paid and are not. */
async function payableOf({ transactions }: Records, customerId: string): Promise<string[]> {
  const query = { customerId, phases: ['awaitingFunds'], limit: pageSize }
  const found: Transaction[] = []
  for (;;) {
    const last = found.at(-1)
    const page = await transactions.list({ ...query, ...(last && { after: last }) })
    found.push(...page)
    if (page.length < pageSize) return found.map(({ id }) => id)
  }
}

interface Context {
  readonly records: Records
  readonly transaction: Transaction
  readonly update: CustomerUpdate
  readonly now: Date
  readonly saveChange: SaveChange
}

/** What has to happen, one after the other, to get from each phase to where the customers allow. */
const steps: Readonly<Record<ScreenedPhase, Record<Clearance, readonly Happening[]>>> = {
  screening: {
    cleared: ['cleared'],
    checking: [],
    infoMissing: ['infoMissing'],
    declined: ['declined'],
  },
  awaitingInfo: {
    cleared: ['infoReceived', 'cleared'],
    checking: ['infoReceived'],
    infoMissing: [],
    declined: ['declined'],
  },
  /** Whoever was accepted once may pay, unless somebody was turned away since. */
  awaitingFunds: { cleared: [], checking: [], infoMissing: [], declined: ['declined'] },
}

type ScreenedPhase = 'screening' | 'awaitingInfo' | 'awaitingFunds'

const isScreened = (phase: Phase): phase is ScreenedPhase => Object.hasOwn(steps, phase)

async function resumeScreening(context: Context, types: CustomerTypes): Promise<void> {
  const { records, update, now, saveChange } = context
  let { transaction } = context
  const { phase: screened } = transaction
  if (!isScreened(screened)) return
  const clearance = clearanceOf(await partiesOf(records, transaction), types)
  for (const type of steps[screened][clearance]) {
    const phase = nextPhase(transaction.phase, type) ?? transaction.phase
    const after = {
      ...transaction,
      phase,
      ...(type === 'declined' && { statusMessage: 'A customer was rejected' }),
    }
    transaction = await saveChange(
      records,
      { before: transaction, after, type, actor: update.actor },
      now,
    )
  }
}

async function partiesOf(
  { customers }: Records,
  transaction: Transaction,
): Promise<readonly Party[]> {
  const { senderId, receiverId, senderType, receiverType } = transaction
  const found = await customers.findMany(partyIdsOf(transaction))
  return [partyOf(found, senderId, senderType), partyOf(found, receiverId, receiverType)]
}

function partyOf(
  found: readonly Customer[],
  customerId: string | undefined,
  type: string | undefined,
): Party {
  const customer = found.find(({ id }) => id === customerId)
  return { ...(customer && { customer }), ...(type !== undefined && { type }) }
}

async function resumePayout(context: Context): Promise<void> {
  const { records, transaction, update, now, saveChange } = context
  const stillWanted = transaction.wantedCustomerFields.filter(
    ({ owner, name }) =>
      customerOf(transaction, owner) !== update.customerId || !isChanged(name, update),
  )
  if (stillWanted.length === transaction.wantedCustomerFields.length) return
  const { actor } = update
  if (stillWanted.length > 0) {
    const after = { ...transaction, wantedCustomerFields: stillWanted }
    await saveChange(
      records,
      { before: transaction, after, type: 'infoPartlyReceived', actor },
      now,
    )
    return
  }
  const payout = await records.payouts.lock(transaction.id)
  if (payout === undefined) throw new Error(`Transaction ${transaction.id} has no payout`)
  const due = payoutDueAgain(payout, now)
  await records.payouts.save(due)
  const after: Transaction = { ...transaction, phase: 'payingOut' }
  await saveChange(
    records,
    { before: transaction, after, type: 'infoReceived', actor, jobs: jobsOf(due) },
    now,
  )
}

const customerOf = (transaction: Transaction, owner: 'sender' | 'receiver'): string | undefined =>
  owner === 'sender' ? transaction.senderId : transaction.receiverId

/** A synonym counts as the field itself. */
const isChanged = (name: string, { changedFields }: CustomerUpdate): boolean =>
  changedFields.has(name) || changedFields.has(keptName(name))
