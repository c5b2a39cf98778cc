import { pendingMigrations } from '../adapters/postgres/migrate.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import { startFairlead } from '../start.ts'
import type { Role } from '../start.ts'
import { readEnvFile } from './env-file.ts'
import { OptionRefused, readOptions } from './options.ts'
import { readConfig } from './read-config.ts'
import { untilToldToStop } from './until-told-to-stop.ts'

/** `fairlead start [--role gateway|worker] [--env-file FILE]` */
export async function start(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { role: 'text', 'env-file': 'text' })
  const roles = readRoles(options.role)
  const variables = await readEnvFile(options['env-file'])
  const { config, secrets } = await readConfig(variables)
  await refuseOldDatabase(config.databaseUrl)
  const told = untilToldToStop()
  const running = await startFairlead({ config, secrets, roles })
  if (running.watchUrl !== undefined) console.log(`health ${running.watchUrl}/health`)
  console.log(`ready ${config.site.url}`)
  await told
  await running.stop()
  return 0
}

/** Tables that are missing would show in the middle of a payment only. */
async function refuseOldDatabase(databaseUrl: string): Promise<void> {
  const pending = await pendingMigrations(databaseUrl)
  if (pending.length === 0) return
  throw new ConfigurationFaulty([
    `The database is not at this version, run fairlead migrate first: it lacks ${pending.join(', ')}`,
  ])
}

/** What a process does: both, unless one is asked for. */
export function readRoles(role: string | undefined): readonly Role[] {
  if (role === undefined) return ['gateway', 'worker']
  if (role === 'gateway' || role === 'worker') return [role]
  throw new OptionRefused(`--role is gateway or worker, not ${role}`)
}
