import { createHash } from 'node:crypto'
import { inputFingerprint } from '../adapters/fingerprint/input-fingerprint.ts'
import { newMemo } from '../adapters/random/new-memo.ts'
import type { CallbackRules } from '../domain/callback/callback-url.ts'
import type { CustomerTypes } from '../domain/customer/customer-type.ts'
import type { Assets } from '../domain/transaction/terms.ts'
import { writeTransaction } from '../http/sep31/write-transaction.ts'
import type { HostLookup } from '../usecases/ports/host-lookup.ts'
import { correctTransaction } from '../usecases/transactions/correct-transaction.ts'
import { expireTransactions } from '../usecases/transactions/expire-transactions.ts'
import { findTransaction } from '../usecases/transactions/find-transaction.ts'
import { listTransactions } from '../usecases/transactions/list-transactions.ts'
import { openTransaction } from '../usecases/transactions/open-transaction.ts'
import { resumeTransactionsOfCustomer } from '../usecases/transactions/resume-after-customer-update.ts'
import { saveChange, saveChanges } from '../usecases/transactions/save-change.ts'
import { setTransactionCallback } from '../usecases/transactions/set-transaction-callback.ts'
import type { Foundation } from './foundation.ts'

/** A payment made just in time may still be on its way to us for so long. */
const expiryGraceMs = 60_000

export interface TransactionParts {
  readonly assets: Assets
  readonly customerTypes: CustomerTypes
  readonly callbackRules: CallbackRules
  readonly hosts: HostLookup
  readonly inputSecret: Uint8Array
}

/** Rooms of transactions. */
export function composeTransactions(foundation: Foundation, parts: TransactionParts) {
  const { commit, commitAtOnce, read, now, newId } = foundation
  const { assets, customerTypes, callbackRules, hosts } = parts
  const saving = {
    newId,
    writeNotice: (transaction: Parameters<typeof writeTransaction>[0]) =>
      JSON.stringify(writeTransaction(transaction, assets)),
  }
  const saveOne = saveChange(saving)
  const saveMany = saveChanges(saving)
  return {
    saveChange: saveOne,
    saveChanges: saveMany,
    openTransaction: openTransaction({
      commitAtOnce,
      read,
      assets,
      customerTypes,
      newId,
      newMemo,
      digest: inputFingerprint(parts.inputSecret),
      now,
    }),
    findTransaction: findTransaction({ read }),
    listTransactions: listTransactions({ read }),
    correctTransaction: correctTransaction({ commit, saveChange: saveOne, assets, now }),
    setTransactionCallback: setTransactionCallback({ commit, callbackRules, hosts }),
    expireTransactions: expireTransactions({
      commit,
      read,
      saveChanges: saveMany,
      now,
      graceMs: expiryGraceMs,
    }),
    resumeTransactions: resumeTransactionsOfCustomer({ saveChange: saveOne, customerTypes }),
  }
}

export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex')
