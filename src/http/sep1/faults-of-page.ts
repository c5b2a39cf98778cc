import { isAccount } from '../../domain/client/account-address.ts'
import { homeDomainLength, readHost } from '../../domain/client/host.ts'
import type { Currency, HomePage } from './description.ts'
import { serviceKeys } from './description.ts'
import { writeStellarToml } from './write-stellar-toml.ts'

/** Readers disagree on 100,000 and 102,400 (SEP01-04). */
const bytesMax = 100_000

/** Everything that is wrong with what would be published; the gateway does not start with any. */
export function faultsOfPage(page: HomePage): readonly string[] {
  const faults = [
    ...faultsOfGlobals(page),
    ...faultsOfServices(page),
    ...faultsOfDocumentation(page),
    ...page.currencies.flatMap((currency) => faultsOfCurrency(currency, page)),
    ...duplicateCurrencies(page.currencies),
  ]
  if (Buffer.byteLength(writeStellarToml(page)) > bytesMax) {
    faults.push(`the file has more than ${bytesMax} bytes`)
  }
  return faults.map((fault) => `stellar.toml: ${fault}`)
}

function when(isFault: boolean, fault: string): readonly string[] {
  return isFault ? [fault] : []
}

function faultsOfGlobals(page: HomePage): readonly string[] {
  const domain = readHost(page.homeDomain)
  return [
    ...when(page.networkPassphrase === '', 'NETWORK_PASSPHRASE is empty'),
    ...when(!isAccount(page.signingKey), 'SIGNING_KEY is no valid account, G…'),
    ...when(domain === undefined, `${page.homeDomain} is no host name`),
    ...when(page.homeDomain.length > homeDomainLength, 'the home domain has more than 59 bytes'),
    ...page.accounts
      .filter((account) => !isAccount(account))
      .map((account) => `ACCOUNTS: ${account} is no valid account, G…`),
    ...faultsOfUrl('the base URL', page.baseUrl, page),
    ...(page.horizonUrl === undefined ? [] : faultsOfUrl('HORIZON_URL', page.horizonUrl, page)),
  ]
}

