import type { Assets } from '../../domain/transaction/terms.ts'
import type { CorrectTransaction } from '../../usecases/transactions/correct-transaction.ts'
import type { FindTransaction } from '../../usecases/transactions/find-transaction.ts'
import type { OpenTransaction } from '../../usecases/transactions/open-transaction.ts'
import type { SetTransactionCallback } from '../../usecases/transactions/set-transaction-callback.ts'
import type { RouteTable } from '../server/route.ts'
import { getInfo } from './get-info.ts'
import { getTransaction } from './get-transaction.ts'
import { patchTransaction } from './patch-transaction.ts'
import { postTransactions } from './post-transactions.ts'
import { putCallback } from './put-callback.ts'

export interface Sep31Parts {
  readonly assets: Assets
  readonly openTransaction: OpenTransaction
  readonly findTransaction: FindTransaction
  readonly correctTransaction: CorrectTransaction
  readonly setTransactionCallback: SetTransactionCallback
}

const transactions = '/sep31/transactions'

/** SEP-31 3.1.0 and the older forms beside it. A bad token gets 403, never 401 (SEP31-04). */
export const sep31Routes = (parts: Sep31Parts): RouteTable => ({
  cors: true,
  authFailureStatus: 403,
  routes: [
    { method: 'GET', path: '/sep31/info', auth: 'none', route: getInfo(parts.assets) },
    {
      method: 'POST',
      path: transactions,
      auth: 'client',
      route: postTransactions(parts.openTransaction),
    },
    {
      method: 'GET',
      path: `${transactions}/:id`,
      auth: 'client',
      route: getTransaction(parts.findTransaction, parts.assets),
    },
    {
      method: 'PATCH',
      path: `${transactions}/:id`,
      auth: 'client',
      route: patchTransaction(parts.correctTransaction, parts.assets),
    },
    {
      method: 'PUT',
      path: `${transactions}/:id/callback`,
      auth: 'client',
      route: putCallback(parts.setTransactionCallback),
    },
  ],
})
