import type { Assets } from '../../domain/transaction/terms.ts'
import type { FindTransaction } from '../../usecases/transactions/find-transaction.ts'
import { notFound } from '../server/reply.ts'
import type { ClientRoute } from '../server/route.ts'
import { writeTransaction } from './write-transaction.ts'

/** SEP-31 GET Transaction. */
export const getTransaction =
  (findTransaction: FindTransaction, assets: Assets): ClientRoute =>
  async ({ principal, params }) => {
    const transaction = await findTransaction(principal, params.get('id') ?? '')
    return transaction === undefined
      ? transactionNotFound()
      : { status: 200, body: writeTransaction(transaction, assets) }
  }

/** The same for an unknown id and for another client's (SEP31-78, SEP31-79). */
export const transactionNotFound = () => notFound('There is no transaction with this id')
