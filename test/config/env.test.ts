import { expect, it } from 'vitest'
import { readEnvironment } from '../../src/config/env.ts'

/** Each setting with the variable it is read from. */
const names = {
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

it('each setting is read from the variable of its own name, and nothing else is', () => {
  const variables = Object.values(names).map((name) => [name, `the value of ${name}`])
  const read = readEnvironment({ ...Object.fromEntries(variables), FAIRLEAD_OTHER: 'x' })
  expect(read).toEqual(
    Object.fromEntries(
      Object.entries(names).map(([setting, name]) => [setting, `the value of ${name}`]),
    ),
  )
})
