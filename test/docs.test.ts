import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { defaultBytesMax } from '../src/adapters/guarded-fetch/guarded-fetch.ts'
import { configFileSchema } from '../src/config/config-file.ts'
import { environmentNames } from '../src/config/env.ts'
import { operatorSocketsMax, partnerSocketsMax } from '../src/gateway.ts'
import { pageSizeMax } from '../src/graphql/page-size.ts'
import { costMax, depthMax, tokensMax } from '../src/graphql/server/excess.ts'
import { messageBytesMax } from '../src/graphql/server/sockets.ts'
import { defaultBodyLimits } from '../src/http/server/body.ts'
import { timeLimits } from '../src/http/server/http-server.ts'
import { amountLengthMax } from '../src/http/sep31/read-opening.ts'
import { envelopeLengthMax } from '../src/usecases/clients/exchange-challenge.ts'
import { filesOf, textOf } from './repository.ts'

/** What is written for people is true. */

const pages = filesOf('.').filter((path) => path.endsWith('.md') && !path.startsWith('test/'))

describe('docs/configuration.md', () => {
  const text = textOf('docs/configuration.md')

  it('describes every setting, and none that is not read', () => {
    const described = [...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name)
    expect(new Set(described)).toEqual(new Set(Object.values(environmentNames)))
  })

  it('describes every key of the file', () => {
    const words = new Set(
      [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(/\W+/)),
    )
    const keys = keysOf(z.toJSONSchema(configFileSchema, { io: 'input' }))
    expect(keys).toContain('paymentDeadlineMinutes')
    expect(keys.filter((key) => !words.has(key))).toEqual([])
  })

  it('names the limits that hold', () => {
    const { bytesMax, multipartBytesMax, fileBytesMax, fieldBytesMax, partsMax } = defaultBodyLimits
    const [kib, mib] = [1_024, 1_048_576]
    const written = (number: number) => number.toLocaleString('en')
    const limits = Object.fromEntries(
      [...text.matchAll(/^\| (\S[^|]*?) +\| ([^|]*?) +\|$/gm)].map(([, what, limit]) => [
        what,
        limit,
      ]),
    )
    expect(limits).toMatchObject({
      'request body; multipart; one file': `${bytesMax / kib} KiB; ${multipartBytesMax / mib} MiB; ${fileBytesMax / mib} MiB`,
      'a text field; parts of a multipart body': `${fieldBytesMax / kib} KiB; ${partsMax}`,
      'GraphQL: depth, cost, tokens, page': [depthMax, costMax, tokensMax, pageSizeMax]
        .map(written)
        .join('; '),
      'GraphQL: one WebSocket message': `${written(messageBytesMax)} bytes`,
      'request, whole': `${timeLimits.requestTimeout / 1_000} s`,
      'challenge envelope in a login': `${written(envelopeLengthMax)} characters`,
      'amount in a request': `${amountLengthMax} characters`,
      'WebSocket connections: partners, operators': `${written(partnerSocketsMax)}; ${operatorSocketsMax} per process`,
      'what we fetch from others': `${defaultBytesMax / kib} KiB, no redirects, https and public addresses`,
    })
  })

  it('shows a file that is accepted as it stands', () => {
    const read = configFileSchema.safeParse(parse(textOf('docs/fairlead.example.yaml')))
    expect(read.error?.issues ?? []).toEqual([])
  })
})

