import { TransactionBuilder } from '@stellar/stellar-sdk'
import { passphrase } from '../../builders/login.ts'

export interface ManageDataOperation {
  readonly type: string
  readonly source: string | undefined
  readonly name: string
  readonly value: string
}

/** The operations of a challenge as the SDK reads them. */
export function operationsOf(envelope: string): readonly ManageDataOperation[] {
  const transaction = TransactionBuilder.fromXDR(envelope, passphrase)
  if (!('operations' in transaction)) throw new Error('a fee bump')
  return transaction.operations.map((operation) => {
    if (operation.type !== 'manageData') throw new Error(`unexpected ${operation.type}`)
    const value = Buffer.from(operation.value ?? []).toString()
    return { type: operation.type, source: operation.source, name: operation.name, value }
  })
}
