/** The raw environment, named and untouched: the one place that reads `process.env`. */
export interface Environment {
  readonly publicHost?: string
  readonly publicPort?: string
  readonly httpsPort?: string
  readonly internalHost?: string
  readonly internalPort?: string
  readonly workerPort?: string
  readonly sandboxPort?: string
  readonly sandboxHttpsPort?: string
  readonly bankPort?: string
  readonly dataDir?: string
  readonly configFile?: string
  readonly databaseUrl?: string
  readonly redisUrl?: string
  readonly publicUrl?: string
  readonly publicHttpsUrl?: string
  readonly homeDomain?: string
  readonly networkPassphrase?: string
  readonly horizonUrl?: string
  readonly login?: string
  readonly kycValidation?: string
  readonly loginsPerMinute?: string
  readonly trustProxy?: string
  readonly railUrl?: string
  readonly logLevel?: string
  readonly signingSeed?: string
  readonly tokenSecret?: string
  readonly dataKeys?: string
  readonly railToken?: string
  readonly railSecret?: string
  readonly backofficeToken?: string
  readonly extraCaFile?: string
}

/** Name of each setting in the environment; `docs/configuration.md` describes them. */
export const environmentNames: { readonly [Name in keyof Required<Environment>]: string } = {
  publicHost: 'FAIRLEAD_PUBLIC_HOST',
  publicPort: 'FAIRLEAD_PUBLIC_PORT',
  httpsPort: 'FAIRLEAD_HTTPS_PORT',
  internalHost: 'FAIRLEAD_INTERNAL_HOST',
  internalPort: 'FAIRLEAD_INTERNAL_PORT',
  workerPort: 'FAIRLEAD_WORKER_PORT',
  sandboxPort: 'FAIRLEAD_SANDBOX_PORT',
  sandboxHttpsPort: 'FAIRLEAD_SANDBOX_HTTPS_PORT',
  bankPort: 'FAIRLEAD_BANK_PORT',
  dataDir: 'FAIRLEAD_DATA_DIR',
  configFile: 'FAIRLEAD_CONFIG',
  databaseUrl: 'DATABASE_URL',
  redisUrl: 'REDIS_URL',
  publicUrl: 'FAIRLEAD_PUBLIC_URL',
  publicHttpsUrl: 'FAIRLEAD_PUBLIC_HTTPS_URL',
  homeDomain: 'FAIRLEAD_HOME_DOMAIN',
  networkPassphrase: 'FAIRLEAD_NETWORK_PASSPHRASE',
  horizonUrl: 'FAIRLEAD_HORIZON_URL',
  login: 'FAIRLEAD_LOGIN',
  kycValidation: 'FAIRLEAD_KYC_VALIDATION',
  loginsPerMinute: 'FAIRLEAD_LOGINS_PER_MINUTE',
  trustProxy: 'FAIRLEAD_TRUST_PROXY',
  railUrl: 'FAIRLEAD_RAIL_URL',
  logLevel: 'FAIRLEAD_LOG_LEVEL',
  signingSeed: 'FAIRLEAD_SIGNING_SEED',
  tokenSecret: 'FAIRLEAD_TOKEN_SECRET',
  dataKeys: 'FAIRLEAD_DATA_KEYS',
  railToken: 'FAIRLEAD_RAIL_TOKEN',
  railSecret: 'FAIRLEAD_RAIL_SECRET',
  backofficeToken: 'FAIRLEAD_BACKOFFICE_TOKEN',
  extraCaFile: 'FAIRLEAD_EXTRA_CA_FILE',
}

/** Reads the settings that are there; an empty value counts as absent. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const found: Record<string, string> = {}
  for (const [key, name] of Object.entries(environmentNames)) {
    const value = variables[name]
    if (value !== undefined && value !== '') found[key] = value
  }
  return found
}
