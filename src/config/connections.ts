import type { Environment } from './env.ts'
import { environmentNames } from './env.ts'

/** Addresses of what the gateway stands on; one that no driver can read is added to `faults`. */
export function readConnections(
  { databaseUrl, redisUrl }: Environment,
  faults: string[],
): { readonly databaseUrl: string; readonly redisUrl: string | undefined } {
  if (databaseUrl === undefined) faults.push(`${environmentNames.databaseUrl} is missing`)
  else if (!isDatabaseUrl(databaseUrl)) {
    faults.push(`${environmentNames.databaseUrl} has to be postgres://user:password@host/database`)
  }
  if (redisUrl !== undefined && !hasScheme(redisUrl, ['redis:', 'rediss:'])) {
    faults.push(`${environmentNames.redisUrl} has to be redis://host:port or rediss://host:port`)
  }
  return { databaseUrl: databaseUrl ?? '', redisUrl }
}

/** The address may hold a password, so a fault never repeats it. */
const isDatabaseUrl = (url: string): boolean =>
  hasScheme(url, ['postgres:', 'postgresql:']) && new URL(url).pathname.length > 1

const hasScheme = (url: string, schemes: readonly string[]): boolean =>
  URL.canParse(url) && schemes.includes(new URL(url).protocol)

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

export function readLogLevel({ logLevel = 'info' }: Environment, faults: string[]): string {
  if (logLevels.includes(logLevel)) return logLevel
  faults.push(`${environmentNames.logLevel} is one of ${logLevels.join(', ')}, not ${logLevel}`)
  return 'info'
}
