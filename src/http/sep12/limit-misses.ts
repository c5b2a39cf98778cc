import type { ClientRoute } from '../server/route.ts'

/** Not-found answers a minute and client; more is guessing. */
const missesMax = 60
const windowMs = 60_000
/** Clients remembered at once, so that the memory is bounded. */
const clientsMax = 10_000

/**
 * Makes a bound on guesses of ids (SEP12-136): a client that asked in vain too often within a minute is
 * answered 429 by every route that shares the bound, until the minute is over.
 */
export function limitMisses(now: () => Date): (route: ClientRoute) => ClientRoute {
  const windows = new Map<string, { readonly endsAt: number; misses: number }>()

  const note = (account: string, at: number): void => {
    const known = windows.get(account)
    if (known !== undefined && known.endsAt > at) {
      known.misses += 1
      return
    }
    windows.delete(account)
    const [oldest] = windows.keys()
    if (windows.size >= clientsMax && oldest !== undefined) windows.delete(oldest)
    windows.set(account, { endsAt: at + windowMs, misses: 1 })
  }

  return (route) => async (request) => {
    const at = now().getTime()
    const { account } = request.principal
    const known = windows.get(account)
    if (known !== undefined && known.endsAt > at && known.misses >= missesMax) {
      return {
        status: 429,
        body: { error: 'Too much was asked for that is not there; wait a minute' },
        headers: { 'retry-after': String(Math.ceil((known.endsAt - at) / 1000)) },
      }
    }
    const reply = await route(request)
    if (reply.status === 404) note(account, at)
    return reply
  }
}
