import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { checkConfig } from '../config/config.ts'
import { environmentNames, readEnvironment } from '../config/env.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import { startFairlead } from '../start.ts'
import type { Role } from '../start.ts'
import { readEnvFile } from './env-file.ts'
import { untilToldToStop } from './until-told-to-stop.ts'

/** `fairlead start [--role gateway|worker] [--env-file FILE]` */
export async function start(args: readonly string[]): Promise<number> {
  const variables = await readEnvFile(args)
  const environment = readEnvironment(variables)
  const { configFile } = environment
  if (configFile === undefined) {
    throw new ConfigurationFaulty([
      `${environmentNames.configFile} is missing: the path of fairlead.yaml`,
    ])
  }
  const file: unknown = parse(await readFile(configFile, 'utf8'))
  const { config, secrets } = checkConfig(
    environment,
    file,
    variables['FAIRLEAD_SANDBOX'] === 'true',
  )
  const told = untilToldToStop()
  const running = await startFairlead({ config, secrets, roles: readRoles(args) })
  console.log(`ready ${config.site.url}`)
  await told
  await running.stop()
  return 0
}

function readRoles(args: readonly string[]): readonly Role[] {
  const at = args.indexOf('--role')
  const role = at === -1 ? undefined : args[at + 1]
  if (at === -1) return ['gateway', 'worker']
  if (role === 'gateway' || role === 'worker') return [role]
  throw new ConfigurationFaulty([`--role is gateway or worker, not ${role ?? 'nothing'}`])
}