describe('docker-compose.yml', () => {
  const text = textOf('docker-compose.yml')

  it('gives no setting that is not read', () => {
    const known = new Set([...Object.values(environmentNames), 'POSTGRES_PASSWORD'])
    const named = [...text.matchAll(/\b(FAIRLEAD_\w+|DATABASE_URL|REDIS_URL)\b/g)].map(
      ([, name = '']) => name,
    )
    expect(named.filter((name) => !known.has(name))).toEqual([])
    const asked = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)
    expect(asked.filter((name) => !known.has(name))).toEqual([])
  })

  it('has no default for anything that is asked for', () => {
    const asked = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)]
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter(([, , rest]) => rest !== ':?').map(([all]) => all)).toEqual([])
  })

  it('waits for the database, the migration and Redis, by their health', () => {
    const composed = parse(text, { merge: true }) as {
      readonly services: Readonly<
        Record<string, { readonly depends_on?: object; readonly healthcheck?: object }>
      >
    }
    const { services } = composed
    expect(services['migrate']?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
    for (const role of ['gateway', 'worker']) {
      expect(services[role]?.depends_on).toEqual({
        migrate: { condition: 'service_completed_successfully' },
        redis: { condition: 'service_healthy' },
      })
    }
    for (const store of ['postgres', 'redis']) {
      expect(services[store]?.healthcheck).toHaveProperty('test')
    }
  })
})

describe('pages', () => {
  /** Commands that are shown and not run in CI as they stand, with the reason. */
  const notRun: Readonly<Record<string, string>> = {
    'npm start': 'runs until it is stopped; test/flows starts the same command on free ports',
    'npm run check': 'CI runs its parts one by one; test/tidy.test.ts compares the lists',
    'npm run format': 'changes files; CI runs check:format',
    'npm run test:fast': 'a part of npm test',
    'npm run fairlead -- sandbox network':
      'runs until it is stopped, or wants a file; test/sandbox runs the same command',
    'npm run fairlead -- sandbox --without-gateway': 'runs until it is stopped; see test/flows',
    'npm run fairlead -- start': 'runs until it is stopped; test/flows starts the same command',
    'npm run fairlead -- doctor':
      'wants a sandbox that runs; test/cli/doctor.test.ts runs the same command',
    export: 'belongs to the command after it',
    'node --import': 'test/clients runs a wallet of its own in this way',
    'docker compose up': 'CI has no Docker daemon; the file is checked above',
  }
  const run = textOf('.ci/run')
  const isRun = (command: string) =>
    command in notRun ||
    Object.keys(notRun).some((shown) => command.startsWith(`${shown} `)) ||
    new RegExp(`(^|')${escape(command)}( |'|$)`, 'm').test(run)

  it('show only commands that CI runs, or that are listed with the reason why not', () => {
    const shown = pages.flatMap((page) => commandsOf(page).map((command) => ({ page, command })))
    expect(shown.length).toBeGreaterThan(3)
    expect(shown.filter(({ command }) => !isRun(command))).toEqual([])
  })

  it('link only to files that are there', () => {
    const dead = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].flatMap(
        ([, target = '']) => {
          const path = normalize(join(dirname(page), target))
          return existsSync(join(import.meta.dirname, '..', path)) ? [] : [`${page}: ${target}`]
        },
      ),
    )
    expect(dead).toEqual([])
  })

  it('each layer says in a few lines what belongs there', () => {
    const layers = (
      'domain usecases usecases/ports adapters http graphql sandbox config compose cli demo ' +
      'observability'
    ).split(' ')
    const wanted = ['jobs/README.md', ...layers.map((layer) => `src/${layer}/README.md`)]
    expect(wanted.filter((path) => !pages.includes(path))).toEqual([])
  })
})

/** Names of all properties in a JSON schema, records of free names aside. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  if (Array.isArray(schema)) return schema.flatMap(keysOf)
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) =>
    key === 'properties' && typeof value === 'object' && value !== null
      ? [...Object.keys(value), ...Object.values(value).flatMap(keysOf)]
      : keysOf(value),
  )
}

/** The commands of a page's shell blocks, one by one, without their comments. */
function commandsOf(page: string): readonly string[] {
  const blocks = textOf(page).matchAll(/```(?:sh|bash|shell)\n([\s\S]*?)```/g)
  return [...blocks].flatMap(([, block = '']) =>
    block
      .split(/\n|&&/)
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
      .filter((line) => line !== ''),
  )
}

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
