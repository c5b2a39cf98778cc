import { payoutNoticeReader } from '../adapters/rails/http/payout-notice.ts'
import type { Config, Site } from '../config/config.ts'
import { ConfigurationFaulty } from '../config/faults.ts'
import type { Secrets } from '../config/secrets.ts'
import { faultsOfPage } from '../http/sep1/faults-of-page.ts'
import type { Log } from '../observability/log.ts'
import { observeRooms } from '../observability/observed.ts'
import { composeBackoffice } from './backoffice.ts'
import { composeCustomers, customerTypesOf } from './customers.ts'
import { layFoundation } from './foundation.ts'
import type { Foundation } from './foundation.ts'
import { homePageOf } from './home-page.ts'
import { composeLogins } from './logins.ts'
import { composeOutside } from './outside.ts'
import { composePartner } from './partner.ts'
import { composePayments } from './payments.ts'
import {
  tellingsOfCustomers,
  tellingsOfLogin,
  tellingsOfLogins,
  tellingsOfPartner,
  tellingsOfPayments,
  tellingsOfTransactions,
  tellingsOfWork,
} from './tellings.ts'
import { composeTransactions } from './transactions.ts'
import { composeWatch } from './watch.ts'
import { composeWork } from './work.ts'

export interface Blueprint {
  readonly config: Config
  readonly secrets: Secrets
  /** Public addresses of this gateway; the first is the main one. */
  readonly sites: readonly Site[]
  readonly log: Log
  /** How long what health saw counts, where it is not as usual: in tests. */
  readonly lookAgainMs?: number
}

export type Rooms = Awaited<ReturnType<typeof compose>>

/** The one place that knows every adapter: builds all rooms from checked configuration. */
export async function compose(blueprint: Blueprint) {
  const { config, secrets, log } = blueprint
  const foundation = await layFoundation(config, secrets, log)
  try {
    return await furnish(foundation, blueprint)
  } catch (error) {
    await foundation.close()
    throw error
  }
}

async function furnish(foundation: Foundation, blueprint: Blueprint) {
  const { config, secrets } = blueprint
  const outside = await composeOutside(foundation, config)
  const logins = observeRooms(
    foundation,
    await composeLogins(foundation, blueprint, outside.homePages),
    tellingsOfLogins,
  )
  refuseFaultyPages(blueprint, logins.signingKey.account)
  const desks = furnishDesks(foundation, blueprint, outside)
  const payments = observeRooms(
    foundation,
    composePayments(foundation, blueprint, {
      ...desks.transactions,
      tellCustomers: desks.customers.tellCustomers,
    }),
    tellingsOfPayments,
  )
  const accounts = [...config.startCursors.keys()]
  const watch = composeWatch(foundation, {
    config,
    secrets,
    signingKey: logins.signingKey.account,
    homePages: outside.homePages,
    lookAgainMs: blueprint.lookAgainMs,
  })
  return {
    ...foundation,
    ...logins,
    loginAt: (site: Site) => observeRooms(foundation, logins.loginAt(site), tellingsOfLogin),
    ...desks.transactions,
    ...desks.customers,
    ...payments,
    assets: desks.assets,
    accounts,
    ...observeRooms(
      foundation,
      composeWork(foundation, { sign: logins.signingKey.sign, fetch: outside.fetch, accounts }),
      tellingsOfWork,
    ),
    readPayoutNotice: payoutNoticeReader({ secret: secrets.railSecret, now: foundation.now }),
    ...watch,
    homePageOf: (site: Site) => homePageOf(site, config, logins.signingKey.account),
    partner: observeRooms(
      foundation,
      composePartner(foundation, { ...desks.transactions, ...desks.customers }, desks.assets),
      tellingsOfPartner,
    ),
    backoffice: composeBackoffice(foundation, {
      ...payments,
      rejectCustomer: desks.customers.rejectCustomer,
    }),
    async close() {
      await watch.closeWatch()
      await payments.close()
      await outside.close()
      await foundation.close()
    },
  }
}

/** Rooms in which clients are served. */
function furnishDesks(
  foundation: Foundation,
  { config, secrets }: Blueprint,
  outside: Awaited<ReturnType<typeof composeOutside>>,
) {
  const customerTypes = customerTypesOf(config)
  const assets = new Map(config.assets.map((asset) => [asset.code, asset] as const))
  const callbackRules = { allowHttp: config.isSandbox, allowPrivateHosts: config.isSandbox }
  const { hosts } = outside
  const transactions = composeTransactions(foundation, {
    assets,
    customerTypes,
    callbackRules,
    hosts,
    inputSecret: Buffer.from(secrets.tokenSecret),
  })
  const customers = composeCustomers(foundation, {
    types: customerTypes,
    resumeTransactions: transactions.resumeTransactions,
    callbackRules,
    hosts,
    isSandbox: config.isSandbox,
    codeSecret: Buffer.from(secrets.tokenSecret),
  })
  return {
    assets,
    transactions: observeRooms(foundation, transactions, tellingsOfTransactions),
    customers: observeRooms(foundation, customers, tellingsOfCustomers),
  }
}

/** A gateway that would publish something wrong does not start (SEP01-18). */
function refuseFaultyPages({ sites, config }: Blueprint, signingKey: string): void {
  const faults = sites.flatMap((site) => faultsOfPage(homePageOf(site, config, signingKey)))
  if (faults.length > 0) throw new ConfigurationFaulty(faults)
}
