import 'reflect-metadata'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate for the given names, signed by an authority that only this directory knows (SBX-08). */
export interface ServerCertificate {
  readonly key: string
  readonly cert: string
  /** PEM of the authority, for `NODE_EXTRA_CA_CERTS` and browsers. */
  readonly caFile: string
}

export interface CertificateOrder {
  readonly directory: string
  readonly names: readonly string[]
  readonly now: Date
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000

/** The authority is kept; the server's certificate is made anew at each start. */
export async function serverCertificate(order: CertificateOrder): Promise<ServerCertificate> {
  mkdirSync(order.directory, { recursive: true, mode: 0o700 })
  const caFile = join(order.directory, 'ca.pem')
  const caKeyFile = join(order.directory, 'ca-key.pem')
  const authority =
    existsSync(caFile) && existsSync(caKeyFile)
      ? await readAuthority(caFile, caKeyFile)
      : await makeAuthority(order.now)
  if (authority.fresh) {
    writePrivate(caKeyFile, await privatePem(authority.key))
    writePrivate(caFile, authority.certificate.toString('pem'))
  }
  const { key, certificate } = await makeServerCertificate(authority, order)
  return {
    key: await privatePem(key),
    cert: `${certificate.toString('pem')}\n${authority.certificate.toString('pem')}\n`,
    caFile,
  }
}

interface Authority {
  readonly key: webcrypto.CryptoKey
  readonly certificate: X509Certificate
  readonly fresh: boolean
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, `${text.trimEnd()}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64')
  const lines = der.match(/.{1,64}/g) ?? []
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----'].join('\n')
}

async function readAuthority(caFile: string, caKeyFile: string): Promise<Authority> {
  const der = Buffer.from(
    readFileSync(caKeyFile, 'utf8').replaceAll(/-----[^-]+-----|\s/g, ''),
    'base64',
  )
  const key = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign'])
  return { key, certificate: new X509Certificate(readFileSync(caFile, 'utf8')), fresh: false }
}

async function makeAuthority(now: Date): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Fairlead sandbox authority (this machine only), O=Fairlead',
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + 3650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys: keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { key: keys.privateKey, certificate, fresh: true }
}

async function makeServerCertificate(authority: Authority, { names, now }: CertificateOrder) {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=localhost, O=Fairlead sandbox',
    issuer: authority.certificate.subject,
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + 365 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names.map((value) => ({ type: nameType(value), value }))),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.certificate),
    ],
  })
  return { key: keys.privateKey, certificate }
}

function nameType(name: string): 'dns' | 'ip' {
  return /^[\d.]+$/.test(name) || name.includes(':') ? 'ip' : 'dns'
}

function serialNumber(): string {
  return Buffer.from(webcrypto.getRandomValues(new Uint8Array(15)))
    .toString('hex')
    .replace(/^/, '01')
}
