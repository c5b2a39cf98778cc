import { stringify } from 'smol-toml'
import type { HomePage } from './description.ts'
import { serviceKeys } from './description.ts'

/** The version of SEP-1 that the file follows (SEP01-12). */
const sepVersion = '2.7.0'

/**
 * The text of stellar.toml: global keys first, then the tables; services that are off have no key. Only
 * texts, whole numbers, booleans and arrays of texts are written, which parsers of TOML 0.4 and 1.0 read
 * alike (SEP01-05, SEP01-06, SEP01-26).
 */
export function writeStellarToml(page: HomePage): string {
  const services = Object.entries(serviceKeys)
    .filter(([service]) => page.services.some((offered) => offered === service))
    .map(([, { key, path }]) => [key, `${page.baseUrl}${path}`])
  return stringify({
    VERSION: sepVersion,
    NETWORK_PASSPHRASE: page.networkPassphrase,
    ...Object.fromEntries(services),
    SIGNING_KEY: page.signingKey,
    ...(page.horizonUrl !== undefined && { HORIZON_URL: page.horizonUrl }),
    ACCOUNTS: [...page.accounts],
    DOCUMENTATION: { ...page.documentation },
    ...(page.principals !== undefined &&
      page.principals.length > 0 && { PRINCIPALS: page.principals.map((one) => ({ ...one })) }),
    CURRENCIES: page.currencies.map((currency) => ({ ...currency })),
  })
}
