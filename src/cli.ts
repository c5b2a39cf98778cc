#!/usr/bin/env node
import { inWords } from './cli/in-words.ts'
import { OptionRefused } from './cli/options.ts'

const usage = `fairlead <command>

  sandbox            a complete world on this machine: gateway, Stellar network, bank, database
  sandbox network    the local Stellar network alone; --help tells more
  start              the gateway and its worker, configured by environment and fairlead.yaml
                     --role gateway | worker   only this role
                     --env-file FILE           settings from a file
  migrate            bring the database to this version
  network status     how far the Stellar network is read, and whether collecting is stopped
  network accept-reset
                     the network was reset: read its new run from the beginning
  network resume     go on in the same run after a gap, or once Horizon is mended
                     --by NAME                 who says so; by default the user of this machine
                     --env-file FILE           settings from a file
  doctor             look at all that a start relies on, and say what to mend
                     --env-file FILE           settings from a file
                     --json                    for a script
  demo               send one payment through a sandbox of its own
                     --correct-data            let the bank refuse a field, and correct it
`

type Command = (args: readonly string[]) => Promise<number>

/** Each command loads what it needs itself, so that the small ones start at once. */
const commands = new Map<string, () => Promise<Command>>([
  ['sandbox', async () => (await import('./cli/sandbox/sandbox.ts')).sandbox],
  ['sandbox network', async () => (await import('./cli/sandbox/network.ts')).sandboxNetwork],
  ['start', async () => (await import('./cli/start.ts')).start],
  ['migrate', async () => (await import('./cli/migrate.ts')).migrateDatabase],
  ['network status', async () => (await import('./cli/network.ts')).networkStatus],
  ['network accept-reset', async () => (await import('./cli/network.ts')).networkAcceptReset],
  ['network resume', async () => (await import('./cli/network.ts')).networkResume],
  ['doctor', async () => (await import('./cli/doctor/doctor.ts')).doctor],
  ['demo', async () => (await import('./cli/demo.ts')).demo],
])

/** Has options enough for a page of help of its own. */
const explainsItself = 'sandbox network'

async function run(args: readonly string[]): Promise<number> {
  const words = commands.has(args.slice(0, 2).join(' ')) ? 2 : 1
  const command = args.slice(0, words).join(' ')
  const options = args.slice(words)
  const load = commands.get(command)
  const asksHelp = options.includes('--help') && command !== explainsItself
  if (load !== undefined && !asksHelp) return (await load())(options)
  console.log(usage)
  return asksHelp || ['', 'help', '--help'].includes(command) ? 0 : 2
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  console.error(inWords(error))
  process.exit(error instanceof OptionRefused ? 2 : 1) // what a start that failed half-way left open must not keep the process
}
