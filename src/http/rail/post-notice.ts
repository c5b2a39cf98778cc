import type { PayoutNoticeRefusal, ReadPayoutNotice } from '../../usecases/ports/payout-rail.ts'
import type { ReceivePayoutNotice } from '../../usecases/payouts/receive-payout-notice.ts'
import { refuseBody } from '../server/body.ts'
import type { Reply } from '../server/reply.ts'
import { badRequest, notFound, refusal } from '../server/reply.ts'
import type { Route } from '../server/route.ts'

export interface NoticeParts {
  readonly readPayoutNotice: ReadPayoutNotice
  readonly receivePayoutNotice: ReceivePayoutNotice
}

const signed = ['payout-timestamp', 'payout-signature'] as const

/** The bank's webhook `payoutChanged` (docs/payout-rail.openapi.yaml). Signed over the bytes of the body. */
export const postNotice =
  ({ readPayoutNotice, receivePayoutNotice }: NoticeParts): Route =>
  async (request) => {
    const body = await request.body()
    if (!body.ok) return refuseBody(body.refusal)
    if (body.value.kind !== 'json') return badRequest('Send the notice as application/json')
    const headers = Object.fromEntries(signed.map((name) => [name, request.header(name)]))
    const notice = readPayoutNotice(headers, new TextEncoder().encode(body.value.text))
    if (!notice.ok) return refuseNotice(notice.refusal)
    const received = await receivePayoutNotice(notice.value)
    return received.ok
      ? { status: 204 }
      : notFound('No payout was ordered under this idempotency key')
  }

function refuseNotice({ code, message }: PayoutNoticeRefusal): Reply {
  switch (code) {
    case 'bad_signature':
    case 'stale_timestamp':
      return refusal(401, message)
    case 'malformed_notice':
      return badRequest(message)
  }
}
