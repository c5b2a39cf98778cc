import 'reflect-metadata'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serverCertificate } from '../../../src/sandbox/network/tls/authority.ts'

const now = new Date('2026-03-01T12:00:00Z')
const daysFrom = (days: number) => new Date(now.getTime() + days * 24 * 60 * 60 * 1000)

let directory: string

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'fairlead-test-')), 'tls')
})
afterEach(() => rm(join(directory, '..'), { recursive: true }))

const order = (names: readonly string[] = ['localhost'], at = now) => ({
  directory,
  names,
  now: at,
})
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
const read = (name: string) => readFile(join(directory, name), 'utf8')

/** The server's certificate and, behind it, that of the authority which signed it. */
async function chain(names?: readonly string[], at?: Date) {
  const { cert, key } = await serverCertificate(order(names, at))
  const [server = '', authority = ''] =
    cert.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g) ?? []
  const parsed = [server, authority].map((pem) => new x509.X509Certificate(pem))
  return { key, server: extensionsOf(parsed[0]), authority: extensionsOf(parsed[1]) }
}

/** What a certificate says; an extension that has to be understood is marked by `critical`. */
function extensionsOf(certificate: x509.X509Certificate | undefined) {
  if (certificate === undefined) throw new Error('There is no such certificate')
  const [limits, usage, purposes] = [
    certificate.getExtension(x509.BasicConstraintsExtension),
    certificate.getExtension(x509.KeyUsagesExtension),
    certificate.getExtension(x509.ExtendedKeyUsageExtension),
  ]
  return {
    certificate,
    says: {
      subject: certificate.subject,
      serial: certificate.serialNumber,
      keyId: certificate.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
      from: certificate.notBefore,
      until: certificate.notAfter,
      limits: { ca: limits?.ca, depth: limits?.pathLength, critical: limits?.critical },
      usage: { flags: usage?.usages, critical: usage?.critical },
      purposes: purposes?.usages,
    },
  }
}

const [serial, keyId] = [/^01[0-9a-f]{30}$/, /^[0-9a-f]{40}$/].map(
  (form) => expect.stringMatching(form) as unknown,
)

describe('the authority of a sandbox', () => {
  test('signs certificates of servers and nothing else, for ten years (SBX-08)', async () => {
    const { authority } = await chain()
    expect(authority.says).toEqual({
      subject: 'CN=Fairlead sandbox authority (this machine only), O=Fairlead',
      serial,
      keyId,
      from: daysFrom(-1),
      until: daysFrom(3650),
      limits: { ca: true, depth: 0, critical: true },
      usage: {
        flags: x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        critical: true,
      },
      purposes: undefined,
    })
    expect(await authority.certificate.isSelfSigned()).toBe(true)
  })

  test('is kept with its key, and signs the next certificate too (SBX-08)', async () => {
    const first = await chain()
    const files = [await read('ca.pem'), await read('ca-key.pem')]
    const second = await chain()
    expect([await read('ca.pem'), await read('ca-key.pem')]).toEqual(files)
    expect(second.authority.certificate.equal(first.authority.certificate)).toBe(true)
    expect(second.server.certificate.serialNumber).not.toBe(first.server.certificate.serialNumber)
    const { publicKey } = first.authority.certificate
    expect(await second.server.certificate.verify({ publicKey, date: now })).toBe(true)
  })

  test('is another in each sandbox, by number and by key (SBX-08)', async () => {
    const { authority: first } = await chain()
    await rm(directory, { recursive: true })
    const { authority: second } = await chain()
    expect(second.says.serial).not.toBe(first.says.serial)
    expect(second.says.keyId).not.toBe(first.says.keyId)
  })

  test.each(['ca.pem', 'ca-key.pem'])('is made anew when %s is gone (SBX-08)', async (name) => {
    await chain()
    const before = await read('ca.pem')
    await rm(join(directory, name))
    const { authority, server } = await chain()
    expect(await read('ca.pem')).not.toBe(before)
    expect(await read('ca.pem')).toBe(`${authority.certificate.toString('pem').trimEnd()}\n`)
    const { publicKey } = authority.certificate
    expect(await server.certificate.verify({ publicKey, date: now })).toBe(true)
  })

  test('is for its owner only, also where files of others lay in its place (SBX-08)', async () => {
    await chain()
    expect(await modeOf(directory)).toBe('700')
    const key = join(directory, 'ca-key.pem')
    await rm(join(directory, 'ca.pem'))
    await writeFile(key, 'left by somebody')
    await chmod(key, 0o644)
    await chain()
    expect(await modeOf(key)).toBe('600')
    expect(await modeOf(join(directory, 'ca.pem'))).toBe('600')
  })
})

describe('the certificate of a sandbox', () => {
  test('counts its year from its own day, under an authority of long ago (SBX-08)', async () => {
    const { authority: first } = await chain()
    const { server, authority } = await chain(undefined, daysFrom(400))
    expect(authority.says).toEqual(first.says)
    expect([server.says.from, server.says.until]).toEqual([daysFrom(399), daysFrom(765)])
  })

  test('has a key of its own, which is the one that is given (SBX-08)', async () => {
    const { server, authority, key } = await chain()
    const given = createPublicKey(key).export({ format: 'der', type: 'spki' })
    const keyIn = ({ certificate }: typeof server) => Buffer.from(certificate.publicKey.rawData)
    expect(keyIn(server).equals(given)).toBe(true)
    expect(keyIn(authority).equals(given)).toBe(false)
  })

  test('is for servers under its names, from yesterday on for a year (SBX-08)', async () => {
    const names = ['localhost', '127.0.0.1', '::1', 'horizon.anchor.test', '10.0.0.7.example']
    const { server, authority, key } = await chain(names)
    expect(server.says).toEqual({
      subject: 'CN=localhost, O=Fairlead sandbox',
      serial,
      keyId,
      from: daysFrom(-1),
      until: daysFrom(365),
      limits: { ca: false, depth: undefined, critical: true },
      usage: { flags: x509.KeyUsageFlags.digitalSignature, critical: true },
      purposes: [x509.ExtendedKeyUsage.serverAuth],
    })
    const { certificate } = server
    expect(certificate.issuer).toBe(authority.certificate.subject)
    const asked = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON()
    expect(asked).toEqual([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
      { type: 'ip', value: '::1' },
      { type: 'dns', value: 'horizon.anchor.test' },
      { type: 'dns', value: '10.0.0.7.example' },
    ])
    const { keyId: signer } = certificate.getExtension(x509.AuthorityKeyIdentifierExtension) ?? {}
    const own = authority.certificate.getExtension(x509.SubjectKeyIdentifierExtension)
    expect(signer).toBe(own?.keyId)
    expect(key.split('\n').filter((line) => line.length > 64)).toEqual([])
    expect(createPrivateKey(key).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  })
})
