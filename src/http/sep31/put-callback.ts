import type { SetTransactionCallback } from '../../usecases/transactions/set-transaction-callback.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest } from '../server/reply.ts'
import type { ClientRoute } from '../server/route.ts'
import { transactionNotFound } from './get-transaction.ts'
import { readObject } from './read-json.ts'

/** SEP-31 PUT Transaction Callback. */
export const putCallback =
  (setTransactionCallback: SetTransactionCallback): ClientRoute =>
  async (request) => {
    const body = await readObject(request)
    if (!body.ok) return body.refusal.reply
    const { url } = body.value.value
    if (typeof url !== 'string') return badRequest('url is missing: send an https address')
    const outcome = await setTransactionCallback({
      principal: request.principal,
      id: request.params.get('id') ?? '',
      url,
    })
    return outcome.ok ? { status: 204 } : sayRefusal(outcome.refusal)
  }

type CallbackRefused = Extract<
  Awaited<ReturnType<SetTransactionCallback>>,
  { readonly ok: false }
>['refusal']

function sayRefusal({ code }: CallbackRefused): Reply {
  switch (code) {
    case 'not_found':
      return transactionNotFound()
    case 'callback_url_malformed':
      return badRequest(
        'url must be an absolute https address of at most 2000 characters, without user or fragment',
      )
    case 'callback_url_insecure':
      return badRequest('url must begin with https://')
    case 'callback_url_private':
      return badRequest('url must not lead to a private or local network')
  }
}
