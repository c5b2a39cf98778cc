import { languageOf } from '../../domain/transaction/language.ts'
import type { FindCustomer } from '../../usecases/customers/find-customer.ts'
import { refuseBody } from '../server/body.ts'
import type { ClientRoute } from '../server/route.ts'
import { sayNotLocated } from './refusals.ts'
import { namesOfQuery, readQuestion, writeCustomer } from './wire.ts'

/** SEP-12 GET customer. */
export const getCustomer =
  (findCustomer: FindCustomer): ClientRoute =>
  async (request) => {
    const question = readQuestion(request, namesOfQuery(request.query))
    if (!question.ok) return refuseBody(question.refusal)
    const outcome = await findCustomer(question.value)
    return outcome.ok
      ? { status: 200, body: writeCustomer(outcome.value, languageOf(request.query.get('lang'))) }
      : sayNotLocated(outcome.refusal)
  }
