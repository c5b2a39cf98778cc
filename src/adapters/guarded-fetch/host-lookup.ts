import { lookup } from 'node:dns/promises'
import type { HostLookup } from '../../usecases/ports/host-lookup.ts'
import { isPublicAddress } from './public-address.ts'

const timeoutMs = 2_000

/**
 * Asks the system's resolver. A host that cannot be looked up now is not held against the caller: each
 * call is guarded again when it is made.
 */
export const hostLookup = (
  addressesOf: (host: string) => Promise<readonly string[]> = resolve,
): HostLookup => ({
  async isPublic(url) {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
    const addresses = await Promise.race([addressesOf(host).catch(() => []), soon()])
    return addresses.every(isPublicAddress)
  },
})

const resolve = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address)

const soon = (): Promise<readonly string[]> =>
  new Promise((done) => {
    setTimeout(() => done([]), timeoutMs).unref()
  })
