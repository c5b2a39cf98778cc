import type { Assets } from '../../domain/transaction/terms.ts'
import type { CorrectTransaction } from '../../usecases/transactions/correct-transaction.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest } from '../server/reply.ts'
import type { ClientRoute } from '../server/route.ts'
import { printable } from '../server/text.ts'
import { transactionNotFound } from './get-transaction.ts'
import { readFields, readObject } from './read-json.ts'
import { writeTransaction } from './write-transaction.ts'

/** SEP-31 PATCH Transaction: deprecated in 3.1.0, still served. */
export const patchTransaction =
  (correctTransaction: CorrectTransaction, assets: Assets): ClientRoute =>
  async (request) => {
    const body = await readObject(request)
    if (!body.ok) return body.refusal.reply
    const fields = readFields(body.value.value['fields'])
    if (!fields.ok) return fields.refusal.reply
    if (fields.value === undefined) {
      return badRequest('fields.transaction is missing: send the fields of required_info_updates')
    }
    const outcome = await correctTransaction({
      principal: request.principal,
      id: request.params.get('id') ?? '',
      fields: fields.value,
    })
    if (!outcome.ok) return sayRefusal(outcome.refusal)
    const { transaction, stillWanted } = outcome.value
    return stillWanted.length === 0
      ? { status: 200, body: writeTransaction(transaction, assets) }
      : badRequest(`These fields are still to be corrected: ${stillWanted.join(', ')}`)
  }

type CorrectionRefused = Extract<
  Awaited<ReturnType<CorrectTransaction>>,
  { readonly ok: false }
>['refusal']

function sayRefusal(refused: CorrectionRefused): Reply {
  switch (refused.code) {
    case 'not_found':
      return transactionNotFound()
    case 'update_not_wanted':
      return badRequest('This transaction is not in the status pending_transaction_info_update')
    case 'field_not_wanted':
      return badRequest(
        `${printable(refused.field)} is not to be corrected; send only: ${refused.wanted.join(', ')}`,
      )
    case 'field_not_among_choices':
      return badRequest(
        `fields.transaction.${printable(refused.field)} must be one of: ${refused.choices.join(', ')}`,
      )
  }
}
