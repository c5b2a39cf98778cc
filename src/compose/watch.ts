import { horizonCaller } from '../adapters/horizon/horizon-call.ts'
import type { HorizonCaller } from '../adapters/horizon/horizon-call.ts'
import { horizonLedgers } from '../adapters/horizon/ledgers.ts'
import { httpPayoutRail } from '../adapters/rails/http/http-payout-rail.ts'
import { migrationsList } from '../../migrations/list.ts'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/secrets.ts'
import { outwardCalls } from '../observability/outward-calls.ts'
import { standingGauges } from '../observability/standing-gauges.ts'
import { checkHealth, checkReadiness } from '../usecases/health/check-health.ts'
import type { HealthLooks } from '../usecases/health/check-health.ts'
import type { BankWord, PublishedKey } from '../usecases/health/judge-money.ts'
import { remembered } from '../usecases/health/remembered.ts'
import type { HomePageLookup } from '../usecases/ports/home-page-lookup.ts'
import type { PayoutRail } from '../usecases/ports/payout-rail.ts'
import { PayoutCallRefused } from '../usecases/ports/payout-rail.ts'
import type { Foundation } from './foundation.ts'
import { standingsOf } from './standings.ts'

/** Who looks waits no longer than this, whatever is away. */
const withinMs = 2_000
/** What may be asked often, and what is somebody else's. */
const rhythmUsually = {
  ours: { forMs: 5_000, failureForMs: 1_000 },
  theirs: { forMs: 15_000, failureForMs: 3_000 },
}
/** A key that no attempt has; the bank answers that it knows none. */
const keyOfNobody = 'fairlead-health-check'

interface WatchParts {
  readonly config: Config
  readonly secrets: Secrets
  /** `SIGNING_KEY` of stellar.toml. */
  readonly signingKey: string
  readonly homePages: HomePageLookup
  /** How long looks count, where it is not as usual. */
  readonly lookAgainMs: number | undefined
}

/** Rooms for operators and their machines: health and metrics. */
export function composeWatch(foundation: Foundation, parts: WatchParts) {
  const { config, secrets } = parts
  const { now, metrics } = foundation
  const { horizonUrl } = config.network
  const horizon = horizonCaller({
    horizonUrl,
    timeoutMs: withinMs,
    onCall: outwardCalls(foundation, 'horizon', 'debug'),
  })
  const rail = httpPayoutRail({
    url: config.railUrl,
    token: secrets.railToken,
    secret: secrets.railSecret,
    timeoutMs: withinMs,
    now,
    onCall: outwardCalls(foundation, 'bank', 'debug'),
  })
  const looks = looksOf(foundation, parts, { horizon, rail })
  const health = {
    looks,
    migrations: migrationsList.map(({ name }) => name),
    queueStore: foundation.jobStore.kind,
    now,
  }
  const checkAll = checkHealth(health)
  const gauges = standingGauges(metrics.registry)
  return {
    checkHealth: checkAll,
    checkReadiness: checkReadiness(health),
    /** Text for Prometheus; what is away is missing in it. */
    writeMetrics: async (): Promise<{ readonly type: string; readonly text: string }> => {
      const { standings, sources } = await standingsOf(looks, checkAll, now)
      gauges.show(standings, sources)
      return { type: metrics.registry.contentType, text: await metrics.registry.metrics() }
    },
    closeWatch: async () => {
      await Promise.all([horizon.close(), rail.close()])
    },
  }
}

/** Looks at each part of the world, bounded and remembered. */
function looksOf(
  { read, queue, now, troubles }: Foundation,
  parts: WatchParts,
  { horizon, rail }: { readonly horizon: HorizonCaller; readonly rail: PayoutRail },
): HealthLooks {
  const { config, signingKey, homePages } = parts
  const { ours, theirs } = rhythmOf(parts, now)
  const tell = troubles.of('health')
  /** Health says that something is away; the log says why. */
  const told = <Answer>(look: Promise<Answer>): Promise<Answer> => {
    look.catch(tell)
    return look
  }
  return {
    appliedMigrations: remembered(
      () => told(read(({ backlog }) => backlog.appliedMigrations())),
      ours,
    ),
    backlog: remembered(() => told(read(({ backlog }) => backlog.read())), ours),
    figures: remembered(() => told(queue.figures()), ours),
    head: remembered(() => horizonLedgers(horizon).head(), { ...ours, forMs: ours.failureForMs }),
    bank: remembered(() => askBank(rail), {
      ...theirs,
      isWell: ({ kind }) => kind === 'answered',
    }),
    // the sandbox's own page is not behind https at its home domain
    ...(!config.isSandbox && {
      publishedKey: remembered(() => askHomePage(homePages, config.site.homeDomain, signingKey), {
        ...theirs,
        forMs: 4 * theirs.forMs,
        isWell: (key) => key === 'ours',
      }),
    }),
  }
}

function rhythmOf({ lookAgainMs }: WatchParts, now: () => Date) {
  const given = lookAgainMs && { forMs: lookAgainMs, failureForMs: lookAgainMs }
  const { ours, theirs } = rhythmUsually
  return {
    ours: { ...ours, ...given, withinMs, now },
    theirs: { ...theirs, ...given, withinMs, now },
  }
}

async function askBank(rail: Pick<PayoutRail, 'find'>): Promise<BankWord> {
  try {
    await rail.find(keyOfNobody)
    return { kind: 'answered' }
  } catch (error) {
    return error instanceof PayoutCallRefused
      ? { kind: 'refused', code: plainCode(error.code) }
      : { kind: 'away' }
  }
}

/** A bank may put anything there. */
const plainCode = (code: string): string => (/^[a-z_]{1,40}$/.test(code) ? code : 'no plain code')

/** Whether the home domain names our signing key, as clients find it. */
async function askHomePage(
  homePages: HomePageLookup,
  domain: string,
  account: string,
): Promise<PublishedKey> {
  const found = await homePages.signingKeyOf(domain)
  if (!found.ok) return found.refusal.code === 'no_signing_key' ? 'none' : 'unreachable'
  return found.value === account ? 'ours' : 'another'
}
