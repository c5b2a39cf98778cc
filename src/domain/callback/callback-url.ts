import type { Outcome } from '../outcome.ts'
import { accepted, refused } from '../outcome.ts'

/** What the anchor allows as an address for callbacks. Both are false in production. */
export interface CallbackRules {
  readonly allowHttp: boolean
  /** Loopback, private and link-local addresses, for a sandbox on one machine. */
  readonly allowPrivateHosts: boolean
}

export type CallbackUrlRefusal =
  | { readonly code: 'callback_url_malformed' }
  | { readonly code: 'callback_url_insecure' }
  | { readonly code: 'callback_url_private' }

const form = /^(https?):\/\/([^\s/?#@\\]+)([/?][^\s#\\]*)?$/i
const longest = 2000

/**
 * Reads an address that is to be called by us. The text is kept as it was written, because the host is
 * signed as written (SEP-31, "Callback"). Names that lead to a private address are found out when the call
 * is made; here only what can be seen is refused (SEP31-82).
 */
export function readCallbackUrl(
  text: string,
  rules: CallbackRules,
): Outcome<string, CallbackUrlRefusal> {
  const scheme = form.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined || text.length > longest || !URL.canParse(text)) {
    return refused({ code: 'callback_url_malformed' })
  }
  if (scheme === 'http' && !rules.allowHttp) return refused({ code: 'callback_url_insecure' })
  if (!rules.allowPrivateHosts && isPrivateHost(new URL(text).hostname)) {
    return refused({ code: 'callback_url_private' })
  }
  return accepted(text)
}

/** Host and port as they are written in the address: what the signature of a callback covers (SEP31-W28). */
export const writtenHost = (url: string): string => form.exec(url)?.[2] ?? ''

/** Loopback, private, link-local, shared and unspecified addresses, and names that can only be local. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '')
  if (host.startsWith('[')) return isPrivateIpv6(host.slice(1, -1))
  const octets = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host)?.slice(1).map(Number)
  if (octets !== undefined) return isPrivateIpv4(octets)
  return !host.includes('.') || /\.(localhost|local|internal|home\.arpa)$/.test(host)
}

/** First two octets of networks that are not for the public: from, to (both included). */
const privateIpv4 = [
  ['0.0', '0.255'],
  ['10.0', '10.255'],
  ['100.64', '100.127'],
  ['127.0', '127.255'],
  ['169.254', '169.254'],
  ['172.16', '172.31'],
  ['192.0', '192.0'],
  ['192.168', '192.168'],
  ['198.18', '198.19'],
  ['224.0', '255.255'],
].map((range) => range.map((text) => place(text.split('.').map(Number))))

const isPrivateIpv4 = (octets: readonly number[]): boolean =>
  privateIpv4.some(([from = 0, to = 0]) => place(octets) >= from && place(octets) <= to)

function place([first = 0, second = 0]: readonly number[]): number {
  return first * 256 + second
}

/** Global unicast is 2000::/3 alone; what embeds an IPv4 address (6to4, Teredo) is left out of it too. */
const isPrivateIpv6 = (address: string): boolean =>
  !/^[23][0-9a-f]{3}:/.test(address) || /^(2002|2001:0?|2001:db8):/.test(address)
