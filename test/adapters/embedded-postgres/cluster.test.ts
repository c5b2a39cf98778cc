import { once } from 'node:events'
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureCluster, ensureDatabase } from '../../../src/adapters/embedded-postgres/cluster.ts'
import type { RunAs } from '../../../src/adapters/embedded-postgres/run-as.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534

let directory: string
let cluster: string
let owned: string[]

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'fairlead-cluster-')))
  await chmod(directory, 0o755) // nobody has to enter
  cluster = join(directory, 'cluster')
  owned = []
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** Has a program in place of initdb, which makes what marks a cluster and then does this. */
async function ensure(acts = '', runAs: Partial<RunAs> = {}): Promise<string> {
  const initdb = join(directory, 'program')
  const lines = [
    '#!/bin/sh',
    'for told; do case $told in --pwfile=*) given=${told#--pwfile=};; esac; done',
    `echo "$@" > "$2/told"; pwd > "$2/pwd"; cat "$given" > "$2/given"; cp "$2/../password" "$2/kept"; ls -l "$given" > "$2/mode"; echo 18 > "$2/PG_VERSION"`,
    acts,
  ]
  await writeFile(initdb, lines.join('\n'), { mode: 0o755 })
  const own = async (path: string) => void owned.push(path)
  const plain = { prefix: [], ids: {}, binaries: { initdb, postgres: '' }, own }
  const logFile = join(directory, 'postgres.log')
  return ensureCluster({ directory, cluster, logFile, runAs: { ...plain, ...runAs } })
}

const text = async (path: string): Promise<string> =>
  (await readFile(join(directory, path), 'utf8')).trim()
const modeOf = async (path: string): Promise<number> =>
  (await stat(join(directory, path))).mode & 0o777

describe('a cluster', () => {
  const draft = (): string => join(directory, 'cluster.draft')
  const given = (): string => join(directory, 'password.draft')

  it('is created beside its place, for one owner, and moved there whole', async () => {
    const password = await ensure()
    expect(password).toMatch(/^[\w-]{32}$/)
    expect((await readdir(directory)).toSorted()).toEqual(['cluster', 'password', 'program'])
    for (const path of ['password', 'cluster/given', 'cluster/kept'])
      // kept before there is a cluster
      expect([path, await text(path)]).toEqual([path, password])
    expect([await modeOf('password'), await modeOf('cluster')]).toEqual([0o600, 0o700])
    expect(await text('cluster/mode')).toMatch(/^-rw-------/)
    expect(owned).toEqual([draft(), given(), cluster])
    expect(await text('cluster/pwd')).toBe('/')
    expect(await text('cluster/told')).toBe(
      `-D ${draft()} -E UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C ` +
        `--auth=scram-sha-256 --pwfile=${given()} --username fairlead --no-sync --no-instructions`,
    )
  })

  it('is created with another password each time', async () => {
    const first = await ensure()
    await rm(cluster, { recursive: true })
    expect(await ensure()).not.toBe(first)
  })

  it('is kept with its password once it is there, and given to whoever runs it', async () => {
    const password = await ensure()
    owned = []
    expect(await ensure('exit 1')).toBe(password)
    expect(owned).toEqual([cluster])
  })

  it.runIf(isRoot)('is created as the user and behind the command that are given', async () => {
    const runAs = { prefix: ['env', 'BEFORE=yes'], ids: { uid: nobody, gid: nobody } }
    const failing = ensure('echo $(id -u) $(id -g) $BEFORE >&2; exit 1', runAs)
    const cause = expect.objectContaining({
      stderr: expect.stringContaining(`${nobody} ${nobody} yes`) as string,
    }) as Error
    await expect(failing).rejects.toMatchObject({ cause })
  })

  it('that cannot be created is an error that says where, and why', async () => {
    const cause = expect.objectContaining({ code: 1, stderr: 'disk full\n' }) as Error
    await expect(ensure('echo disk full >&2; exit 1')).rejects.toMatchObject({
      message: `The database could not be created in ${directory}`,
      cause,
    })
    await expect(stat(cluster)).rejects.toThrow('ENOENT')
  })

  it('is created afresh after a first start that was cut short', async () => {
    await mkdir(join(draft(), 'half'), { recursive: true })
    await writeFile(given(), 'old')
    const password = await ensure()
    expect(await text('cluster/given')).toBe(password)
    expect(await readdir(cluster)).not.toContain('half')
  })
})

describe('a database that cannot be reached', () => {
  it('is an error when the server goes away in the middle of a question', async () => {
    const ready = Buffer.from('R\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I', 'latin1') // let in, and idle
    const server = createServer((socket) => {
      socket.once('data', () => {
        socket.write(ready)
        socket.once('data', () => socket.destroy())
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // it listens on TCP
    const asked = ensureDatabase(`postgres://fairlead:secret@127.0.0.1:${port}`)
    await expect(asked).rejects.toThrow('Connection terminated unexpectedly')
    server.close()
  })
})
