import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PostgresBinaries } from '../../../src/adapters/embedded-postgres/binaries.ts'
import { chooseRunAs, runs } from '../../../src/adapters/embedded-postgres/run-as.ts'
import type { Host } from '../../../src/adapters/embedded-postgres/run-as.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534
const unshare = ['unshare', '--user', '--map-user=65534', '--map-group=65534']
const setpriv =
  'setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+dac_override --ambient-caps=+dac_override'.split(
    ' ',
  )

/** parent/data/cluster and parent/native/{bin,lib}, all open; temporary files go below parent/tmp. */
let parent: string
let cluster: string
let binaries: PostgresBinaries
let copies: string

beforeEach(async () => {
  parent = await mkdtemp('/tmp/fairlead-run-as-') // a Mac's own directory for them is open to its user only
  cluster = join(parent, 'data', 'cluster')
  const native = join(parent, 'native')
  binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
  copies = join(parent, 'tmp')
  for (const path of [cluster, join(native, 'bin'), join(native, 'lib'), copies])
    await mkdir(path, { recursive: true })
  for (const path of [parent, join(parent, 'data'), native, join(native, 'bin')])
    await chmod(path, 0o755)
  await writeFile(binaries.initdb, 'initdb')
  await writeFile(binaries.postgres, 'postgres', { mode: 0o755 })
  await utimes(binaries.postgres, 1_700_000_000, 1_700_000_000.5)
  await symlink('libpq.so.5', join(native, 'lib', 'libpq.so'))
  vi.stubEnv('TMPDIR', copies)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(parent, { recursive: true, force: true })
})

const root = (host: Host = {}) =>
  chooseRunAs(cluster, binaries, { uid: 0, succeeds: () => false, ...host })
const noWay = (): Error =>
  new Error(
    `PostgreSQL refuses to run as root, and the user nobody cannot reach ${cluster} or ` +
      `${binaries.postgres}. Run Fairlead as an ordinary user, move it below a directory that ` +
      'everybody may enter, or set DATABASE_URL.',
  )
const owners = async (...paths: readonly string[]): Promise<readonly string[]> =>
  Promise.all(paths.map(async (path) => stat(path).then(({ uid, gid }) => `${uid}:${gid}`)))

