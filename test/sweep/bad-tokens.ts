import { createHmac, generateKeyPairSync, hkdfSync } from 'node:crypto'
import { Keypair } from '@stellar/stellar-sdk'
import { SignJWT, UnsecuredJWT, decodeJwt } from 'jose'
import { tokenFor, tokenSecret } from '../graphql/gateway-world.ts'

export interface Credentials {
  /** The whole header, or none. */
  readonly authorization: string | undefined
}

/**
 * Every way to come without a login of ours; each is one step away from a token that is good.
 * @param subject - of the good token.
 * @param signingKey - `SIGNING_KEY` of the gateway: public, so anybody may try it as a secret.
 */
export async function badCredentials(
  subject: string,
  signingKey: string,
): Promise<Readonly<Record<string, Credentials>>> {
  const good = await tokenFor(subject)
  const [header = '', payload = '', signature = ''] = good.split('.')
  const claims = decodeJwt(good)
  const derived = new Uint8Array(hkdfSync('sha256', tokenSecret, '', 'fairlead login token', 32))
  const signed = (changes: object, protectedHeader: object = {}) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', ...protectedHeader })
      .sign(derived)
  const bearers = {
    'that has lapsed': await tokenFor(subject, -1_000),
    'with another key': withHmac(header, payload, 'some other secret, long enough to be one'),
    'with the bare secret': withHmac(header, payload, tokenSecret),
    'with the public key as a secret, as bytes': withHmac(
      header,
      payload,
      Keypair.fromPublicKey(signingKey).rawPublicKey(),
    ),
    'with the public key as a secret, as text': withHmac(header, payload, signingKey),
    'with an empty secret': withHmac(header, payload, ''),
    'with no algorithm': new UnsecuredJWT(claims).encode(),
    'with no algorithm and the old signature': `${part({ alg: 'none', typ: 'JWT' })}.${payload}.${signature}`,
    'with another HMAC': await signed({}, { alg: 'HS512' }),
    'with a key of its own (EdDSA)': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
      .sign(generateKeyPairSync('ed25519').privateKey),
    'that names its key itself': await new SignJWT(claims)
      .setProtectedHeader({
        alg: 'HS256',
        typ: 'JWT',
        kid: '../../dev/null',
        jku: 'https://eve.example/keys',
      })
      .sign(new Uint8Array(32)),
    'of another kind': await signed({}, { typ: 'secret+JWT' }),
    'of another issuer': await signed({ iss: 'https://elsewhere.example/auth' }),
    'of another home domain': await signed({ home_domain: 'elsewhere.example' }),
    'with a subject that is no account': await signed({ sub: 'GNOBODY' }),
    'without a subject': await signed({ sub: undefined }),
    'without an end': await signed({ exp: undefined }),
    'with an end that is no number': await signed({ exp: 'never' }),
    'that is not good yet': await signed({ nbf: Math.floor(Date.now() / 1000) + 3_600 }),
    'with another payload': `${header}.${part({ ...claims, sub: Keypair.random().publicKey() })}.${signature}`,
    'with half a signature': `${header}.${payload}.${signature.slice(0, 20)}`,
    'without a signature': `${header}.${payload}.`,
    twice: `${good}, Bearer ${good}`,
    'with a part too many': `${good}.${signature}`,
    'that is none': 'null',
  }
  const all: Record<string, Credentials> = {
    'no header at all': { authorization: undefined },
    'an empty header': { authorization: '' },
    'a scheme alone': { authorization: 'Bearer' },
    'another scheme': { authorization: `Basic ${Buffer.from(`x:${good}`).toString('base64')}` },
    'the token without its scheme': { authorization: good },
  }
  for (const [name, token] of Object.entries(bearers)) {
    all[`a token ${name}`] = { authorization: `Bearer ${token}` }
  }
  return all
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function withHmac(header: string, payload: string, secret: string | Uint8Array): string {
  const body = `${header}.${payload}`
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
}
