import {
  PayoutAccessRefused,
  PayoutCallRefused,
  PayoutKeyReused,
  PayoutOutcomeUnknown,
  PayoutRailUnavailable,
} from '../../../usecases/ports/payout-rail.ts'
import { readPayout, wireError, wireFound, wirePayout, writeOrder } from './payout-on-wire.ts'
import { railCaller } from './rail-call.ts'
import type { PayoutRail, PayoutReply } from '../../../usecases/ports/payout-rail.ts'
import type { RailAnswer, RailCallOptions, RailCaller } from './rail-call.ts'
import type { WirePayout } from './payout-on-wire.ts'

export interface HttpPayoutRail extends PayoutRail {
  /** Closes the connections; calls under way end first. */
  close(): Promise<void>
}

/** Client of the rail in docs/payout-rail.openapi.yaml. What it cannot read it does not believe. */
export function httpPayoutRail(options: RailCallOptions): HttpPayoutRail {
  const caller = railCaller(options)
  return {
    send: async (order) => {
      const key = checkedKey(order.idempotencyKey)
      const body = writeOrder(order)
      const answer = await caller.call({
        method: 'POST',
        path: '/payouts',
        idempotencyKey: key,
        body,
      })
      return readPayout(payoutIn(answer, key))
    },
    find: async (key) => {
      const payout = await findByKey(caller, checkedKey(key))
      return payout === undefined ? undefined : readPayout(payout)
    },
    cancel: async (key) => {
      const payout = await findByKey(caller, checkedKey(key))
      if (payout === undefined) return 'unknown'
      const answer = await caller.call({ method: 'POST', path: `/payouts/${payout.id}/cancel` })
      if (errorCode(answer) === 'too_late') return 'too_late'
      if (errorCode(answer) === 'unknown_payout') return 'unknown'
      if (isCancelled(readPayout(payoutIn(answer, key)))) return 'cancelled'
      throw new PayoutOutcomeUnknown('The bank answered a cancellation with an uncancelled payout')
    },
    close: () => caller.close(),
  }
}

/** The payout in the answer to a call that may have moved money, or the error that tells how sure we are. */
function payoutIn(answer: RailAnswer, key: string): WirePayout {
  if (answer.kind === 'lost') {
    throw new PayoutOutcomeUnknown('The answer of the bank was lost', { cause: answer.cause })
  }
  refuseUnlessTaken(answer)
  const reading = wirePayout.safeParse(answer.json)
  const isGood = answer.status === 200 || answer.status === 201
  if (!isGood || !reading.success) {
    const cause = reading.error
    throw new PayoutOutcomeUnknown(`The bank answered ${answer.status} with no payout in it`, {
      cause,
    })
  }
  if (reading.data.idempotency_key !== key) {
    throw new PayoutOutcomeUnknown('The bank answered with the payout of another key')
  }
  return reading.data
}

async function findByKey(caller: RailCaller, key: string): Promise<WirePayout | undefined> {
  const path = `/payouts?idempotency_key=${encodeURIComponent(key)}`
  const answer = await caller.call({ method: 'GET', path })
  if (answer.kind === 'lost') {
    throw new PayoutRailUnavailable('The bank did not answer', { cause: answer.cause })
  }
  refuseUnlessTaken(answer)
  const reading = wireFound.safeParse(answer.json)
  // An empty list is the bank's word that nothing was done, so nothing else is taken for it.
  if (answer.status !== 200 || !reading.success) {
    const cause = reading.error
    throw new PayoutRailUnavailable(`The bank answered ${answer.status} with no list of payouts`, {
      cause,
    })
  }
  const payout = reading.data.payouts[0]
  if (payout !== undefined && payout.idempotency_key !== key) {
    throw new PayoutRailUnavailable('The bank found the payout of another key')
  }
  return payout
}

type Answered = Extract<RailAnswer, { kind: 'answered' }>

/** Throws when the bank certainly did nothing; a proxy's bare 503 is no such word, the rail's own code is. */
function refuseUnlessTaken(
  answer: Exclude<RailAnswer, { kind: 'lost' }>,
): asserts answer is Answered {
  if (answer.kind === 'not_sent') {
    throw new PayoutRailUnavailable('The bank cannot be reached', { cause: answer.cause })
  }
  const said = wireError.safeParse(answer.json).data?.error
  if (isTurnedAway(answer.status, said?.code)) {
    const { status, retryAfterSeconds } = answer
    throw new PayoutRailUnavailable(`The bank takes no calls at the moment (${status})`, {
      retryAfterSeconds,
    })
  }
  if (answer.status < 400 || answer.status >= 500 || said === undefined) return
  throw refusalOf(answer.status, said)
}

function refusalOf(
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
): PayoutCallRefused {
  if (status === 401 || status === 403) return new PayoutAccessRefused(code, message)
  return code === 'key_reused' ? new PayoutKeyReused(message) : new PayoutCallRefused(code, message)
}

const isTurnedAway = (status: number, code: string | undefined): boolean =>
  status === 429 || (status === 503 && code === 'unavailable')

function errorCode(answer: RailAnswer): string | undefined {
  if (answer.kind !== 'answered') return undefined
  if (answer.status !== 404 && answer.status !== 409) return undefined
  return wireError.safeParse(answer.json).data?.error.code
}

const isCancelled = (reply: PayoutReply): boolean =>
  reply.state === 'rejected' && reply.reason === 'cancelled'

function checkedKey(key: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(key)) return key
  const message = 'An idempotency key is 1 to 128 printable ASCII characters without spaces'
  throw new PayoutCallRefused('malformed_key', message)
}
