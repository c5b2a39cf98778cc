import type { AssetPolicy } from '../domain/asset/asset-policy.ts'
import { readAssets } from './assets.ts'
import { readConnections, readLogLevel } from './connections.ts'
import { configFileSchema } from './config-file.ts'
import type { ConfigFile } from './config-file.ts'
import type { Environment } from './env.ts'
import { environmentNames } from './env.ts'
import { ConfigurationFaulty } from './faults.ts'
import { readSecrets } from './secrets.ts'
import type { Secrets } from './secrets.ts'

/** One public address of the gateway with the home domain it speaks for by default. */
export interface Site {
  /** Without a slash at the end. */
  readonly url: string
  readonly homeDomain: string
}

/** Checked configuration; nothing in it is secret. */
export interface Config {
  readonly listen: {
    readonly publicHost: string
    readonly publicPort: number
    readonly internalHost: string
    readonly internalPort: number
    /** Of a process that is a worker only. */
    readonly workerPort: number
  }
  /** The address published in stellar.toml. */
  readonly site: Site
  readonly databaseUrl: string
  readonly redisUrl: string | undefined
  readonly network: { readonly passphrase: string; readonly horizonUrl: string }
  readonly login: {
    readonly mode: 'agreed' | 'open'
    readonly homeDomains: readonly string[]
    readonly sendingAnchors: ConfigFile['login']['sendingAnchors']
    readonly requireClientDomain: boolean
    readonly retiredSigningKeys: readonly string[]
    readonly tokenLifetimeSeconds: number
  }
  /** Calls to the login endpoint per minute and address; 0: as many as come. */
  readonly loginsPerMinute: number
  /** How many proxies of ours stand in front: that many words about the caller's address are taken. */
  readonly trustProxy: number
  readonly kycValidation: 'formats' | 'full'
  readonly railUrl: string
  readonly assets: readonly AssetPolicy[]
  readonly startCursors: ReadonlyMap<string, string>
  readonly marketMakingAccounts: readonly string[]
  readonly customerTypes: ConfigFile['customerTypes']
  readonly documentation: Readonly<Record<string, string>>
  readonly logLevel: string
  /** Authority trusted beside the system's when fetching from others (sandbox). */
  readonly extraCaFile: string | undefined
  /** A test network: plain HTTP and private addresses of others are allowed, GraphiQL is served. */
  readonly isSandbox: boolean
}

export const publicNetworkPassphrase = 'Public Global Stellar Network ; September 2015'

/** Checks everything and answers configuration and secrets, or throws with the whole list of faults. */
export function checkConfig(
  environment: Environment,
  file: unknown,
  isSandbox = false,
): { readonly config: Config; readonly secrets: Secrets } {
  const faults: string[] = []
  const secrets = readSecrets(environment, faults)
  const structured = readFile(file, faults)
  const settings = { ...readSettings(environment, faults), isSandbox }
  refuseDangers(settings, faults)
  const mode = readLoginMode(environment, faults)
  const assets = structured === undefined ? [] : readAssets(structured, faults)
  if (faults.length > 0 || structured === undefined || secrets === undefined) {
    throw new ConfigurationFaulty(faults)
  }
  const { login, customerTypes, documentation, marketMakingAccounts } = structured
  const homeDomains = [settings.site.homeDomain, ...login.homeDomains]
  const startCursors = new Map(
    structured.assets.map((asset) => [asset.distributionAccount, asset.startCursor]),
  )
  return {
    secrets,
    config: {
      ...settings,
      login: { ...login, mode, homeDomains },
      assets,
      startCursors,
      marketMakingAccounts,
      customerTypes,
      documentation,
    },
  }
}

function readFile(file: unknown, faults: string[]): ConfigFile | undefined {
  const parsed = configFileSchema.safeParse(file)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) {
    faults.push(`fairlead.yaml: ${issue.path.join('.') || 'the file'}: ${issue.message}`)
  }
  return undefined
}

/** The settings that stand in the environment, so that test and production differ by them alone. */
function readSettings(environment: Environment, faults: string[]) {
  const wanted = (name: keyof Environment) => {
    const value = environment[name]
    if (value === undefined) faults.push(`${environmentNames[name]} is missing`)
    return value ?? ''
  }
  const passphrase = wanted('networkPassphrase')
  return {
    listen: readListen(environment, faults),
    site: readSite(wanted('publicUrl'), environment.homeDomain),
    ...readConnections(environment, faults),
    network: { passphrase, horizonUrl: wanted('horizonUrl').replace(/\/$/, '') },
    kycValidation: readKycValidation(environment, passphrase, faults),
    loginsPerMinute: readLoginsPerMinute(environment, faults),
    trustProxy: readTrustProxy(environment, faults),
    railUrl: wanted('railUrl').replace(/\/$/, ''),
    logLevel: readLogLevel(environment, faults),
    extraCaFile: environment.extraCaFile,
  }
}

