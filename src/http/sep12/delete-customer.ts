import type { DeleteCustomer } from '../../usecases/customers/delete-customer.ts'
import { refuseBody } from '../server/body.ts'
import type { ClientRoute } from '../server/route.ts'
import { readOptionalNames } from './read-body.ts'
import { sayNotDeleted } from './refusals.ts'
import { readQuestion } from './wire.ts'

/** SEP-12 DELETE customer. 200 and not 204: clients look for it (SEP12-115). */
export const deleteCustomerRoute =
  (deleteCustomer: DeleteCustomer): ClientRoute =>
  async (request) => {
    const names = await readOptionalNames(request)
    if (!names.ok) return refuseBody(names.refusal)
    const question = readQuestion(request, names.value)
    if (!question.ok) return refuseBody(question.refusal)
    const account = request.params.get('account') ?? ''
    const outcome = await deleteCustomer({ ...question.value, account })
    return outcome.ok ? { status: 200, body: {} } : sayNotDeleted(outcome.refusal)
  }