describe('PostgreSQL', () => {
  it.each([1, 1000])('runs as it is for the user %d', async (uid) => {
    const before = await owners(cluster)
    const runAs = await chooseRunAs(cluster, binaries, { uid })
    expect(runAs).toEqual({ prefix: [], ids: {}, binaries, own: expect.any(Function) })
    await runAs.own(cluster)
    expect(await owners(cluster)).toEqual(before)
  })

  it('runs as nobody for root, when everybody can reach its data and its programs', async () => {
    const ids = { uid: nobody, gid: nobody }
    const runAs = await root({ succeeds: () => true })
    expect(runAs).toEqual({ prefix: [], ids, binaries, own: expect.any(Function) })
  })

  it.each([
    ['data', 0o700],
    ['data', 0o776],
    [join('native', 'bin'), 0o700],
    ['native', 0o750],
  ])('is out of the reach of nobody when the directory %s has the mode %d', async (path, mode) => {
    await chmod(join(parent, path), mode)
    await expect(root()).rejects.toThrow(noWay())
  })

  it('is within reach where everybody may enter and do no more', async () => {
    for (const path of ['data', 'native', join('native', 'bin')])
      await chmod(join(parent, path), 0o701)
    expect((await root()).ids).toEqual({ uid: nobody, gid: nobody })
  })

  it('runs as root called nobody, where the system has user namespaces', async () => {
    await chmod(parent, 0o700)
    const asked: unknown[] = []
    const succeeds = (command: readonly string[]) => asked.push(command) > 0
    const runAs = await root({ succeeds })
    expect(runAs).toEqual({ prefix: unshare, ids: {}, binaries, own: expect.any(Function) })
    expect(asked).toEqual([[...unshare, 'true']])
  })

  it('is tried in every way before root is told that there is none', async () => {
    await chmod(parent, 0o700)
    const asked: unknown[] = []
    const succeeds = (command: readonly string[]) => asked.push(command) < 0
    await expect(root({ succeeds })).rejects.toThrow(noWay())
    expect(asked).toEqual([
      [...unshare, 'true'],
      [...setpriv, 'true'],
    ])
    await expect(root({ ways: [], succeeds })).rejects.toThrow(noWay())
  })

  it('finds out whether the system runs a command by running it', () => {
    const ends = (code: string) => [process.execPath, '--eval', `process.exit(${code})`]
    expect([runs(ends('0')), runs(ends('1')), runs([join(parent, 'nothing')])]).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe.runIf(isRoot)('the files of the cluster', () => {
  const tree = async (): Promise<readonly string[]> => {
    await mkdir(join(cluster, 'base'))
    await writeFile(join(cluster, 'base', '1'), '')
    return [cluster, join(cluster, 'base'), join(cluster, 'base', '1')]
  }
  const of = (id: number): readonly string[] => Array.from({ length: 3 }, () => `${id}:${id}`)

  it.each([
    ['nobody', nobody],
    ['namespace', 0],
    ['capability', nobody],
  ] as const)('belong by the way %s to %d', async (way, id) => {
    const paths = await tree()
    for (const path of paths) await chown(path, nobody - id, nobody - id)
    const runAs = await root({ ways: [way], succeeds: () => true })
    await runAs.own(cluster)
    expect(await owners(...paths)).toEqual(of(id))
  })

  it.each([
    [nobody, 0],
    [0, nobody],
  ])('are given away whole when the directory is of %d:%d only', async (uid, gid) => {
    const paths = await tree()
    await chown(cluster, uid, gid)
    await (await root()).own(cluster)
    expect(await owners(...paths)).toEqual(of(nobody))
  })

  it('are given away before their directory: a walk that is cut short begins again', async () => {
    const [, base = '', file = ''] = await tree()
    await symlink('nothing', join(base, 'cut')) // leads nowhere, and ends the walk
    const runAs = await root()
    await expect(runAs.own(cluster)).rejects.toThrow('ENOENT')
    expect(await owners(cluster, base)).toEqual(['0:0', '0:0'])
    await rm(join(base, 'cut'))
    await runAs.own(cluster)
    expect(await owners(cluster, base, file)).toEqual(of(nobody))
  })

  it('are not walked through again once the directory, the last of them, is given away', async () => {
    const paths = await tree()
    await chown(cluster, nobody, nobody)
    await (await root()).own(cluster)
    expect(await owners(...paths)).toEqual([`${nobody}:${nobody}`, '0:0', '0:0'])
  })
})

describe.runIf(isRoot)('the programs for the way capability', () => {
  const capability = () => root({ ways: ['capability'], succeeds: () => true })
  const home = (): string => join(copies, 'fairlead-postgres-8-1700000000500')

  it('are copied to where everybody may go', async () => {
    const moved = {
      initdb: join(home(), 'bin', 'initdb'),
      postgres: join(home(), 'bin', 'postgres'),
    }
    const runAs = await capability()
    const own: unknown = expect.any(Function)
    expect(runAs).toEqual({ prefix: setpriv, ids: {}, binaries: moved, own })
    expect(await readdir(copies)).toEqual(['fairlead-postgres-8-1700000000500'])
    expect((await stat(home())).mode & 0o777).toBe(0o755)
    expect(await readFile(moved.postgres, 'utf8')).toBe('postgres')
    expect(await readFile(moved.initdb, 'utf8')).toBe('initdb')
    expect(await readlink(join(home(), 'lib', 'libpq.so'))).toBe('libpq.so.5')
  })

  it('are copied once and kept for the next start', async () => {
    await capability()
    const before = (await stat(copies, { bigint: true })).mtimeNs
    await capability()
    expect((await stat(copies, { bigint: true })).mtimeNs).toBe(before)
  })

  it.each([
    ['belongs to another user', nobody, 0o755],
    ['can be written by its group', 0, 0o775],
    ['can be written by everybody', 0, 0o757],
  ])('are not taken from a directory that %s', async (_, uid, mode) => {
    await mkdir(join(home(), 'bin'), { recursive: true })
    await chmod(home(), mode)
    await chown(home(), uid, uid)
    await expect(capability()).rejects.toThrow(
      new Error(`${home()} was not made by root: remove it`),
    )
    expect(await readdir(copies)).toEqual(['fairlead-postgres-8-1700000000500'])
  })

  it.each([
    ['of root', 0],
    ['of another user', nobody],
  ])('are not taken through a link %s, which may lead elsewhere later', async (_, uid) => {
    const elsewhere = join(parent, 'elsewhere')
    await mkdir(join(elsewhere, 'bin'), { recursive: true, mode: 0o755 })
    await symlink(elsewhere, home())
    await lchown(home(), uid, uid)
    await expect(capability()).rejects.toThrow(
      new Error(`${home()} was not made by root: remove it`),
    )
    expect(await readdir(copies)).toEqual(['fairlead-postgres-8-1700000000500'])
  })
})
