import { setTimeout as pause } from 'node:timers/promises'
import { acceptReset, networkOf, resetNetwork, untilStopped } from '../flows/network-reset.ts'
import type { Subscriber } from '../flows/subscriber.ts'
import { subscribe } from '../flows/subscriber.ts'
import { setBank } from '../flows/outside.ts'
import { blowsOf, kinds, mendAll } from './blows.ts'
import type { Blow } from './blows.ts'
import { gatherCrowd, wishesOf } from './crowd.ts'
import type { Crowd, Opening } from './crowd.ts'
import { diceOf } from './dice.ts'
import { balancesOf, creditsAfter } from './history.ts'
import type { Credit, Place } from './history.ts'
import { inventedIn, strandedIn, unheard, untilQuiet } from './quiet.ts'
import { differences, gatherEvidence, paidTwice } from './verdict.ts'
import { startWorld } from './world.ts'
import type { Store, World } from './world.ts'

/** A world that many rounds are fought in, with everything that was opened, paid and heard so far. */
export interface Arena {
  readonly world: World
  readonly crowd: Crowd
  readonly subscribers: readonly Subscriber[]
  readonly openings: Opening[]
  readonly credits: Credit[]
  /** Run of the network, and the place behind its last credit. */
  place: Place
  stop(): Promise<void>
}

export async function openArena(store: Store, logLevel: string): Promise<Arena> {
  const world = await startWorld(store, logLevel)
  try {
    const crowd = await gatherCrowd(world.sandbox, world.gateways[0]?.url ?? '')
    await setBank(world.sandbox, { settle_after_ms: 700 })
    const subscribers = await Promise.all(
      [0, 1, 0, 1].map((index) => subscribe(world.gateways[index]?.url ?? '', crowd.anchor.token)),
    )
    return {
      world,
      crowd,
      subscribers,
      openings: [],
      credits: [],
      place: { epoch: 1, cursor: '0' },
      async stop() {
        await Promise.all(subscribers.map((subscriber) => subscriber.stop()))
        await world.stop()
      },
    }
  } catch (error) {
    process.stderr.write(`${await world.keepLogs()}\n`)
    await world.stop()
    throw error
  }
}

export interface Plan {
  readonly kind: string
  readonly seed: string
  readonly payments: number
}

export interface Report {
  readonly blows: readonly string[]
  /** Credited by the network in this round. */
  readonly payments: number
  readonly flowMs: number
  readonly quietMs: number
  readonly faults: readonly string[]
}

export async function fight(arena: Arena, { kind, seed, payments }: Plan): Promise<Report> {
  const { world, crowd } = arena
  const known = kinds[kind]
  if (known === undefined) throw new Error(`There is no kind ${kind}`)
  const dice = diceOf(`${seed} ${kind}`)
  const blows = blowsOf(known, dice)
  const urls = world.gateways.map(({ url }) => url)
  const refused = await crowd.newRefused(urls)
  const [begun, before] = [performance.now(), arena.credits.length]
  const [openings] = await Promise.all([
    crowd.flow(wishesOf(payments, dice), urls),
    strikeAll(blows, world),
  ])
  arena.openings.push(...openings)
  await mendAll(world)
  await refused.correct()
  const flown = performance.now()
  const faults = [...(await judge(arena)), ...(known.resets ? await throughReset(arena, seed) : [])]
  const falls = [...world.gateways, ...world.workers].flatMap((member) => member.falls.splice(0))
  return {
    blows: blows.map(({ name, atMs }) => `${name} at ${(atMs / 1000).toFixed(1)} s`),
    payments: arena.credits.length - before,
    flowMs: flown - begun,
    quietMs: performance.now() - flown,
    faults: [...faults, ...falls, ...crowd.complaints.splice(0)],
  }
}

const afterReset = 40

/**
 * The network is reset, and payments are made in its new run. Nothing may be collected until an operator
 * has said so, and nothing be missing afterwards.
 */
async function throughReset(arena: Arena, seed: string): Promise<readonly string[]> {
  const { world, crowd } = arena
  const urls = world.gateways.map(({ url }) => url)
  await resetNetwork(world.sandbox)
  await crowd.renewPayers()
  await untilStopped(world.sandbox)
  const refused = await crowd.newRefused(urls)
  const wishes = wishesOf(afterReset, diceOf(`${seed} after the reset`))
  arena.openings.push(...(await crowd.flow(wishes, urls)))
  await refused.correct()
  const isStopped = (await networkOf(world.sandbox)).openStop !== null
  const early = await inventedIn(
    world,
    arena.credits.map(({ id }) => id),
  )
  const epoch = await acceptReset(world.sandbox)
  const isNext = epoch === arena.place.epoch + 1
  arena.place = { epoch, cursor: '0' }
  return [
    ...(isStopped && isNext ? [] : [`it did not wait for an operator; this is run ${epoch}`]),
    ...early.map((what) => `${what}, and the operator had not spoken`),
    ...(await judge(arena)),
  ]
}

/** Each at its moment; those to the same thing one after the other. */
async function strikeAll(blows: readonly Blow[], world: World): Promise<void> {
  const begun = performance.now()
  const lanes = new Map<string, Promise<void>>()
  for (const { atMs, lane, strike } of blows) {
    await pause(Math.max(0, begun + atMs - performance.now()))
    const previous = lanes.get(lane) ?? Promise.resolve()
    lanes.set(
      lane,
      previous.then(() => strike(world)),
    )
  }
  await Promise.all(lanes.values())
}

async function judge(arena: Arena): Promise<readonly string[]> {
  const { world, crowd, subscribers, openings, credits } = arena
  const owner = crowd.anchor.keypair.publicKey()
  const added = await creditsAfter(world.sandbox, arena.place)
  credits.push(...added.credits)
  arena.place = { ...arena.place, cursor: added.cursor }
  const ids = credits.map(({ id }) => id)
  try {
    await untilQuiet(world, { credited: ids, owner, subscribers })
  } catch (error) {
    const left = await strandedIn(world).catch((other: unknown) => [String(other)])
    const evidence = await gatherEvidence(world.sandbox, openings, credits)
    return [String(error), ...paidTwice(evidence), ...left]
  }
  const evidence = await gatherEvidence(world.sandbox, openings, credits)
  const total = [...(await balancesOf(world.sandbox))]
    .filter(([asset]) => asset !== 'native')
    .reduce((sum, [, units]) => sum + units, 0n)
  const credited = credits
    .filter(({ epoch }) => epoch === arena.place.epoch)
    .reduce((sum, { units }) => sum + units, 0n)
  return [
    ...differences(evidence),
    ...(total === credited ? [] : [`the ledger holds ${total}, its history credited ${credited}`]),
    ...(await unheard(world, owner, subscribers)),
    ...(await inventedIn(world, ids)),
    ...(await strandedIn(world)),
  ]
}
