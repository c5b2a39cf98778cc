import type { OpenTransaction } from '../../usecases/transactions/open-transaction.ts'
import { badRequest } from '../server/reply.ts'
import type { ClientRoute } from '../server/route.ts'
import { readObject } from './read-json.ts'
import { readOpening } from './read-opening.ts'
import { sayRefusal } from './say-refusal.ts'
import { writePayment } from './write-transaction.ts'

/** SEP-31 POST Transactions. The optional `Idempotency-Key` header is ours: with it a call may be repeated. */
export const postTransactions =
  (openTransaction: OpenTransaction): ClientRoute =>
  async (request) => {
    const body = await readObject(request)
    if (!body.ok) return body.refusal.reply
    const opening = readOpening(body.value)
    if (!opening.ok) return opening.refusal.reply
    const idempotencyKey = request.header('idempotency-key')
    if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
      return badRequest('Idempotency-Key must be 1 to 255 visible ASCII characters')
    }
    const outcome = await openTransaction({
      principal: request.principal,
      request: opening.value,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    })
    if (!outcome.ok) return sayRefusal(outcome.refusal, opening.value.language)
    const { transaction, isReplay } = outcome.value
    return {
      status: 201,
      body: { id: transaction.id, ...writePayment(transaction) },
      ...(isReplay && { headers: { 'idempotency-replayed': 'true' } }),
    }
  }
