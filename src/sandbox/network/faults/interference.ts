import type { StoredTransaction } from '../history/stored.ts'
import { ledgerOf } from '../history/toid.ts'
import type {
  Delivered,
  Exchange,
  Handler,
  Interference,
  SightOfReader,
  StreamDrill,
} from '../http/exchange.ts'
import { problemReply } from '../http/listener.ts'
import { Problem } from '../http/problem.ts'
import type { Network } from '../network/network.ts'
import type { Withhold } from './fault.ts'
import type { Asked, EffectOf, FaultRegistry } from './registry.ts'
import { timedOutSubmission } from './submit-timeout.ts'

const REPLIES = ['problem', 'rate_limit', 'bad_gateway', 'hang_up'] as const
const DELIVERIES = ['slow', 'truncate', 'wrong_content_type'] as const

/** Puts the faults in force between the listener and its routes. */
export function createInterference(faults: FaultRegistry, network: Network): Interference {
  let refusedUntil = 0
  return {
    async around(exchange, next) {
      if (exchange.path.startsWith('/_sandbox')) return next(exchange)
      if (isStream(exchange) && Date.now() < refusedUntil) return HANG_UP
      const instead = faults.meet(REPLIES, exchange)
      if (instead) return replyInstead(instead)
      const timeout = isSubmission(exchange) && faults.meet(['submit_timeout'], exchange)
      if (timeout) return timedOutSubmission(timeout, { exchange, next, network })
      return worsened(faults, exchange, next)
    },
    sight: (asked) => sightOf(faults, network, asked),
    stream(exchange) {
      const cut = faults.meet(['stream_cut'], exchange)
      if (cut?.refuseMs !== undefined) refusedUntil = Date.now() + cut.refuseMs
      return streamDrill(faults, exchange, cut)
    },
  }
}

const HANG_UP: Delivered = { status: 0, type: '', body: '', delivery: { hangUp: true } }

function isStream({ headers }: Pick<Exchange, 'headers'>): boolean {
  return (headers.accept ?? '').includes('text/event-stream')
}

function isSubmission({ method, path }: Exchange): boolean {
  return method === 'POST' && (path === '/transactions' || path === '/transactions_async')
}

function replyInstead(effect: EffectOf<(typeof REPLIES)[number]>): Delivered {
  switch (effect.kind) {
    case 'hang_up':
      return HANG_UP
    case 'bad_gateway':
      return {
        status: 502,
        type: 'text/html',
        body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
      }
    case 'problem':
      return {
        ...problemReply(new Problem(effect.problem)),
        ...(effect.headers ? { headers: effect.headers } : {}),
      }
    case 'rate_limit': {
      const reset = String(effect.resetSeconds ?? 1)
      return {
        ...problemReply(new Problem('rate_limit_exceeded')),
        headers: {
          'X-RateLimit-Limit': String(effect.limit ?? 100),
          'X-RateLimit-Remaining': '0',
          'X-RateLimit-Reset': reset,
          'Retry-After': reset,
        },
      }
    }
  }
}

async function worsened(
  faults: FaultRegistry,
  exchange: Exchange,
  next: Handler,
): Promise<Delivered> {
  if (isStream(exchange)) return next(exchange)
  const effect = faults.meet(DELIVERIES, exchange)
  const reply = await answerOf(next, overlapping(faults, exchange))
  switch (effect?.kind) {
    case undefined:
      return reply
    case 'slow':
      return {
        ...reply,
        delivery: { headersAfterMs: effect.headersMs ?? 0, bodyAfterMs: effect.bodyMs ?? 0 },
      }
    case 'truncate':
      return { ...reply, delivery: { cutBody: effect.bytes } }
    case 'wrong_content_type':
      return { ...reply, type: effect.type ?? 'text/plain' }
  }
}

/** A problem is an answer too, also of a path that nobody knows. */
async function answerOf(next: Handler, exchange: Exchange): Promise<Delivered> {
  try {
    return await next(exchange)
  } catch (error) {
    return problemReply(error)
  }
}

/** A page whose first record is the one that the cursor stands on (SBX-102). */
function overlapping(faults: FaultRegistry, exchange: Exchange): Exchange {
  const cursor = exchange.query.get('cursor') ?? ''
  if (!/^[1-9]\d*$/.test(cursor) || !faults.meet(['repeat'], exchange)) return exchange
  const query = new URLSearchParams(exchange.query)
  query.set('cursor', String(BigInt(cursor) - 1n))
  return { ...exchange, query }
}

function streamDrill(
  faults: FaultRegistry,
  exchange: Exchange,
  cut: EffectOf<'stream_cut'> | undefined,
): StreamDrill {
  const repeat = faults.meet(['repeat'], exchange)
  const error = faults.meet(['stream_error'], exchange)
  return {
    ...(cut?.afterBytes === undefined ? {} : { cutAfterBytes: cut.afterBytes }),
    ...(cut?.afterRecords === undefined ? {} : { cutAfterRecords: cut.afterRecords }),
    ...(repeat ? { repeat: repeat.records } : {}),
    ...(error ? { error: new Problem(error.problem ?? 'rate_limit_exceeded').toJSON() } : {}),
  }
}

function sightOf(faults: FaultRegistry, network: Network, asked: Asked): SightOfReader {
  if (asked.method !== 'GET') return {}
  const stale = faults.meet(['stale'], asked)
  const withheld = faults.meet(['withhold'], asked)
  return {
    ...(stale ? { ledgersAgo: stale.ledgers } : {}),
    ...(withheld && (withheld.pages || isStream(asked))
      ? { withheld: (id) => isWithheld(withheld, network, id) }
      : {}),
  }
}

function isWithheld({ hash, ledgers }: Withhold, network: Network, id: bigint): boolean {
  const { history } = network
  const transaction: StoredTransaction | undefined = history.transaction(hash)
  if (!transaction || id >> 12n !== transaction.id >> 12n) return false
  return ledgers === undefined || history.latest < ledgerOf(transaction.id) + ledgers
}
