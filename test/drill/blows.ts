import { setTimeout as pause } from 'node:timers/promises'
import { addNetworkFault, controlNetwork, setBank } from '../flows/outside.ts'
import type { FaultEffect } from '../../src/sandbox/network/faults/fault.ts'
import type { Dice } from './dice.ts'
import type { Member, World } from './world.ts'

/** Something that goes wrong at a moment of the round. */
export interface Blow {
  readonly atMs: number
  readonly name: string
  /** What it is dealt to: two blows to one thing follow each other. */
  readonly lane: string
  /** Ends when what it broke is mended again. */
  readonly strike: (world: World) => Promise<void>
}

type Strike = Omit<Blow, 'atMs'>
/** One choice of the dice among blows of one sort. */
type Sort = (dice: Dice) => Strike

const downMs = (dice: Dice): number => dice.whole(100, 1_500)

const killGateway: Sort = (dice) => {
  const [index, forMs] = [dice.whole(0, 1), downMs(dice)]
  return {
    name: `kill gateway ${index + 1}`,
    lane: `gateway ${index + 1}`,
    strike: async ({ gateways }) => gateways[index]?.kill(forMs),
  }
}

const killWorker: Sort = (dice) => {
  const [index, forMs] = [dice.whole(0, 1), downMs(dice)]
  return {
    name: `kill worker ${index + 1}`,
    lane: 'workers',
    strike: async ({ workers }) => workers[index]?.kill(forMs),
  }
}

const killAllWorkers: Sort = (dice) => {
  const forMs = downMs(dice)
  return {
    name: 'kill all workers',
    lane: 'workers',
    strike: async ({ workers }) => {
      await Promise.all(workers.map((worker) => worker.kill(forMs)))
    },
  }
}

const killPostgres: Sort = (dice) => {
  const forMs = downMs(dice)
  return {
    name: 'kill PostgreSQL',
    lane: 'PostgreSQL',
    async strike({ postgres }) {
      await postgres.kill()
      await pause(forMs)
      await postgres.start()
    },
  }
}

const killConnection: Sort = () => ({
  name: 'kill a connection of PostgreSQL',
  lane: 'PostgreSQL',
  strike: async ({ postgres }) => postgres.killOneConnection(),
})

const killRedis: Sort = (dice) => {
  const forMs = downMs(dice)
  return {
    name: 'kill Redis',
    lane: 'Redis',
    async strike({ redis }) {
      if (redis === undefined) return
      await redis.kill()
      await pause(forMs)
      await redis.start()
    },
  }
}

const flushRedis: Sort = () => ({
  name: 'empty Redis',
  lane: 'Redis',
  strike: async ({ redis }) => {
    await redis?.flush()
  },
})

/** Reading by Fairlead only: nobody else asks for operations of an account, or for the root. */
const watchedPath = '/accounts/*/operations'

const effects: readonly (readonly [string, FaultEffect])[] = [
  ['429', { kind: 'rate_limit', resetSeconds: 1 }],
  ['504', { kind: 'problem', problem: 'timeout' }],
  ['503', { kind: 'problem', problem: 'service_unavailable' }],
  ['502', { kind: 'bad_gateway' }],
  ['a cut connection', { kind: 'hang_up' }],
  ['half an answer', { kind: 'truncate', bytes: 900 }],
  ['another content type', { kind: 'wrong_content_type' }],
  ['slowness', { kind: 'slow', headersMs: 1_500 }],
  ['stale reads', { kind: 'stale', ledgers: 3 }],
  ['very stale reads', { kind: 'stale', ledgers: 40 }],
  ['duplicates', { kind: 'repeat', records: 3 }],
]

const horizonFault: Sort = (dice) => {
  const [name, effect] = dice.one(effects)
  const probability = dice.one([0.3, 0.6, 1])
  const forMs = dice.whole(500, 2_500)
  return {
    name: `Horizon: ${name}`,
    lane: 'Horizon',
    async strike({ sandbox }) {
      const match = { path: watchedPath, probability }
      const fault = await addNetworkFault(sandbox, { match, effect })
      await pause(forMs)
      await fault.remove()
    },
  }
}

/** Two Horizons behind a balancer, one of them behind: each answer is by one or the other. */
const twoHorizons: Sort = (dice) => {
  const ledgers = dice.whole(2, 60)
  return {
    name: 'Horizon: two of them, one behind',
    lane: 'Horizon',
    async strike({ sandbox }) {
      const match = { path: watchedPath, probability: 0.5 }
      const effect: FaultEffect = { kind: 'stale', ledgers }
      const fault = await addNetworkFault(sandbox, { match, effect })
      await pause(2_500)
      await fault.remove()
    },
  }
}

/** Ledgers close and nothing can be read of them: payments pile up. */
const lateIngestion: Sort = (dice) => {
  const forMs = dice.whole(1_000, 3_000)
  return {
    name: 'Horizon: ingests nothing',
    lane: 'Horizon',
    async strike({ sandbox }) {
      await controlNetwork(sandbox, 'lag', { paused: true })
      await pause(forMs)
      await controlNetwork(sandbox, 'lag', {})
    },
  }
}

/** Away for an hour of everybody's clocks, while payments pile up. */
const hourAway: Sort = (dice) => {
  const effect: FaultEffect = dice.one([
    { kind: 'hang_up' },
    { kind: 'problem', problem: 'service_unavailable' },
    { kind: 'problem', problem: 'timeout' },
  ] as const)
  return {
    name: 'Horizon: an hour away',
    lane: 'Horizon',
    async strike(world) {
      const match = { path: watchedPath }
      const fault = await addNetworkFault(world.sandbox, { match, effect })
      await pause(4_000)
      await fault.remove()
    },
  }
}

