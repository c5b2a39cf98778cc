const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const hostPattern = new RegExp(`^${label}(?:\\.${label})*(?::[1-9][0-9]{0,4})?$`, 'i')

/** The value of a data entry holds 64 bytes, and the domain is written into one (SEP10-47). */
const hostLength = 64

/**
 * Reads a bare host name with an optional port into lower case; undefined for anything else: a scheme,
 * a path, a user, blanks, an IPv6 address, more than 64 bytes (SEP01-55, SEP10-47). Looked at as it was
 * written: the lower case of other signs may be a letter (K for kelvin is one).
 */
export function readHost(text: string): string | undefined {
  return text.length <= hostLength && hostPattern.test(text) ? text.toLowerCase() : undefined
}

/** `"<home domain> auth"` has to fit into the 64 bytes of a data name (SEP10-04). */
export const homeDomainLength = 59

/**
 * The home domain, in the lower-case form of the configuration, that `asked` names; undefined when it
 * is none of ours. A pattern may begin with `*.`, which stands for one label or more; labels are
 * compared whole, and what the caller wrote never becomes part of a pattern (SEP10-27 to 29).
 */
export function matchHomeDomain(patterns: readonly string[], asked: string): string | undefined {
  const host = readHost(asked)
  if (host === undefined || host.length > homeDomainLength) return undefined
  return patterns.some((pattern) => covers(pattern.toLowerCase(), host)) ? host : undefined
}

/** The domain meant when the caller names none: the first that is no pattern (SEP10-07, SEP10-26). */
export const defaultHomeDomain = (patterns: readonly string[]): string | undefined =>
  patterns.find((pattern) => !pattern.startsWith('*.'))?.toLowerCase()

/** A host that was read begins with no point, so a label or more stands before the end of a pattern. */
function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host
}
