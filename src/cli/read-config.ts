import { checkConfig } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { readEnvironment } from '../config/env.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import type { Secrets } from '../config/secrets.ts'
import { readConfigFile } from './read-config-file.ts'

export interface CheckedConfig {
  readonly config: Config
  readonly secrets: Secrets
}

/**
 * Everything that `fairlead start` is configured by; throws `ConfigurationFaulty` with the whole list of faults.
 * A file that cannot be read is one fault of several: the settings are looked at all the same.
 */
export async function readConfig(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<CheckedConfig> {
  const environment = readEnvironment(variables)
  const isSandbox = variables['FAIRLEAD_SANDBOX'] === 'true'
  const file = await readConfigFile(environment.configFile)
  if ('content' in file) return checkConfig(environment, file.content, isSandbox)
  try {
    return checkConfig(environment, undefined, isSandbox)
  } catch (error) {
    if (!(error instanceof ConfigurationFaulty)) throw error
    const others = error.faults.filter((fault) => !fault.startsWith('fairlead.yaml'))
    throw new ConfigurationFaulty([file.fault, ...others])
  }
}
