import { Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { Decision, Stop, StopReason } from '../../domain/network/epoch.ts'
import type { WatchedPlace } from '../../usecases/ports/network-records.ts'
import type { NetworkState } from '../../usecases/network/find-network-state.ts'

const reasons = { reset: 'reset', gap: 'gap' } as const satisfies Record<StopReason, StopReason>
registerEnumType(reasons, {
  name: 'NetworkStopReason',
  description: 'Why collecting stopped.',
  valuesConfig: {
    reset: { description: 'The network began anew, or Horizon tells of another one.' },
    gap: { description: 'Ledgers that were not read yet are no longer told.' },
  },
})

const decisions = {
  new_epoch: 'new_epoch',
  go_on: 'go_on',
} as const satisfies Record<Decision['kind'], Decision['kind']>
registerEnumType(decisions, {
  name: 'NetworkDecision',
  description: 'What an operator decided after a stop.',
  valuesConfig: {
    new_epoch: { description: 'The network was reset: everything is read from its beginning.' },
    go_on: { description: 'Reading went on in the same run of the network.' },
  },
})

@ObjectType({ description: 'Collecting stopped: an operator decides, or has decided.' })
export class NetworkStop {
  @Field(() => ID, { description: 'Named by the decision about it.' })
  id!: string

  @Field(() => Int, { description: 'Run of the network that was read.' })
  epoch!: number

  @Field(() => reasons, { description: 'Why.' })
  reason!: StopReason

  @Field(() => String, { description: 'What was seen, and what may be done.' })
  detail!: string

  @Field(() => GraphQLISODateTime, { description: 'When it was noticed.' })
  stoppedAt!: Date

  @Field(() => decisions, { nullable: true, description: 'Absent: nobody has decided.' })
  decision!: Decision['kind'] | null

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When that was decided.' })
  decidedAt!: Date | null

  @Field(() => String, { nullable: true, description: 'The operator who decided.' })
  decidedBy!: string | null
}

@ObjectType({ description: 'An account whose payments are collected.' })
export class WatchedAccount {
  @Field(() => ID, { description: 'Its address.' })
  account!: string

  @Field(() => String, {
    nullable: true,
    description: 'Place up to which it was read; absent: the network was never there yet.',
  })
  cursor!: string | null

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'All that the network closed up to then is known.',
  })
  readUntil!: Date | null
}

@ObjectType({ description: 'The Stellar network as it is read.' })
export class Network {
  @Field(() => Int, { description: 'Run of the network, from 1: each reset begins another.' })
  epoch!: number

  @Field(() => GraphQLISODateTime, { description: 'Since when this run is read.' })
  beganAt!: Date

  @Field(() => NetworkStop, {
    nullable: true,
    description: 'While there is one, nothing is collected, matched or expired.',
  })
  openStop!: NetworkStop | null

  @Field(() => NetworkStop, { nullable: true, description: 'The newest stop, decided or not.' })
  lastStop!: NetworkStop | null

  @Field(() => [WatchedAccount], { description: 'The accounts that are watched.' })
  accounts!: WatchedAccount[]
}

export const writeStop = ({ decision, ...stop }: Stop): NetworkStop => ({
  id: stop.id,
  epoch: stop.epoch,
  reason: stop.reason,
  detail: stop.detail,
  stoppedAt: stop.stoppedAt,
  decision: decision?.kind ?? null,
  decidedAt: decision?.at ?? null,
  decidedBy: decision?.by ?? null,
})

export const writeNetwork = ({ epoch, openStop, lastStop, accounts }: NetworkState): Network => ({
  epoch: epoch.number,
  beganAt: epoch.beganAt,
  openStop: openStop === undefined ? null : writeStop(openStop),
  lastStop: lastStop === undefined ? null : writeStop(lastStop),
  accounts: accounts.map(writePlace),
})

const writePlace = ({ account, cursor, readUntil }: WatchedPlace): WatchedAccount => ({
  account,
  cursor: cursor ?? null,
  readUntil: readUntil ?? null,
})
