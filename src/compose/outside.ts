import { readFile } from 'node:fs/promises'
import { guardedFetch } from '../adapters/guarded-fetch/guarded-fetch.ts'
import { hostLookup } from '../adapters/guarded-fetch/host-lookup.ts'
import { homePages } from '../adapters/guarded-fetch/home-pages.ts'
import type { Config } from '../config/config.ts'
import { outwardCalls, toldFetch } from '../observability/outward-calls.ts'
import type { Foundation } from './foundation.ts'

/** Hosts of a developer's own machine, which the sandbox may call. */
const ownMachine = ['localhost', '127.0.0.1', '[::1]']

/** The guarded way to addresses that others chose. */
export async function composeOutside(foundation: Foundation, config: Config) {
  const { now, log } = foundation
  const certificates =
    config.extraCaFile === undefined ? [] : [await readFile(config.extraCaFile, 'utf8')]
  const guarded = guardedFetch({
    ...(config.isSandbox && { allowPrivateHosts: ownMachine }),
    ...(certificates.length > 0 && { extraCertificates: certificates }),
  })
  return {
    fetch: guarded.fetch,
    hosts: hostLookup(),
    homePages: homePages({
      fetch: toldFetch(guarded.fetch, outwardCalls(foundation, 'home_page', 'info')),
      now,
      onRefused: (fields) => log.info(fields, 'a home page was not usable'),
    }),
    close: () => guarded.close(),
  }
}
