import { lookup } from 'node:dns/promises'
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'
import ipaddr from 'ipaddr.js'
import { Agent, request } from 'undici'
import { isPublicAddress } from './public-address.ts'

export interface GuardedFetchParts {
  /**
   * Hosts (`name` or `name:port`) that may lead to private addresses, and be called without TLS. For the sandbox and for callbacks
   * inside an anchor's own network; never for names that others choose.
   */
  readonly allowPrivateHosts?: readonly string[]
  /** Authorities trusted beside the usual ones, as PEM (the sandbox's own). */
  readonly extraCertificates?: readonly string[]
  readonly timeouts?: Partial<Timeouts>
  /** Finds the addresses of a name; DNS by default. */
  readonly resolve?: (hostName: string) => Promise<readonly LookupAddress[]>
}

interface Timeouts {
  readonly connectMs: number
  readonly readMs: number
  readonly totalMs: number
}

export interface GuardedRequest {
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Largest answer, after decompression; 100 KB by default. */
  readonly bytesMax?: number
}

export interface GuardedAnswer {
  readonly status: number
  readonly bytes: Uint8Array
}

/** Why nothing was fetched. For logs; what came back is not in it (SEP01-56). */
export type FetchFault =
  | 'not_https'
  | 'not_a_host'
  | 'not_public'
  | 'too_large'
  | 'compressed'
  | 'timed_out'
  | 'unreachable'

export class FetchRefused extends Error {
  override readonly name = 'FetchRefused'
  readonly fault: FetchFault

  constructor(fault: FetchFault, cause?: unknown) {
    super(`The address could not be fetched: ${fault}`, { cause })
    this.fault = fault
  }
}

export interface GuardedFetch {
  /**
   * Calls an address that somebody else chose: https only, public addresses only - each checked, and the
   * checked ones connected to - no redirect followed, little read, soon given up.
   * @throws FetchRefused; any status, a redirect too, is an answer.
   */
  readonly fetch: (asked: GuardedRequest) => Promise<GuardedAnswer>
  readonly close: () => Promise<void>
}

const defaultTimeouts: Timeouts = { connectMs: 5_000, readMs: 10_000, totalMs: 15_000 }

/** 100 KB as generous readers count it (SEP01-52). */
export const defaultBytesMax = 102_400

export function guardedFetch(parts: GuardedFetchParts = {}): GuardedFetch {
  const timeouts = { ...defaultTimeouts, ...parts.timeouts }
  const resolve = parts.resolve ?? ((name: string) => lookup(name, { all: true }))
  const isAllowed = (url: URL) =>
    parts.allowPrivateHosts?.some((host) => host === url.host || host === url.hostname) ?? false
  const agentFor = (mayBePrivate: boolean) =>
    new Agent({
      connect: {
        timeout: timeouts.connectMs,
        lookup: guardedLookup(resolve, mayBePrivate),
        ...(parts.extraCertificates && { ca: [...rootCertificates, ...parts.extraCertificates] }),
      },
      headersTimeout: timeouts.readMs,
      bodyTimeout: timeouts.readMs,
      allowH2: false,
    })
  const agents = { guarded: agentFor(false), open: agentFor(true) }
  return {
    async fetch(asked) {
      const url = readUrl(asked.url)
      const mayBePrivate = isAllowed(url)
      if (url.protocol !== 'https:' && !mayBePrivate) throw new FetchRefused('not_https')
      // The lookup is not asked about addresses, only about names.
      if (!mayBePrivate && isAddress(url) && !isPublicAddress(bare(url.hostname))) {
        throw new FetchRefused('not_public')
      }
      try {
        return await call(asked, mayBePrivate ? agents.open : agents.guarded, timeouts.totalMs)
      } catch (failure) {
        throw asRefusal(failure)
      }
    },
    async close() {
      await Promise.all([agents.guarded.destroy(), agents.open.destroy()])
    },
  }
}

/** Only a spelling that means the same to everybody: what URL makes of it is what was written. */
function readUrl(text: string): URL {
  if (!URL.canParse(text)) throw new FetchRefused('not_a_host')
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) throw new FetchRefused('not_https')
  const written = /^https?:\/\/([^/?#]*)/i.exec(text)?.[1]
  if (written?.toLowerCase() !== url.host) throw new FetchRefused('not_a_host')
  return url
}

const bare = (hostName: string): string => hostName.replace(/^\[(.*)\]$/, '$1')

const isAddress = (url: URL): boolean => ipaddr.isValid(bare(url.hostname))

/** One private address among them is enough to refuse; the checked ones are what is connected to. */
function guardedLookup(
  resolve: NonNullable<GuardedFetchParts['resolve']>,
  mayBePrivate: boolean,
): LookupFunction {
  return (hostName, options, callback) => {
    resolve(hostName).then(
      (addresses) => {
        const [first] = addresses
        const isRefused =
          !mayBePrivate && addresses.some(({ address }) => !isPublicAddress(address))
        if (isRefused || first === undefined) {
          callback(new FetchRefused(isRefused ? 'not_public' : 'unreachable'), '', 0)
        } else if (options.all === true) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (cause: unknown) => callback(new FetchRefused('unreachable', cause), '', 0),
    )
  }
}

async function call(
  asked: GuardedRequest,
  dispatcher: Agent,
  totalMs: number,
): Promise<GuardedAnswer> {
  const { statusCode, headers, body } = await request(asked.url, {
    dispatcher,
    method: asked.method ?? 'GET',
    headers: { 'accept-encoding': 'identity', ...asked.headers },
    signal: AbortSignal.timeout(totalMs),
    ...(asked.body !== undefined && { body: asked.body }),
  })
  // undici reports a body that was left unread as an error of the stream; nobody else would catch it.
  body.on('error', () => undefined)
  try {
    // Nothing compressed was asked for, so that what is counted is what there is.
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      throw new FetchRefused('compressed')
    }
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > (asked.bytesMax ?? defaultBytesMax)) throw new FetchRefused('too_large')
      chunks.push(chunk)
    }
    return { status: statusCode, bytes: Buffer.concat(chunks) }
  } finally {
    body.destroy()
  }
}

function asRefusal(failure: unknown): FetchRefused {
  if (failure instanceof FetchRefused) return failure
  const { name, cause, code } = failure as { name?: string; cause?: unknown; code?: string }
  if (cause instanceof FetchRefused) return cause
  const isTimeout = name === 'TimeoutError' || /TIMEOUT/.test(code ?? '')
  return new FetchRefused(isTimeout ? 'timed_out' : 'unreachable', failure)
}
