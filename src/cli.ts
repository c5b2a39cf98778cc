#!/usr/bin/env node
import { demo } from './cli/demo.ts'
import { migrateDatabase } from './cli/migrate.ts'
import { sandbox } from './cli/sandbox/sandbox.ts'
import { sandboxNetwork } from './cli/sandbox/network.ts'
import { start } from './cli/start.ts'
import { ConfigurationFaulty } from './config/faults.ts'

const usage = `fairlead <command>

  sandbox            a complete world on this machine: gateway, Stellar network, bank, database
  sandbox network    the local Stellar network alone; --help tells more
  start              the gateway and its worker, configured by environment and fairlead.yaml
                     --role gateway | worker   only this role
                     --env-file FILE           settings from a file
  migrate            bring the database to this version
  demo               send one payment through a sandbox of its own
                     --correct-data            let the bank refuse a field, and correct it
`

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  sandbox: (args) => (args[0] === 'network' ? sandboxNetwork(args.slice(1)) : sandbox(args)),
  start,
  migrate: migrateDatabase,
  demo,
}

async function run([name = 'help', ...args]: readonly string[]): Promise<number> {
  const command = commands[name]
  if (command !== undefined) return command(args)
  console.log(usage)
  return name === 'help' || name === '--help' ? 0 : 2
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof ConfigurationFaulty ? error.message : error)
  process.exitCode = 1
}
