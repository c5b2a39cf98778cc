import type { Agreement } from '../../domain/client/agreement.ts'
import { defaultHomeDomain, homeDomainLength, readHost } from '../../domain/client/host.ts'
import type { ClientDomainRules } from './verify-client-domain.ts'

/** What a login looks like at one public address of ours. */
export interface LoginSettings {
  /** `WEB_AUTH_ENDPOINT`, exactly as it is published. */
  readonly endpoint: string
  /** Host, and port unless it is the default one, of the endpoint (SEP10-06). */
  readonly webAuthDomain: string
  /** Domains, and patterns that begin with `*.`; the first that is no pattern is the default. */
  readonly homeDomains: readonly string[]
  readonly agreement: Agreement
  readonly clientDomains: ClientDomainRules
  /** Whether a client has to sign its request for a challenge (SEP10-32). */
  readonly requireClientToken: boolean
  readonly challengeLifetimeSeconds: number
}

/** Everything in the settings that would make challenges nobody can use; start-up refuses any. */
export function faultsOfLogin(settings: LoginSettings): readonly string[] {
  const { endpoint, webAuthDomain, homeDomains } = settings
  const faults: string[] = []
  if (!URL.canParse(endpoint) || new URL(endpoint).host !== webAuthDomain) {
    faults.push(`web_auth_domain ${webAuthDomain} is not the host of ${endpoint}`)
  }
  if (readHost(webAuthDomain) === undefined) {
    faults.push(`web_auth_domain ${webAuthDomain} is no host name of at most 64 bytes`)
  }
  if (/[?#]|\/$/.test(endpoint))
    faults.push(`${endpoint} must not have a query or end with a slash`)
  for (const pattern of homeDomains) {
    const host = readHost(pattern.replace(/^\*\./, ''))
    if (host === undefined || host.length > homeDomainLength) {
      faults.push(`home domain ${pattern} is no host name of at most ${homeDomainLength} bytes`)
    }
  }
  if (homeDomains.length === 0) faults.push('there is no home domain')
  else if (defaultHomeDomain(homeDomains) === undefined) {
    faults.push('one home domain has to be no pattern, for clients that name none')
  }
  return faults.map((fault) => `login: ${fault}`)
}
