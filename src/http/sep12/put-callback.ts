import type { SetCustomerCallback } from '../../usecases/customers/set-customer-callback.ts'
import { refuseBody } from '../server/body.ts'
import { badRequest } from '../server/reply.ts'
import type { ClientRoute } from '../server/route.ts'
import { readBodyNames } from './read-body.ts'
import { sayCallbackNotSet } from './refusals.ts'
import { readQuestion } from './wire.ts'

/** SEP-12 PUT customer callback. */
export const putCallback =
  (setCustomerCallback: SetCustomerCallback): ClientRoute =>
  async (request) => {
    const names = await readBodyNames(request)
    if (!names.ok) return refuseBody(names.refusal)
    const question = readQuestion(request, names.value)
    if (!question.ok) return refuseBody(question.refusal)
    const url = names.value.get('url')
    if (url?.kind !== 'text') return badRequest("'url' is needed, as text")
    const outcome = await setCustomerCallback({ ...question.value, url: url.text })
    return outcome.ok ? { status: 200, body: {} } : sayCallbackNotSet(outcome.refusal)
  }