const bankTroubles: readonly (readonly [string, object, object])[] = [
  ['slow', { latency_ms: 400 }, { latency_ms: 0 }],
  ['slower than we wait', { latency_ms: 4_000 }, { latency_ms: 0 }],
  ['does it, then closes', { fail_next: 40, fail_with: 'drop_after' }, { fail_next: 0 }],
  ['does it, then 500', { fail_next: 40, fail_with: 'error_after' }, { fail_next: 0 }],
  ['does it, then nonsense', { fail_next: 40, fail_with: 'malformed' }, { fail_next: 0 }],
  ['503', { fail_next: 40, fail_with: 'unavailable' }, { fail_next: 0 }],
  ['closes before', { fail_next: 40, fail_with: 'drop_before' }, { fail_next: 0 }],
  ['hangs instead of closing', { unknown_as: 'hang' }, { unknown_as: 'drop' }],
  ['tells nothing', { drop_webhooks: true }, { drop_webhooks: false }],
  [
    'tells twice, late and in disorder',
    { webhook_repeats: 2, webhook_jitter_ms: 1_500 },
    { webhook_repeats: 0, webhook_jitter_ms: 0 },
  ],
  ['tells before it answers', { answer_latency_ms: 600 }, { answer_latency_ms: 0 }],
]

const bankTrouble: Sort = (dice) => {
  const [name, trouble, mended] = dice.one(bankTroubles)
  const forMs = dice.whole(1_000, 3_000)
  return {
    name: `bank: ${name}`,
    lane: 'bank',
    async strike({ sandbox }) {
      await setBank(sandbox, trouble)
      await pause(forMs)
      await setBank(sandbox, mended)
    },
  }
}

const hourMs = 3_600_000

const clockJump: Sort = (dice) => {
  const shiftMs = dice.one([-hourMs, hourMs])
  const [isGateway, index, forMs] = [dice.chance(0.3), dice.whole(0, 1), dice.whole(1_000, 4_000)]
  const memberOf = ({ gateways, workers }: World): Member | undefined =>
    (isGateway ? gateways : workers)[index]
  return {
    name: `clock of ${isGateway ? 'gateway' : 'worker'} ${index + 1} ${shiftMs > 0 ? '+' : '-'}1 h`,
    lane: isGateway ? `gateway ${index + 1}` : 'workers',
    async strike(world) {
      await memberOf(world)?.setClock(shiftMs)
      await pause(forMs)
      await memberOf(world)?.setClock(0)
    },
  }
}

/** A worker whose clock is an hour off is killed before it is set right: what it noted stays. */
const clockAndKill: Sort = (dice) => {
  const [shiftMs, index] = [dice.one([-hourMs, hourMs]), dice.whole(0, 1)]
  return {
    name: `clock of worker ${index + 1} ${shiftMs > 0 ? '+' : '-'}1 h, then kill it`,
    lane: 'workers',
    async strike({ workers }) {
      const worker = workers[index]
      await worker?.setClock(shiftMs)
      await pause(1_500)
      await worker?.kill(500)
      await worker?.setClock(0)
    },
  }
}

/** Kinds of rounds: what may happen in one, and how often something does. */
export interface Kind {
  readonly sorts: readonly Sort[]
  readonly blows: readonly [number, number]
  readonly needsRedis?: true
  /** The network is reset in the middle. */
  readonly resets?: true
}

const processes = [killGateway, killWorker, killAllWorkers]
const horizon = [horizonFault, horizonFault, twoHorizons, lateIngestion]
const clocks = [clockJump, clockAndKill]
const database = [killPostgres, killConnection]

export const kinds: Readonly<Record<string, Kind>> = {
  calm: { sorts: [], blows: [0, 0] },
  processes: { sorts: processes, blows: [3, 5] },
  database: { sorts: database, blows: [1, 3] },
  redis: { sorts: [killRedis, flushRedis], blows: [2, 4], needsRedis: true },
  horizon: { sorts: horizon, blows: [3, 6] },
  'horizon-away': { sorts: [hourAway], blows: [1, 1] },
  bank: { sorts: [bankTrouble], blows: [3, 5] },
  clocks: { sorts: clocks, blows: [2, 4] },
  'network-reset': { sorts: processes, blows: [0, 2], resets: true },
  everything: {
    sorts: [...processes, ...database, killRedis, flushRedis, ...horizon, bankTrouble, ...clocks],
    blows: [4, 7],
  },
}

const windowMs = 5_000

/** The blows of one round, in time. Those to one server follow each other and never overlap. */
export function blowsOf(kind: Kind, dice: Dice): readonly Blow[] {
  const count = dice.whole(...kind.blows)
  return Array.from({ length: count }, () => ({
    ...dice.one(kind.sorts)(dice),
    atMs: dice.whole(300, windowMs),
  })).toSorted((one, other) => one.atMs - other.atMs)
}

/** Undoes whatever a blow may have left behind. */
export async function mendAll({ sandbox, gateways, workers }: World): Promise<void> {
  await controlNetwork(sandbox, 'clear_faults', {})
  await controlNetwork(sandbox, 'lag', {})
  await setBank(sandbox, {
    latency_ms: 0,
    fail_next: 0,
    unknown_as: 'drop',
    drop_webhooks: false,
    webhook_repeats: 0,
    webhook_jitter_ms: 0,
    answer_latency_ms: 0,
  })
  for (const member of [...gateways, ...workers]) {
    await member.setClock(0)
    await member.untilUp()
  }
}
