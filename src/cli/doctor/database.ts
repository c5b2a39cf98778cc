import { Client } from 'pg'
import { pendingMigrations } from '../../adapters/postgres/migrate.ts'
import { examine, expectThat, fault, good, unknown, warning } from './finding.ts'
import type { Examined, Finding } from './finding.ts'

export interface DatabaseExpected {
  readonly databaseUrl: string | undefined
  /** The queue lives in the database too. */
  readonly holdsQueue: boolean
}

const oldestVersion = 15
/** Of one process in both roles: records, queue, listener, and room for a migration. */
const connectionsOfProcess = 60
const clockToleranceMs = 2_000

/** PostgreSQL: version, durability, encoding, room, clock, tables. */
export function examineDatabase({ databaseUrl, holdsQueue }: DatabaseExpected): Promise<Examined> {
  const part = 'Database'
  if (databaseUrl === undefined) {
    const finding = unknown('not looked at', 'Set DATABASE_URL')
    return Promise.resolve({ part, findings: [finding] })
  }
  return examine(
    part,
    async () => [
      ...(await withClient(databaseUrl, (client) => lookAtServer(client, holdsQueue))),
      await lookAtMigrations(databaseUrl),
    ],
    (reason) =>
      fault(
        `PostgreSQL cannot be reached: ${reason}`,
        'Start it, or mend DATABASE_URL (user, password, host, database)',
      ),
  )
}

async function withClient<Answer>(
  databaseUrl: string,
  look: (client: Client) => Promise<Answer>,
): Promise<Answer> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined) // the call under way rejects by itself
  await client.connect()
  try {
    await client.query(`set datestyle = 'ISO'`) // whatever it was set to: its clock is read
    return await look(client)
  } finally {
    await client.end()
  }
}

/** What PostgreSQL says of itself. */
export interface ServerFacts {
  readonly version: number
  readonly versionText: string
  readonly encoding: string
  readonly fsync: string
  readonly commits: string
  readonly connections: number
  readonly isReplica: boolean
  readonly now: Date
  readonly hasQueue: boolean
}

async function lookAtServer(client: Client, holdsQueue: boolean): Promise<readonly Finding[]> {
  const asked = Date.now()
  const { rows } = await client.query<ServerFacts>(`select
    current_setting('server_version_num')::int as version,
    current_setting('server_version') as "versionText",
    current_setting('server_encoding') as encoding,
    current_setting('fsync') as fsync,
    current_setting('synchronous_commit') as commits,
    current_setting('max_connections')::int as connections,
    pg_is_in_recovery() as "isReplica",
    clock_timestamp() as now,
    to_regnamespace('bullmq') is not null as "hasQueue"`)
  const facts = rows[0]
  if (facts === undefined) return []
  const offMs = facts.now.getTime() - (asked + Date.now()) / 2
  return judgeServer(facts, { offMs, holdsQueue })
}

interface Seen {
  /** How far its clock is ahead of this machine's, in ms. */
  readonly offMs: number
  readonly holdsQueue: boolean
}

/** Judges a server by what it says of itself. */
export function judgeServer(facts: ServerFacts, { offMs, holdsQueue }: Seen): readonly Finding[] {
  return [
    ofVersion(facts),
    expectThat(
      facts.encoding === 'UTF8',
      'it stores UTF8',
      fault(`it stores ${facts.encoding}`, "Make the database with encoding 'UTF8'"),
    ),
    ofDurability(facts),
    ofRoom(facts),
    ofClock(offMs),
    ...(holdsQueue ? [ofQueue(facts)] : []),
    ...(facts.isReplica
      ? [fault('it is a replica and takes no writes', 'Point DATABASE_URL at the primary')]
      : []),
  ]
}

const ofVersion = ({ version, versionText }: ServerFacts): Finding =>
  expectThat(
    version >= oldestVersion * 10_000,
    `PostgreSQL ${versionText}`,
    fault(`PostgreSQL ${versionText} is too old`, `Use ${oldestVersion} or later`),
  )

const ofDurability = ({ fsync, commits }: ServerFacts): Finding =>
  expectThat(
    fsync === 'on' && commits !== 'off',
    'what is committed survives a loss of power',
    fault(
      `a loss of power loses commits: fsync ${fsync}, synchronous_commit ${commits}`,
      'Set both to on: what is lost here was money',
    ),
  )

const ofRoom = ({ connections }: ServerFacts): Finding =>
  expectThat(
    connections >= connectionsOfProcess,
    `room for ${connections} connections`,
    warning(
      `room for ${connections} connections only`,
      `One process takes up to ${connectionsOfProcess}: raise max_connections`,
    ),
  )

const ofClock = (offMs: number): Finding =>
  expectThat(
    Math.abs(offMs) <= clockToleranceMs,
    'its clock agrees with this machine’s',
    warning(
      `its clock is ${Math.round(Math.abs(offMs) / 1000)} s ${offMs > 0 ? 'ahead of' : 'behind'} this machine’s`,
      'Let both follow a time server (NTP): deadlines are counted by this machine’s',
    ),
  )

const ofQueue = ({ hasQueue }: ServerFacts): Finding =>
  expectThat(
    hasQueue,
    'the tables of the queue are there',
    fault('the tables of the queue are missing', 'Run fairlead migrate'),
  )

async function lookAtMigrations(databaseUrl: string): Promise<Finding> {
  const pending = await pendingMigrations(databaseUrl)
  return pending.length === 0
    ? good('its tables are those of this version')
    : fault(`it lacks ${pending.join(', ')}`, 'Run fairlead migrate')
}
