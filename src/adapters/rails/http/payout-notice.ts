import { accepted, refused } from '../../../domain/outcome.ts'
import { readPayout, wireNotice } from './payout-on-wire.ts'
import { isWebhookSigned } from './signature.ts'
import type { ReadPayoutNotice } from '../../../usecases/ports/payout-rail.ts'

export interface PayoutNoticeOptions {
  readonly secret: string
  readonly now: () => Date
  /** How far the bank's clock may be off, and how long a notice can be replayed. */
  readonly toleranceSeconds?: number
}

/** Reads the webhook `payoutChanged` of docs/payout-rail.openapi.yaml. */
export const payoutNoticeReader =
  ({ secret, now, toleranceSeconds = 300 }: PayoutNoticeOptions): ReadPayoutNotice =>
  (headers, body) => {
    const timestamp = textOf(headers['payout-timestamp'])
    const header = textOf(headers['payout-signature'])
    if (!isWebhookSigned(secret, { header, timestamp, body })) {
      const message = 'Payout-Signature does not fit Payout-Timestamp and the body.'
      return refused({ code: 'bad_signature', message })
    }
    const ageSeconds = Math.abs(now().getTime() / 1000 - Number(timestamp))
    if (!(ageSeconds <= toleranceSeconds)) {
      const message = `Payout-Timestamp has to be within ${toleranceSeconds} s of now.`
      return refused({ code: 'stale_timestamp', message })
    }
    const reading = wireNotice.safeParse(parseJson(body))
    if (!reading.success) {
      const message = 'The body has to be a JSON object with the payout as the bank tells it.'
      return refused({ code: 'malformed_notice', message })
    }
    const { payout } = reading.data
    return accepted({ idempotencyKey: payout.idempotency_key, reply: readPayout(payout) })
  }

const textOf = (header: string | readonly string[] | undefined): string =>
  typeof header === 'string' ? header : ''

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
