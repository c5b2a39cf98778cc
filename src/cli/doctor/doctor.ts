import { horizonCaller } from '../../adapters/horizon/horizon-call.ts'
import { openSigningKey } from '../../adapters/stellar-crypto/ed25519.ts'
import { readEnvironment } from '../../config/env.ts'
import { ConfigurationFaulty } from '../../config/faults.ts'
import type { Secrets } from '../../config/secrets.ts'
import { readEnvFile } from '../env-file.ts'
import { readOptions } from '../options.ts'
import { readConfig } from '../read-config.ts'
import type { CheckedConfig } from '../read-config.ts'
import { examineAccounts } from './accounts.ts'
import { examineBank } from './bank.ts'
import { examineDatabase } from './database.ts'
import { fault, good } from './finding.ts'
import type { Examined, Finding } from './finding.ts'
import { examineHomePage } from './home-page.ts'
import { examineNetwork } from './network.ts'
import { printPart, printVerdict } from './print.ts'
import { examineRedis } from './redis.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * `fairlead doctor [--env-file FILE] [--json]`: looks at everything that a start would rely on, changes nothing,
 * and says what to do about what it finds. The exit code is 1 when there is a fault.
 */
export async function doctor(args: readonly string[]): Promise<number> {
  const { json: asJson = false, 'env-file': file } = readOptions(args, {
    json: 'flag',
    'env-file': 'text',
  })
  const parts = await visits(await readEnvFile(file))
  const findings: Finding[] = []
  const seen: Examined[] = []
  for (const visit of parts) {
    const examined = await visit
    seen.push(examined)
    findings.push(...examined.findings)
    if (!asJson) console.log(`${printPart(examined, process.stdout.isTTY)}\n`)
  }
  console.log(asJson ? JSON.stringify(seen, null, 2) : printVerdict(findings))
  return findings.some(({ verdict }) => verdict === 'fault') ? 1 : 0
}

/** All parts are looked at, at once, even where the settings of another are wrong. */
export async function visits(variables: Variables): Promise<readonly Promise<Examined>[]> {
  const { databaseUrl, redisUrl } = readEnvironment(variables)
  const settings = await readSettings(variables)
  const stands = [
    Promise.resolve({ part: 'Settings', findings: settings.findings }),
    examineDatabase({ databaseUrl, holdsQueue: redisUrl === undefined }),
    examineRedis(redisUrl),
  ]
  return settings.checked === undefined ? stands : [...stands, ...visitWorld(settings.checked)]
}

function visitWorld({ config, secrets }: CheckedConfig): readonly Promise<Examined>[] {
  const horizon = horizonCaller({ horizonUrl: config.network.horizonUrl, timeoutMs: 8_000 })
  const expected = { config, signingKey: signingKeyOf(secrets) }
  const parts = [
    examineNetwork(horizon, config.network.passphrase),
    examineAccounts(horizon, expected),
    examineHomePage(expected),
    examineBank({ railUrl: config.railUrl, ...secrets }),
  ]
  void Promise.all(parts).then(() => horizon.close())
  return parts
}

interface ReadSettings {
  readonly checked?: CheckedConfig
  readonly findings: readonly Finding[]
}

async function readSettings(variables: Variables): Promise<ReadSettings> {
  try {
    const checked = await readConfig(variables)
    return {
      checked,
      findings: [
        good('all settings and fairlead.yaml can be read; addresses of others are https'),
        good('all secrets are there and long enough'),
        ...ofSecrets(checked.secrets),
      ],
    }
  } catch (error) {
    if (!(error instanceof ConfigurationFaulty)) throw error
    const doNext = 'See docs/configuration.md'
    return { findings: error.faults.map((one) => fault(one, doNext)) }
  }
}

function ofSecrets(secrets: Secrets): readonly Finding[] {
  const values = [
    secrets.tokenSecret,
    secrets.railToken,
    secrets.railSecret,
    secrets.backofficeToken,
    ...secrets.dataKeys.map(({ secret }) => Buffer.from(secret).toString('hex')),
  ]
  return [
    ...(signingKeyOf(secrets) === undefined
      ? [fault('FAIRLEAD_SIGNING_SEED is no seed', 'Give the secret key S… of SIGNING_KEY')]
      : []),
    ...(new Set(values).size < values.length
      ? [
          fault(
            'one secret is used for two purposes',
            'Make each by itself: who learns one must not have the others',
          ),
        ]
      : []),
  ]
}

function signingKeyOf({ signingSeed }: Secrets): string | undefined {
  try {
    return openSigningKey(signingSeed).account
  } catch {
    return undefined
  }
}
