import type { RegisterCustomer } from '../../usecases/customers/register-customer.ts'
import { refuseBody } from '../server/body.ts'
import type { ClientRoute } from '../server/route.ts'
import { readBodyNames } from './read-body.ts'
import { sayNotRegistered } from './refusals.ts'
import { readQuestion } from './wire.ts'

/** SEP-12 PUT customer. 202, as important clients take nothing else for a success (SEP12-69). */
export const putCustomer =
  (registerCustomer: RegisterCustomer): ClientRoute =>
  async (request) => {
    const names = await readBodyNames(request)
    if (!names.ok) return refuseBody(names.refusal)
    const question = readQuestion(request, names.value)
    if (!question.ok) return refuseBody(question.refusal)
    const outcome = await registerCustomer({ ...question.value, sent: names.value })
    return outcome.ok
      ? { status: 202, body: { id: outcome.value.id } }
      : sayNotRegistered(outcome.refusal)
  }
