import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { makeStellarAccounts } from '../../src/cli/sandbox/stellar-accounts.ts'
import type { SandboxKeys } from '../../src/cli/sandbox/keys.ts'
import { until } from '../until.ts'
import type { SandboxFile } from './fairlead.ts'
import { askBackoffice, controlNetwork } from './outside.ts'

const stopLimitMs = 90_000
const network = z.object({
  network: z.object({
    epoch: z.int(),
    openStop: z.object({ id: z.string(), reason: z.string() }).nullable(),
  }),
})

/** What an operator sees of the network. */
export async function networkOf(world: SandboxFile) {
  const query = 'query Network { network { epoch openStop { id reason } } }'
  return network.parse(await askBackoffice(world, query)).network
}

/** All accounts and history vanish, as on testnet, and those who live there come back. */
export async function resetNetwork(world: SandboxFile): Promise<void> {
  await controlNetwork(world, 'reset')
  const keys = await readFile(join(dirname(world.envFile), 'keys.json'), 'utf8')
  await makeStellarAccounts(world, JSON.parse(keys) as SandboxKeys) // written by the sandbox
}

export const untilStopped = (world: SandboxFile): Promise<void> =>
  until(
    async () => (await networkOf(world)).openStop?.reason === 'reset',
    'the reset to be noticed',
    stopLimitMs,
  )

/** The operator's word; answers the number of the new run. */
export async function acceptReset(world: SandboxFile): Promise<number> {
  const { openStop } = await networkOf(world)
  const query = 'mutation Accept($id: ID!) { acceptNetworkReset(stopId: $id) { __typename } }'
  await askBackoffice(world, query, { id: openStop?.id })
  return (await networkOf(world)).epoch
}
