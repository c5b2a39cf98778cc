import { Arg, Ctx, ID, Mutation, ObjectType, Query, Resolver, createUnionType } from 'type-graphql'
import type { DecideRefusal, DecideStop } from '../../usecases/network/decide-stop.ts'
import type { BackofficeContext } from '../backoffice/context.ts'
import { operatorOf } from '../backoffice/operator.ts'
import { Refusal } from '../refusal.ts'
import { Network, NetworkStop, writeNetwork, writeStop } from './network.type.ts'

@ObjectType({
  implements: Refusal,
  description: 'There is no such stop, or somebody decided otherwise about it.',
})
export class NetworkStopNotDecided extends Refusal {}

const DecideStopResult = createUnionType({
  name: 'DecideNetworkStopResult',
  description: 'The stop with its decision; or why not.',
  types: () => [NetworkStop, NetworkStopNotDecided] as const,
  resolveType: (value) => ('code' in value ? NetworkStopNotDecided : NetworkStop),
})

function writeNotDecided(refusal: DecideRefusal): NetworkStopNotDecided {
  switch (refusal.code) {
    case 'unknown_stop':
      return { code: refusal.code, message: 'There is no stop with this id' }
    case 'decided_otherwise':
      return {
        code: refusal.code,
        message: `${refusal.decision.by} has decided otherwise before: ${refusal.decision.kind}`,
      }
  }
}

async function decided(
  decide: DecideStop,
  stopId: string,
  by: string,
): Promise<NetworkStop | NetworkStopNotDecided> {
  const outcome = await decide({ stopId, by })
  return outcome.ok ? writeStop(outcome.value) : writeNotDecided(outcome.refusal)
}

@Resolver()
export class NetworkBackoffice {
  @Query(() => Network, { name: 'network', description: 'How the Stellar network is read.' })
  async findNetworkState(@Ctx() context: BackofficeContext): Promise<Network> {
    operatorOf(context)
    return writeNetwork(await context.rooms.findNetworkState())
  }

  @Mutation(() => DecideStopResult, {
    name: 'acceptNetworkReset',
    description: `The network was reset: all accounts are read from the beginning of its new run.
What was seen before stays, with the run it belongs to. The same word again changes nothing.`,
  })
  acceptNetworkReset(
    @Arg('stopId', () => ID, { description: 'Of the stop that this is about.' }) stopId: string,
    @Ctx() context: BackofficeContext,
  ): Promise<NetworkStop | NetworkStopNotDecided> {
    return decided(context.rooms.acceptNetworkReset, stopId, operatorOf(context))
  }

  @Mutation(() => DecideStopResult, {
    name: 'resumeNetwork',
    description: `Reading goes on in the same run of the network: after a gap at the oldest ledger that
is told; after what looked like a reset because Horizon tells of the right network again.`,
  })
  resumeNetwork(
    @Arg('stopId', () => ID, { description: 'Of the stop that this is about.' }) stopId: string,
    @Ctx() context: BackofficeContext,
  ): Promise<NetworkStop | NetworkStopNotDecided> {
    return decided(context.rooms.resumeNetwork, stopId, operatorOf(context))
  }
}
