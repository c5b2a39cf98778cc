import { parse } from 'smol-toml'
import { isAccount } from '../../domain/client/account-address.ts'
import { readHost } from '../../domain/client/host.ts'
import type { Outcome } from '../../domain/outcome.ts'
import { accepted, refused } from '../../domain/outcome.ts'
import type { HomePageLookup } from '../../usecases/ports/home-page-lookup.ts'
import type { GuardedFetch } from './guarded-fetch.ts'
import { FetchRefused } from './guarded-fetch.ts'

export interface HomePagesParts {
  readonly fetch: GuardedFetch['fetch']
  readonly now: () => Date
  /** Told why a file could not be used; nothing of its content (SEP01-56). */
  readonly onRefused?: (fields: { readonly domain: string; readonly fault: string }) => void
}

type Found = Awaited<ReturnType<HomePageLookup['signingKeyOf']>>

const keptMs = { accepted: 300_000, refused: 15_000 }
const keptMax = 1_000

/** Reads `SIGNING_KEY` of other domains, remembering answers for minutes and refusals for seconds. */
export function homePages({ fetch, now, onRefused }: HomePagesParts): HomePageLookup {
  const kept = new Map<string, { readonly found: Promise<Found>; until: number }>()
  const find = async (domain: string): Promise<Found> => {
    const read = await readKey(domain, fetch)
    if (read.ok) return read
    onRefused?.({ domain, fault: read.refusal.fault })
    return refused({ code: read.refusal.code })
  }
  return {
    async signingKeyOf(asked) {
      const domain = readHost(asked)
      if (domain === undefined) return refused({ code: 'unreachable' })
      const known = kept.get(domain)
      if (known !== undefined && known.until > now().getTime()) return known.found
      const [oldest] = kept.keys()
      if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest)
      const entry = { found: find(domain), until: now().getTime() + keptMs.accepted }
      kept.set(domain, entry)
      try {
        const found = await entry.found
        if (!found.ok) entry.until = now().getTime() + keptMs.refused
        return found
      } catch (fault) {
        entry.until = 0 // a fault of ours says nothing about the domain
        throw fault
      }
    },
  }
}

type PageRefusal = { readonly code: 'unreachable' | 'no_signing_key'; readonly fault: string }

async function readKey(
  domain: string,
  fetch: GuardedFetch['fetch'],
): Promise<Outcome<string, PageRefusal>> {
  try {
    const answer = await fetch({ url: `https://${domain}/.well-known/stellar.toml` })
    if (answer.status < 200 || answer.status > 299) {
      return refused({ code: 'unreachable', fault: `status ${answer.status}` })
    }
    return keyIn(answer.bytes)
  } catch (failure) {
    if (!(failure instanceof FetchRefused)) throw failure
    return refused({ code: 'unreachable', fault: failure.fault })
  }
}

function keyIn(bytes: Uint8Array): Outcome<string, PageRefusal> {
  let key: unknown
  try {
    // A byte-order mark is stripped by the decoder.
    key = parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))['SIGNING_KEY']
  } catch {
    return refused({ code: 'no_signing_key', fault: 'not TOML' })
  }
  return typeof key === 'string' && isAccount(key)
    ? accepted(key)
    : refused({ code: 'no_signing_key', fault: 'no valid SIGNING_KEY' })
}