/** What is no URL at all is refused with the other addresses, see `refuseDangers`. */
function readSite(url: string, homeDomain: string | undefined): Site {
  if (!URL.canParse(url)) return { url, homeDomain: homeDomain ?? '' }
  return { url: url.replace(/\/+$/, ''), homeDomain: homeDomain ?? new URL(url).host }
}

function readListen(environment: Environment, faults: string[]): Config['listen'] {
  return {
    publicHost: environment.publicHost ?? '0.0.0.0',
    publicPort: readPort(environment, { name: 'publicPort', otherwise: 8080 }, faults),
    internalHost: environment.internalHost ?? '127.0.0.1',
    internalPort: readPort(environment, { name: 'internalPort', otherwise: 8085 }, faults),
    workerPort: readPort(environment, { name: 'workerPort', otherwise: 0 }, faults),
  }
}

/** A port number, 0 for any free one. */
export function readPort(
  environment: Environment,
  setting: { readonly name: keyof Environment; readonly otherwise: number },
  faults: string[],
): number {
  const text = environment[setting.name]
  if (text === undefined) return setting.otherwise
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  faults.push(`${environmentNames[setting.name]} is no port number: ${text}`)
  return setting.otherwise
}

/** Validation of personal data is off on test networks unless asked for (guide: code parity). */
function readKycValidation(
  environment: Environment,
  passphrase: string,
  faults: string[],
): 'formats' | 'full' {
  const otherwise = passphrase === publicNetworkPassphrase ? 'full' : 'formats'
  const value = environment.kycValidation ?? otherwise
  if (value === 'formats' || value === 'full') return value
  faults.push(`${environmentNames.kycValidation} is "formats" or "full", not ${value}`)
  return otherwise
}

const loginsPerMinuteUsually = 600

function readLoginsPerMinute({ loginsPerMinute }: Environment, faults: string[]): number {
  if (loginsPerMinute === undefined) return loginsPerMinuteUsually
  if (/^\d{1,7}$/.test(loginsPerMinute)) return Number(loginsPerMinute)
  faults.push(`${environmentNames.loginsPerMinute} is a number, 0 for no limit: ${loginsPerMinute}`)
  return loginsPerMinuteUsually
}

/** `true` is one proxy; whoever believed them all would take whatever a caller wrote into the header. */
function readTrustProxy({ trustProxy = 'false' }: Environment, faults: string[]): number {
  if (trustProxy === 'false') return 0
  if (trustProxy === 'true') return 1
  if (/^\d$/.test(trustProxy)) return Number(trustProxy)
  faults.push(
    `${environmentNames.trustProxy} is true, false or the number of proxies: ${trustProxy}`,
  )
  return 0
}

function readLoginMode(environment: Environment, faults: string[]): 'agreed' | 'open' {
  const mode = environment.login ?? 'agreed'
  if (mode === 'agreed' || mode === 'open') return mode
  faults.push(`${environmentNames.login} is "agreed" or "open", not ${mode}`)
  return 'agreed'
}

function refuseDangers(
  config: Pick<Config, 'site' | 'network' | 'railUrl' | 'isSandbox'>,
  faults: string[],
): void {
  const urls = {
    publicUrl: config.site.url,
    horizonUrl: config.network.horizonUrl,
    railUrl: config.railUrl,
  } as const
  for (const [name, url] of Object.entries(urls)) {
    const setting = environmentNames[name as keyof typeof urls] // the keys of the literal above
    if (url === '') continue
    const fault = URL.canParse(url) ? dangerOf(url, config.isSandbox) : `is not a URL: ${url}`
    if (fault !== undefined) faults.push(`${setting} ${fault}`)
  }
  if (config.isSandbox && config.network.passphrase === publicNetworkPassphrase) {
    faults.push('The sandbox does not run on the public network')
  }
}

/** A user or password would not be sent, and the address may be logged: it is not repeated. */
function dangerOf(url: string, isSandbox: boolean): string | undefined {
  const { username, password, hostname } = new URL(url)
  if (username !== '' || password !== '') return 'must not have a user or a password in it'
  const mayBePlain = isSandbox || isLoopback(hostname)
  if (url.startsWith('https://') || (mayBePlain && url.startsWith('http://'))) return undefined
  return `has to be ${mayBePlain ? 'http or https' : 'https'}: ${url}`
}

const isLoopback = (host: string) => ['localhost', '127.0.0.1', '[::1]'].includes(host)
