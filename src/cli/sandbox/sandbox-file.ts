import { join } from 'node:path'
import { Keypair } from '@stellar/stellar-sdk'
import { stringify } from 'yaml'
import { environmentNames } from '../../config/env.ts'
import type { Environment } from '../../config/env.ts'
import { writeEnvFile } from '../env-file.ts'
import { writePrivately } from './keys.ts'
import type { SandboxSettings } from './settings.ts'
import type { SandboxWorld } from './world.ts'
import { publicHttpsUrl } from './world.ts'

/**
 * Writes, for scripts, `sandbox.json`; and, for further gateways and workers of the same sandbox,
 * `fairlead.yaml` and `fairlead.env` (`fairlead start --env-file <file>`). All are owner-only.
 */
export async function writeSandboxFiles(
  settings: SandboxSettings,
  world: SandboxWorld,
): Promise<void> {
  const { dataDir, ports } = settings
  const { environment, keys } = world
  const configFile = join(dataDir, 'fairlead.yaml')
  await writePrivately(configFile, stringify(world.file))
  await writePrivately(
    join(dataDir, 'fairlead.env'),
    writeEnvironment({ ...environment, configFile }),
  )
  const description = {
    publicUrl: environment.publicUrl,
    publicHttpsUrl: publicHttpsUrl(settings, environment),
    internalUrl: `http://localhost:${ports.internal}`,
    horizonUrl: world.horizonUrl,
    horizonHttpsUrl: world.horizonHttpsUrl,
    friendbotUrl: `${world.horizonUrl}/friendbot`,
    bankUrl: world.bankUrl,
    caFile: world.caFile,
    networkPassphrase: world.networkPassphrase,
    homeDomain: environment.homeDomain,
    assets: world.assets,
    sendingAnchor: {
      publicKey: Keypair.fromSecret(keys.seeds.sendingAnchor).publicKey(),
      secretKey: keys.seeds.sendingAnchor,
    },
    signingKey: Keypair.fromSecret(keys.seeds.signing).publicKey(),
    backofficeToken: keys.secrets.backoffice,
    databaseUrl: environment.databaseUrl,
    envFile: join(dataDir, 'fairlead.env'),
    pid: process.pid,
  }
  await writePrivately(join(dataDir, 'sandbox.json'), `${JSON.stringify(description, null, 2)}\n`)
}

function writeEnvironment(environment: Environment): string {
  const variables = Object.entries(environmentNames).map(([key, name]) => [
    name,
    environment[key as keyof Environment], // the names are keyed like the environment
  ])
  return writeEnvFile({ FAIRLEAD_SANDBOX: 'true', ...Object.fromEntries(variables) })
}
