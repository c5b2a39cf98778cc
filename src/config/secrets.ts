import type { Environment } from './env.ts'
import { environmentNames } from './env.ts'

/** What must never be printed. Kept apart from the configuration so that the latter may be. */
export interface Secrets {
  /** Seed of `SIGNING_KEY`, S…: signs challenges and callbacks, nothing else. */
  readonly signingSeed: string
  /** Key of the tokens that SEP-10 gives; at least 32 bytes. */
  readonly tokenSecret: string
  /** Keys for personal data at rest; the first seals, all open. 32 bytes each. */
  readonly dataKeys: readonly { readonly id: string; readonly secret: Uint8Array }[]
  readonly railToken: string
  readonly railSecret: string
  readonly backofficeToken: string
}

/** Reads the secrets; there are no defaults. Each missing or weak one is added to `faults`. */
export function readSecrets(environment: Environment, faults: string[]): Secrets | undefined {
  const before = faults.length
  const wanted = (name: keyof Environment) => {
    const value = environment[name]
    if (value === undefined) faults.push(`${environmentNames[name]} is missing`)
    return value
  }
  const read = (name: keyof Environment) => {
    const value = wanted(name)
    if (value !== undefined && isGuessable(value)) {
      faults.push(`${environmentNames[name]} ${tooWeak}`)
    }
    return value ?? ''
  }
  const readBearer = (name: keyof Environment) => {
    const value = read(name)
    if (value === '' || /^[A-Za-z0-9._~+/-]+=*$/.test(value)) return value
    faults.push(`${environmentNames[name]} has characters that no Bearer token has (RFC 6750)`)
    return value
  }
  const secrets = {
    signingSeed: read('signingSeed'),
    tokenSecret: read('tokenSecret'),
    dataKeys: readDataKeys(wanted('dataKeys'), faults),
    railToken: readBearer('railToken'),
    railSecret: read('railSecret'),
    backofficeToken: readBearer('backofficeToken'),
  }
  return faults.length > before ? undefined : secrets
}

const tooWeak = 'is too weak: 32 random characters or more, e.g. openssl rand -hex 32'

const isGuessable = (secret: string) => secret.length < 32 || new Set(secret).size < 8

/** `id:hex,id:hex`, 32 bytes each. A sealed value names its key by the id, so no two may share one. */
function readDataKeys(text: string | undefined, faults: string[]): Secrets['dataKeys'] {
  if (text === undefined) return []
  const name = environmentNames.dataKeys
  const parts = text.split(',').map((part) => dataKeyPattern.exec(part))
  const keys = parts.filter((part) => part !== null).map(([, id = '', hex = '']) => ({ id, hex }))
  if (keys.length < parts.length) {
    faults.push(`${name} wants id:hex of 32 bytes, separated by commas`)
  }
  if (keys.some(({ hex }) => isGuessable(hex))) faults.push(`${name} ${tooWeak}`)
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    faults.push(`${name} has two keys of one id: a new key wants a new id`)
  }
  return keys.map(({ id, hex }) => ({ id, secret: Uint8Array.from(Buffer.from(hex, 'hex')) }))
}

const dataKeyPattern = /^([a-z0-9-]{1,32}):([0-9a-fA-F]{64})$/
