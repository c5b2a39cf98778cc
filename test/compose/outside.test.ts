import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { FetchRefused } from '../../src/adapters/guarded-fetch/guarded-fetch.ts'
import { composeOutside } from '../../src/compose/outside.ts'
import { createLog } from '../../src/observability/log.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { serverCertificate } from '../../src/sandbox/network/tls/authority.ts'

const opened: { close(): Promise<void> }[] = []
afterAll(async () => {
  await Promise.all(opened.map((outside) => outside.close()))
})

async function outsideOf(isSandbox: boolean, extraCaFile?: string) {
  const lines: object[] = []
  const destination = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()) as object)
      done()
    },
  })
  const metrics = createMetrics({ version: 'test' })
  const foundation = {
    now: () => new Date(),
    log: createLog({ level: 'info', destination }),
    metrics,
  } as unknown as Parameters<typeof composeOutside>[0] // calls outward need no more of it
  const config = { isSandbox, extraCaFile } as Parameters<typeof composeOutside>[1]
  const outside = await composeOutside(foundation, config)
  opened.push(outside)
  return { ...outside, lines, metrics }
}

const faultOf = async (isSandbox: boolean, url: string, extraCaFile?: string) =>
  (await outsideOf(isSandbox, extraCaFile)).fetch({ url }).then(
    ({ status }) => status,
    (reason: unknown) => (reason instanceof FetchRefused ? reason.fault : reason),
  )

describe('the way to addresses that others chose', () => {
  it.each([
    'https://127.0.0.1:1/',
    'https://[::1]:1/',
    'https://localhost:1/',
    'https://10.0.0.1/',
    'https://169.254.169.254/',
  ])('is closed to %s in production (SEP01-54, SEP10-46)', async (url) => {
    expect(await faultOf(false, url)).toBe('not_public')
  })

  it('takes no plain HTTP in production (SEP01-49)', async () => {
    expect(await faultOf(false, 'http://localhost:1/')).toBe('not_https')
  })

  it('is open to this machine in the sandbox, and to no other private address (SEP01-54)', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect([host, await faultOf(true, `http://${host}:1/`)]).toEqual([host, 'unreachable'])
    }
    expect(await faultOf(true, 'https://10.0.0.1/')).toBe('not_public')
    expect(await faultOf(true, 'http://10.0.0.1/')).toBe('not_https')
  })

  it('tells of each look at a home page, and why one was of no use', async () => {
    const { homePages, lines, metrics } = await outsideOf(true)
    await homePages.signingKeyOf('localhost:1')
    expect(lines).toMatchObject([
      { target: 'home_page', method: 'GET', host: 'localhost:1', msg: 'called' },
      { domain: 'localhost:1', fault: 'unreachable', msg: 'a home page was not usable' },
    ])
    expect(await metrics.registry.metrics()).toContain(
      'fairlead_outward_call_duration_seconds_count{target="home_page"',
    )
  })

  it('trusts the authority of the file that is named, beside the usual ones', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fairlead-outside-'))
    const names = ['localhost']
    const { key, cert, caFile } = await serverCertificate({ directory, names, now: new Date() })
    const server = createServer({ key, cert }, (_, response) => void response.end())
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`
    expect(await faultOf(true, url)).toBe('unreachable')
    expect(await faultOf(true, url, caFile)).toBe(200)
    const { homePages, lines } = await outsideOf(true, caFile)
    await homePages.signingKeyOf(new URL(url).host)
    expect(lines[0]).toMatchObject({ level: 'info', target: 'home_page', status: 200 })
    server.closeAllConnections()
    server.close()
    rmSync(directory, { recursive: true })
  })

  it.each(['127.0.0.1', 'localhost', '10.0.0.1', '169.254.169.254', '[::1]', 'a@b', 'a/b', 'a?b'])(
    'finds no key of a wallet at %s in production (SEP10-45, SEP10-46)',
    async (domain) => {
      const { homePages } = await outsideOf(false)
      const found = await homePages.signingKeyOf(domain)
      expect(found).toEqual({ ok: false, refusal: { code: 'unreachable' } })
    },
  )
})
