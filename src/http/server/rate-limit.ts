import ipaddr from 'ipaddr.js'

/** Counts requests of one kind per caller; answers the seconds to wait once there were too many. */
export type RateLimit = (caller: string) => number | undefined

export interface RateLimitParts {
  readonly requestsPerMinute: number
  readonly now: () => Date
}

/** Callers remembered at once; beyond that the oldest are forgotten, so that the memory is bounded. */
const callersMax = 50_000
const windowMs = 60_000

/**
 * A limit per process: each caller has a window of a minute that begins with its first request. Several
 * gateways together let through as many times more (SEP10-31).
 */
export function createRateLimit({ requestsPerMinute, now }: RateLimitParts): RateLimit {
  const windows = new Map<string, { readonly endsAt: number; count: number }>()
  return (caller) => {
    const at = now().getTime()
    const known = windows.get(caller)
    if (known !== undefined && known.endsAt > at) {
      known.count += 1
      return known.count > requestsPerMinute ? Math.ceil((known.endsAt - at) / 1_000) : undefined
    }
    windows.delete(caller)
    const [oldest] = windows.keys()
    if (windows.size >= callersMax && oldest !== undefined) windows.delete(oldest)
    windows.set(caller, { endsAt: at + windowMs, count: 1 })
    return undefined
  }
}

/** Whom an address stands for: an IPv6 caller owns a whole /64, in whatever spelling. */
export function callerOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6
    ? parsed.toByteArray().slice(0, 8).join('.')
    : parsed.toString()
}
