import { userInfo } from 'node:os'
import { createCommit } from '../adapters/postgres/commit.ts'
import { openDatabase } from '../adapters/postgres/database.ts'
import { recordFactories } from '../adapters/postgres/records.ts'
import { createSealer } from '../adapters/postgres/sealer.ts'
import { environmentNames, readEnvironment } from '../config/env.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import { acceptNetworkReset, resumeNetwork } from '../usecases/network/decide-stop.ts'
import type { DecideStop } from '../usecases/network/decide-stop.ts'
import { findNetworkState } from '../usecases/network/find-network-state.ts'
import type { NetworkState } from '../usecases/network/find-network-state.ts'
import type { Commit, Read } from '../usecases/ports/commit.ts'
import { readEnvFile } from './env-file.ts'
import { readOptions } from './options.ts'

/** `fairlead network status` */
export async function networkStatus(args: readonly string[]): Promise<number> {
  const options = readOptions(args, { 'env-file': 'text' })
  return onDatabase(options['env-file'], async ({ read }) => {
    for (const line of wordsOfState(await findNetworkState({ read })())) console.log(line)
    return 0
  })
}

/** `fairlead network accept-reset` */
export const networkAcceptReset = (args: readonly string[]): Promise<number> =>
  decideAs(args, acceptNetworkReset)

/** `fairlead network resume` */
export const networkResume = (args: readonly string[]): Promise<number> =>
  decideAs(args, resumeNetwork)

async function decideAs(args: readonly string[], deciding: Deciding): Promise<number> {
  const options = readOptions(args, { by: 'text', 'env-file': 'text' })
  const by = options.by ?? userInfo().username
  return onDatabase(options['env-file'], (storage) => decide(by, storage, deciding))
}

interface Storage {
  readonly commit: Commit
  readonly read: Read
}

type Deciding = (parts: { readonly commit: Commit; readonly now: () => Date }) => DecideStop

async function decide(by: string, { commit, read }: Storage, deciding: Deciding): Promise<number> {
  const { openStop, lastStop } = await findNetworkState({ read })()
  const stop = openStop ?? lastStop
  if (stop === undefined) {
    console.log('Nothing was ever stopped: there is nothing to decide')
    return 1
  }
  const outcome = await deciding({ commit, now: () => new Date() })({ stopId: stop.id, by })
  if (!outcome.ok) {
    console.log(`Stop ${stop.id} was decided otherwise before; see fairlead network status`)
    return 1
  }
  for (const line of wordsOfState(await findNetworkState({ read })())) console.log(line)
  return 0
}

function wordsOfState({ epoch, openStop, lastStop, accounts }: NetworkState): readonly string[] {
  const decision = lastStop?.decision
  return [
    `Run ${epoch.number} of the network, read since ${epoch.beganAt.toISOString()}`,
    ...accounts.map(
      ({ account, cursor = 'not begun, the network was away', readUntil }) =>
        `${account}  ${cursor}${readUntil === undefined ? '' : `  until ${readUntil.toISOString()}`}`,
    ),
    ...(decision === undefined
      ? []
      : [`Stop ${lastStop?.id}: ${decision.kind} by ${decision.by}, ${decision.at.toISOString()}`]),
    ...(openStop === undefined
      ? ['Collecting is not stopped']
      : [
          `STOPPED since ${openStop.stoppedAt.toISOString()} (${openStop.reason}): ${openStop.detail}`,
          'Decide by fairlead network accept-reset, or fairlead network resume',
        ]),
  ]
}

async function onDatabase(
  envFile: string | undefined,
  work: (storage: Storage) => Promise<number>,
): Promise<number> {
  const { databaseUrl: url } = readEnvironment(await readEnvFile(envFile))
  if (url === undefined)
    throw new ConfigurationFaulty([`${environmentNames.databaseUrl} is missing`])
  const database = openDatabase({ url, poolSize: 2 })
  try {
    // Nothing sealed is read here, so no key is needed.
    const sealer = createSealer([{ id: 'none', secret: new Uint8Array(32) }])
    return await work(createCommit({ database, factories: recordFactories(sealer) }))
  } finally {
    await database.close()
  }
}
