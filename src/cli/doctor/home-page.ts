import { readFile } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import { parse } from 'smol-toml'
import { Agent, request } from 'undici'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { examine, expectThat, fault, good, warning } from './finding.ts'
import type { Examined, Finding } from './finding.ts'

export interface HomePageExpected {
  readonly config: Config
  readonly signingKey: string | undefined
}

/** What the world reads at the home domain, beside what this configuration would serve. */
export function examineHomePage(expected: HomePageExpected): Promise<Examined> {
  const url = `${originOf(expected.config)}/.well-known/stellar.toml`
  return examine(
    'Home domain',
    async () => {
      const { status, headers, text } = await fetchPage(url, expected.config.extraCaFile)
      if (status !== 200) {
        const doNext = 'Serve it there, from this gateway or by forwarding to it'
        return [fault(`${url} answers ${status}`, doNext)]
      }
      return [
        good(`${url} is there`),
        expectThat(
          headers['access-control-allow-origin'] === '*',
          'browsers may read it',
          fault('browsers may not read it', 'Send Access-Control-Allow-Origin: * with it (SEP-1)'),
        ),
        ...ofContent(parse(text), expected),
      ]
    },
    (reason) =>
      warning(
        `${url} cannot be read: ${reason}`,
        'Natural before the first start; after it, look at DNS, the certificate and the proxy in front',
      ),
  )
}

/** The sandbox's home domain has a port and no TLS; elsewhere SEP-1 fixes the address. */
const originOf = ({ isSandbox, site }: Config): string =>
  isSandbox ? site.url : `https://${site.homeDomain}`

async function fetchPage(url: string, extraCaFile: string | undefined) {
  const ca = extraCaFile === undefined ? [] : [...rootCertificates, await readFile(extraCaFile)]
  const agent = new Agent({
    ...(ca.length > 0 && { connect: { ca } }),
    maxResponseSize: 102_400,
  })
  try {
    const { statusCode, headers, body } = await request(url, { dispatcher: agent })
    return { status: statusCode, headers, text: await body.text() }
  } finally {
    await agent.destroy()
  }
}

function ofContent(
  page: Readonly<Record<string, unknown>>,
  { config, signingKey }: HomePageExpected,
): readonly Finding[] {
  const wanted = {
    SIGNING_KEY: signingKey,
    NETWORK_PASSPHRASE: config.network.passphrase,
    WEB_AUTH_ENDPOINT: `${config.site.url}/auth`,
    KYC_SERVER: `${config.site.url}/sep12`,
    DIRECT_PAYMENT_SERVER: `${config.site.url}/sep31`,
  }
  const keys = Object.entries(wanted)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      expectThat(
        page[name] === value,
        `${name} is ours`,
        fault(
          `${name} is ${said(page[name])}, this configuration has ${said(value)}`,
          name === 'SIGNING_KEY'
            ? 'Publish the key of FAIRLEAD_SIGNING_SEED, or every login is refused by careful wallets'
            : 'Publish what this configuration says, or mend the configuration',
        ),
      ),
    )
  return [...keys, ofCurrencies(page['CURRENCIES'], config)]
}

const said = (value: unknown): string => (typeof value === 'string' ? value : 'missing')

const currencies = z.array(z.object({ code: z.string(), issuer: z.string().default('') })).catch([])

function ofCurrencies(published: unknown, config: Config): Finding {
  const listed = new Set(currencies.parse(published).map(({ code, issuer }) => `${code}:${issuer}`))
  const missing = config.assets.filter(
    ({ code, issuer }) => !listed.has(issuer === undefined ? 'native:' : `${code}:${issuer}`),
  )
  return expectThat(
    missing.length === 0,
    'every asset is listed under CURRENCIES',
    fault(
      `CURRENCIES lacks ${missing.map(({ code }) => code).join(', ')}`,
      'Publish each asset with code and issuer',
    ),
  )
}
