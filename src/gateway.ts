import { timingSafeEqual, createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Rooms } from './compose/compose.ts'
import type { Config, Site } from './config/config.ts'
import type { Secrets } from './config/secrets.ts'
import { backofficeContext } from './graphql/backoffice/context.ts'
import { backofficeSchema } from './graphql/backoffice/schema.ts'
import type { PartnerContext } from './graphql/partner/context.ts'
import { partnerSchema } from './graphql/partner/schema.ts'
import type { Caller } from './graphql/server/door.ts'
import { mountGraphiql } from './graphql/server/graphiql.ts'
import { mountGraphql } from './graphql/server/mount.ts'
import type { Principal } from './domain/client/principal.ts'
import { healthRoutes } from './http/health/routes.ts'
import { railRoutes } from './http/rail/routes.ts'
import { sep1Routes } from './http/sep1/routes.ts'
import { sep10Routes } from './http/sep10/routes.ts'
import { sep12Routes } from './http/sep12/routes.ts'
import { sep31Routes } from './http/sep31/routes.ts'
import { authenticateByToken, readBearer } from './http/server/bearer.ts'
import { createHttpServer } from './http/server/http-server.ts'
import { createRateLimit } from './http/server/rate-limit.ts'
import type { Log } from './observability/log.ts'

/** A public listener that speaks TLS itself. */
export interface TlsListener {
  readonly port: number
  readonly cert: string
  readonly key: string
  readonly site: Site
}

export interface GatewayParts {
  readonly rooms: Rooms
  readonly config: Config
  readonly secrets: Secrets
  readonly log: Log
  readonly tls?: TlsListener
}

type Stop = () => Promise<void>

export const partnerSocketsMax = 10_000
export const operatorSocketsMax = 100

/** Opens the public listener (or two) and the internal one. */
export async function startGateway(parts: GatewayParts): Promise<{ stop: Stop }> {
  const { config, tls } = parts
  const { listen } = config
  const stops: Stop[] = []
  const stop = async () => {
    await Promise.all(stops.map((stopOne) => stopOne()))
  }
  try {
    stops.push(await openPublic(parts, { host: listen.publicHost, port: listen.publicPort }))
    if (tls !== undefined) {
      stops.push(await openPublic(parts, { host: listen.publicHost, port: tls.port }, tls))
    }
    stops.push(await openInternal(parts, { host: listen.internalHost, port: listen.internalPort }))
    return { stop }
  } catch (error) {
    await stop() // what is open is not left behind
    throw error
  }
}

const loginLimit = ({ now }: Pick<Rooms, 'now'>, { loginsPerMinute }: Config) =>
  createRateLimit({ requestsPerMinute: loginsPerMinute, now })

interface Place {
  readonly host: string
  readonly port: number
}

async function openPublic(parts: GatewayParts, place: Place, tls?: TlsListener): Promise<Stop> {
  const { rooms, config, log } = parts
  const site = tls?.site ?? config.site
  const app = createHttpServer({
    tables: [
      sep1Routes(rooms.homePageOf(site)),
      sep10Routes({ ...rooms.loginAt(site), networkPassphrase: config.network.passphrase }),
      sep12Routes(rooms),
      sep31Routes(rooms),
    ],
    authenticate: authenticateByToken(rooms.authorise),
    log,
    listener: 'public',
    meter: rooms.metrics,
    trustProxy: config.trustProxy,
    ...(config.loginsPerMinute > 0 && { rateLimit: loginLimit(rooms, config) }),
    ...(tls && { tls }),
  })
  const stopGraphql = await mountGraphql<Principal, PartnerContext>(app, {
    path: '/graphql',
    schema: await partnerSchema(),
    identify: (authorization) => identifyClient(rooms, authorization),
    context: (principal, signal) => ({ rooms: rooms.partner, principal, signal }),
    introspection: true,
    log,
    watch: { api: 'partner', metrics: rooms.metrics },
    accountOf: ({ account }) => account,
    socketsMax: partnerSocketsMax,
  })
  if (config.isSandbox) await mountGraphiql(app, partnerPage)
  return open(app, place, stopGraphql)
}

async function openInternal(parts: GatewayParts, place: Place): Promise<Stop> {
  const { rooms, config, secrets, log } = parts
  const app = createHttpServer({
    tables: [railRoutes(rooms), healthRoutes(rooms)],
    authenticate: () => Promise.resolve({ error: 'Clients log in at the public address' }),
    log,
    listener: 'internal',
    meter: rooms.metrics,
  })
  const stopGraphql = await mountGraphql(app, {
    path: '/backoffice/graphql',
    schema: await backofficeSchema(),
    identify: (authorization) => Promise.resolve(identifyOperator(secrets, authorization)),
    context: (operator) => backofficeContext(rooms.backoffice, operator),
    introspection: true,
    log,
    watch: { api: 'backoffice', metrics: rooms.metrics },
    socketsMax: operatorSocketsMax,
  })
  if (config.isSandbox) await mountGraphiql(app, backofficePage)
  return open(app, place, stopGraphql)
}

async function open(app: FastifyInstance, { host, port }: Place, stopGraphql: Stop): Promise<Stop> {
  await app.listen({ host, port })
  return async () => {
    await stopGraphql()
    await app.close()
  }
}

async function identifyClient(
  rooms: Pick<Rooms, 'authorise'>,
  authorization: string | undefined,
): Promise<Caller<Principal>> {
  const token = authorization === undefined ? undefined : readBearer(authorization)
  if (token === undefined) return { identity: undefined }
  const outcome = await rooms.authorise(token)
  if (!outcome.ok) return { identity: undefined }
  return { identity: outcome.value.principal, expiresAt: outcome.value.lapsesAt }
}

/** Until operators have accounts of their own there is one token, and one name in the log. */
function identifyOperator(
  { backofficeToken }: Secrets,
  authorization: string | undefined,
): Caller<string> {
  const token = authorization === undefined ? undefined : readBearer(authorization)
  const isOurs = token !== undefined && timingSafeEqual(digest(token), digest(backofficeToken))
  return { identity: isOurs ? 'backoffice' : undefined }
}

const digest = (text: string) => createHash('sha256').update(text).digest()

const partnerPage = {
  path: '/graphql',
  title: 'Fairlead partner API',
  firstQuery: `# Your transactions as they happen.
# Log in by SEP-10 and put the token into the headers below:
# { "authorization": "Bearer <token>" }
subscription {
  transactionEvents(after: "start") {
    cursor
    at
    type
    status
    transactionId
  }
}
`,
}

const backofficePage = {
  path: '/backoffice/graphql',
  title: 'Fairlead back office',
  firstQuery: `# Put the back-office token into the headers below:
# { "authorization": "Bearer <backofficeToken of sandbox.json>" }
query {
  transactions(first: 10) {
    nodes {
      id
      status
      amountIn { value asset }
      timeline { at type to actor note }
      payout { state attemptNumber deadReason }
    }
  }
}
`,
}
