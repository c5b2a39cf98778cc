import { migrateAll } from '../migrate.ts'
import { readOptions } from '../options.ts'
import { untilToldToStop } from '../until-told-to-stop.ts'
import { checkConfig } from '../../config/config.ts'
import { readEnvironment } from '../../config/env.ts'
import type { Environment } from '../../config/env.ts'
import { serverCertificate } from '../../sandbox/network/tls/authority.ts'
import { startFairlead } from '../../start.ts'
import { writeSandboxFiles } from './sandbox-file.ts'
import { portNames, readSandboxSettings } from './settings.ts'
import type { SandboxSettings } from './settings.ts'
import { publicHttpsUrl, startWorld } from './world.ts'
import type { SandboxWorld } from './world.ts'
import { dirname } from 'node:path'

/**
 * `fairlead sandbox`, which `npm start` runs: a complete world until it is told to stop.
 * `--without-gateway` leaves gateway and worker to other processes (`fairlead start --env-file`).
 */
export async function sandbox(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { 'without-gateway': 'flag' })
  const say = (line: string) => console.log(line)
  say('Fairlead sandbox: for development only, nothing here is worth anything.')
  const told = untilToldToStop()
  const plan = {
    environment: readEnvironment(),
    hasGateway: options['without-gateway'] !== true,
    say,
  }
  const { publicUrl, stop } = await openOnFreePorts(plan.environment, (settings) =>
    open(settings, plan),
  )
  say(`ready ${publicUrl}`)
  await told
  await stop()
  return 0
}

interface Plan {
  readonly environment: Environment
  readonly hasGateway: boolean
  readonly say: (line: string) => void
}

const triesMax = 3

/** A free port may be taken by somebody else before we open it; then others are chosen. */
export async function openOnFreePorts<Opened>(
  environment: Environment,
  openOn: (settings: SandboxSettings) => Promise<Opened>,
): Promise<Opened> {
  for (let tries = 1; ; tries += 1) {
    const settings = await readSandboxSettings(environment)
    try {
      return await openOn(settings)
    } catch (error) {
      if (tries === triesMax || !isPortWeChose(error, environment)) throw error
    }
  }
}

function isPortWeChose(error: unknown, environment: Environment): boolean {
  const { code, port } = error as { readonly code?: unknown; readonly port?: unknown } // any thrown object
  const asked = new Set(portNames.map((name) => environment[name]))
  return code === 'EADDRINUSE' && asked.has('0') && !asked.has(String(port))
}

async function open(settings: SandboxSettings, { environment, hasGateway, say }: Plan) {
  const world = await startWorld(settings, environment, say)
  try {
    await migrateAll(world.environment)
    await writeSandboxFiles(settings, world)
    const running = hasGateway ? await startEverything(settings, world, environment) : undefined
    tell(settings, world, say)
    return {
      publicUrl: world.environment.publicUrl ?? '',
      stop: async () => {
        await running?.stop()
        await world.stop()
      },
    }
  } catch (error) {
    await world.stop()
    throw error
  }
}

async function startEverything(
  settings: SandboxSettings,
  world: SandboxWorld,
  environment: Environment,
) {
  const { config, secrets } = checkConfig(world.environment, world.file, true)
  const url = publicHttpsUrl(settings, environment)
  const { cert, key } = await serverCertificate({
    directory: dirname(world.caFile),
    names: ['localhost', '127.0.0.1', '::1', new URL(url).hostname],
    now: new Date(),
  })
  const tls = {
    port: settings.ports.https,
    cert,
    key,
    site: { url, homeDomain: new URL(url).host },
  }
  return startFairlead({ config, secrets, roles: ['gateway', 'worker'], tls })
}

function tell(
  { dataDir, ports }: SandboxSettings,
  { environment }: SandboxWorld,
  say: (line: string) => void,
) {
  const { publicUrl = '' } = environment
  say(`Partner API       ${publicUrl}/graphql (try it: ${publicUrl}/graphiql)`)
  say(`Back office       http://localhost:${ports.internal}/graphiql`)
  say(`stellar.toml      ${publicUrl}/.well-known/stellar.toml`)
  say(`Keys, addresses   ${dataDir}/sandbox.json`)
}
