import type { AccountLog } from '../../history/history.ts'
import type { StoredLedger, StoredOperation } from '../../history/stored.ts'
import { entryKey } from '../../ledger/entries.ts'
import type { Exchange } from '../exchange.ts'
import { accountField, ledgerField } from '../fields.ts'
import { badField, Problem } from '../problem.ts'

/** The part of history that a path names. */

/** An account that never took part in anything has no lists: 404, as with Horizon. */
export function accountLog({ params, view }: Exchange): AccountLog {
  const account = accountField(params.account_id)
  const log = view.history.ofAccount(account)
  if (log.transactions.length === 0 && !view.state.account(account)) throw new Problem('not_found')
  return log
}

export function knownLedger({ params, view }: Exchange): StoredLedger {
  const sequence = ledgerField(params.ledger_id)
  if (sequence < view.history.elder) throw new Problem('before_history')
  const ledger = sequence <= view.latest ? view.history.ledger(sequence) : undefined
  if (!ledger) throw new Problem('not_found')
  return ledger
}

const BALANCE_ID = /^0{8}[0-9a-f]{64}$/

export function balanceIdField(text: string | undefined): string {
  if (text === undefined || !BALANCE_ID.test(text)) {
    throw badField('id', 'Invalid claimable balance ID: 72 lower-case hex digits are expected')
  }
  return text
}

/** Operations that created, claimed or clawed back a claimable balance. */
export function claimableBalanceOperations({ params, view }: Exchange): StoredOperation[] {
  const id = balanceIdField(params.balance_id)
  return view.history.operations.filter(({ changes }) =>
    changes.some(({ before, after }) =>
      [before, after].some((entry) => entry && entryKey(entry) === `claimable_balance|${id}`),
    ),
  )
}