function faultsOfServices({ services, baseUrl }: HomePage): readonly string[] {
  const offers = (service: HomePage['services'][number]) => services.includes(service)
  const needsLogin = services.some((service) => service !== 'sep38')
  return [
    ...when(offers('sep31') && !offers('sep12'), 'DIRECT_PAYMENT_SERVER needs KYC_SERVER (SEP-12)'),
    ...when(needsLogin && !offers('sep10'), 'the services need WEB_AUTH_ENDPOINT (SEP-10)'),
    ...when(/[?#]/.test(`${baseUrl}${serviceKeys.sep10.path}`), 'WEB_AUTH_ENDPOINT has a query'),
  ]
}

function faultsOfUrl(name: string, url: string, page: HomePage): readonly string[] {
  if (!URL.canParse(url)) return [`${name} is no URL: ${url}`]
  const { protocol } = new URL(url)
  const isSafe = protocol === 'https:' || (page.allowHttp === true && protocol === 'http:')
  return [
    ...when(!isSafe, `${name} has to begin with https://`),
    ...when(url.endsWith('/'), `${name} must not end with a slash`),
  ]
}

/** Attestations and the address of the organisation have to lie on its own domain (SEP01-29 to 32). */
function faultsOfDocumentation(page: HomePage): readonly string[] {
  const { documentation } = page
  const organisation = documentation['ORG_URL']
  const host =
    organisation !== undefined && URL.canParse(organisation)
      ? new URL(organisation).host
      : undefined
  const urls = [
    'ORG_URL',
    'ORG_LOGO',
    'ORG_PHYSICAL_ADDRESS_ATTESTATION',
    'ORG_PHONE_NUMBER_ATTESTATION',
  ]
  const given = urls.flatMap((name) => {
    const url = documentation[name]
    return url === undefined ? [] : [{ name, url }]
  })
  const phone = documentation['ORG_PHONE_NUMBER']
  const email = documentation['ORG_OFFICIAL_EMAIL']
  return [
    ...when(!documentation['ORG_NAME'], 'DOCUMENTATION needs ORG_NAME'),
    ...Object.entries(documentation)
      .filter(([, value]) => value === '')
      .map(([name]) => `${name} is empty; leave it out`),
    ...given.flatMap(({ name, url }) => faultsOfUrl(name, url, page)),
    ...when(host !== undefined && host !== page.homeDomain, 'ORG_URL is not on the home domain'),
    ...given
      .filter(
        ({ name, url }) =>
          name.endsWith('_ATTESTATION') && URL.canParse(url) && new URL(url).host !== host,
      )
      .map(({ name }) => `${name} is not on the domain of ORG_URL`),
    ...when(
      phone !== undefined && !/^\+[1-9]\d{1,14}$/.test(phone),
      'ORG_PHONE_NUMBER is not E.164',
    ),
    ...when(
      email !== undefined && !email.endsWith(`@${host?.replace(/:\d+$/, '')}`),
      'ORG_OFFICIAL_EMAIL is not at the domain of ORG_URL',
    ),
  ]
}

function faultsOfCurrency(currency: Currency, page: HomePage): readonly string[] {
  const faults = [
    ...faultsOfIdentity(currency),
    ...faultsOfTerms(currency),
    ...urlsOf(currency).flatMap(([name, url]) => faultsOfUrl(name, url, page)),
  ]
  return faults.map((fault) => `CURRENCIES: ${currency.code}: ${fault}`)
}

function faultsOfIdentity({ code, issuer, contract }: Currency): readonly string[] {
  const isNative = code === 'native' && issuer === undefined && contract === undefined
  const hasOne = (issuer === undefined) !== (contract === undefined)
  return [
    ...when(!/^[A-Za-z0-9]{1,12}$/.test(code), 'code has 1 to 12 letters and digits'),
    ...when(!isNative && !hasOne, 'give issuer or contract'),
    ...when(issuer !== undefined && !isAccount(issuer), 'issuer is no valid account, G…'),
  ]
}

// The configuration comes from outside; types alone do not hold it (SEP01-41, SEP01-43).
const statuses: ReadonlySet<string> = new Set(['live', 'dead', 'test', 'private'])
const kinds: ReadonlySet<string> = new Set([
  'fiat',
  'crypto',
  'stock',
  'bond',
  'commodity',
  'realestate',
  'other',
])

function faultsOfTerms(currency: Currency): readonly string[] {
  const { name = '', code_template: template = '', display_decimals: decimals = 0 } = currency
  const policies = [currency.fixed_number, currency.max_number, currency.is_unlimited]
  const hasServer = currency.approval_server !== undefined
  return [
    ...when(!statuses.has(currency.status), `status ${currency.status} is none of SEP-1`),
    ...when(!kinds.has(currency.anchor_asset_type), 'anchor_asset_type is none of SEP-1'),
    ...when(currency.desc === '', 'desc is empty'),
    ...when(name.length > 20, 'name has more than 20 characters'),
    ...when(template.length > 12, 'code_template has more than 12 characters'),
    ...when(!/^[0-7]$/.test(`${decimals}`), 'display_decimals is a whole number from 0 to 7'),
    ...when(
      policies.filter((policy) => policy !== undefined).length > 1,
      'give one of fixed_number, max_number, is_unlimited',
    ),
    ...when(currency.regulated === true && !hasServer, 'regulated needs approval_server'),
  ]
}

const urlsOf = (currency: Currency) =>
  Object.entries({
    image: currency.image,
    attestation_of_reserve: currency.attestation_of_reserve,
    approval_server: currency.approval_server,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined)

function duplicateCurrencies(currencies: readonly Currency[]): readonly string[] {
  const names = currencies.map(
    ({ code, issuer, contract }) => `${code}:${issuer ?? contract ?? ''}`,
  )
  return names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `CURRENCIES: ${name} is listed twice`)
}
