import type { VerifyCustomer } from '../../usecases/customers/verify-customer.ts'
import { refuseBody } from '../server/body.ts'
import { badRequest } from '../server/reply.ts'
import type { ClientRoute } from '../server/route.ts'
import { readBodyNames } from './read-body.ts'
import { sayNotVerified } from './refusals.ts'
import { readQuestion, writeCustomer } from './wire.ts'

/** SEP-12 PUT customer verification, the older way to send a code. */
export const putVerification =
  (verifyCustomer: VerifyCustomer): ClientRoute =>
  async (request) => {
    const names = await readBodyNames(request)
    if (!names.ok) return refuseBody(names.refusal)
    const question = readQuestion(request, names.value)
    if (!question.ok) return refuseBody(question.refusal)
    const { id } = question.value
    if (id === undefined) return badRequest("'id' is needed: the customer to be verified")
    const data = { ...question.value, id, sent: names.value }
    const outcome = await verifyCustomer(data)
    return outcome.ok
      ? { status: 200, body: writeCustomer(outcome.value) }
      : sayNotVerified(outcome.refusal)
  }
