import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  DataDirectoryInUse,
  claimDirectory,
  isAlive,
  linked,
  processIdentity,
  readIfThere,
  removeSeen,
  startedAt,
} from '../../../src/adapters/embedded-postgres/ownership.ts'
import { until } from '../../until.ts'

let directory: string
let claim: string
const { platform } = process

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairlead-owner-'))
  claim = join(directory, 'owner')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  Object.defineProperty(process, 'platform', { value: platform })
  await rm(directory, { recursive: true, force: true })
})

const mine = (): string => `${process.pid} ${processIdentity(process.pid)}`
const unused = 2 ** 31 - 1 // above what any system gives to a process
const nobody = 65534

describe('the claim on a data directory', () => {
  it('names this process, is read by its owner alone, and goes when it is given back', async () => {
    const release = await claimDirectory(directory)
    expect(await readdir(directory)).toEqual(['owner'])
    expect(await readFile(claim, 'utf8')).toBe(mine())
    expect((await stat(claim)).mode & 0o777).toBe(0o600)
    await release()
    await release() // the second call does nothing
    expect(await readdir(directory)).toEqual([])
  })

  it('is refused while the process that has it lives, and nothing is left beside it', async () => {
    const held = `${process.ppid} ${processIdentity(process.ppid)}`
    await writeFile(claim, held)
    const refused = claimDirectory(directory)
    await expect(refused).rejects.toThrow(
      new DataDirectoryInUse(
        `Another Fairlead (process ${process.ppid}) uses the database in ${directory}/: ` +
          'stop it first, or choose another FAIRLEAD_DATA_DIR',
      ),
    )
    await expect(refused).rejects.toBeInstanceOf(DataDirectoryInUse)
    expect(await readdir(directory)).toEqual(['owner'])
    expect(await readFile(claim, 'utf8')).toBe(held)
  })

  it.each([
    ['whose number nobody has any more', `${unused} gone`],
    ['whose number another process has today', `${process.pid} of an earlier day`],
    ['that was cut short', ''],
    [
      'whose number another process had since the system was started',
      `${mine().replace(/\d+$/, '')}1`,
    ],
    ['that did not come to say when it began', `${process.pid}`],
    ['that said half of when it began', mine().slice(0, -1)],
  ])('is taken over from a process %s', async (_, left) => {
    await writeFile(claim, left)
    await claimDirectory(directory)
    expect(await readdir(directory)).toEqual(['owner'])
    expect(await readFile(claim, 'utf8')).toBe(mine())
  })

  it('is refused as well where ps tells the moment of a start, in several words', async () => {
    const ps = "#!/bin/sh\necho 'Sun Nov 22 10:11:12 2026'"
    await writeFile(join(directory, 'ps'), ps, { mode: 0o755 })
    vi.stubEnv('PATH', directory)
    Object.defineProperty(process, 'platform', { value: 'darwin' })
    await writeFile(claim, `${process.ppid} Sun Nov 22 10:11:12 2026`)
    await expect(claimDirectory(directory)).rejects.toThrow('Another Fairlead')
    await writeFile(claim, `${process.ppid} Sun Nov 22 10:11:12 2025`)
    await claimDirectory(directory)
    expect(await readFile(claim, 'utf8')).toBe(`${process.pid} Sun Nov 22 10:11:12 2026`)
  })

  it('is given up when it can be neither made nor read, as others start at the same time', async () => {
    await symlink(join(directory, 'nothing'), claim)
    await expect(claimDirectory(directory)).rejects.toThrow(
      new DataDirectoryInUse(`${directory} is being started by other processes: try again`),
    )
    expect(await readdir(directory)).toEqual(['owner'])
  })

  it('is never thought to be made when the system refuses it', async () => {
    await expect(linked(join(directory, 'nothing'), claim)).rejects.toThrow('ENOENT')
    await expect(linked(directory, claim)).rejects.toThrow('EPERM')
  })
})

describe('a stale claim', () => {
  const aside = (): string => join(directory, 'aside')

  it('goes', async () => {
    await writeFile(claim, 'stale')
    await removeSeen(claim, { seen: 'stale', aside: aside() })
    expect(await readdir(directory)).toEqual([])
  })

  it('may have gone already', async () => {
    await removeSeen(claim, { seen: 'stale', aside: aside() })
    expect(await readdir(directory)).toEqual([])
  })

  it('stays when it is another by now', async () => {
    await writeFile(claim, 'of another starter')
    await removeSeen(claim, { seen: 'stale', aside: aside() })
    expect(await readdir(directory)).toEqual(['owner'])
    expect(await readFile(claim, 'utf8')).toBe('of another starter')
  })

  it.skipIf(process.platform === 'win32')(
    'is not given back over the claim that a third starter made in between',
    async () => {
      spawnSync('mkfifo', [claim]) // is read to its end once somebody has written to it
      const removing = removeSeen(claim, { seen: 'stale', aside: aside() })
      await until(async () => !(await readdir(directory)).includes('owner'), 'the claim to move')
      await writeFile(claim, 'of a third starter')
      await writeFile(aside(), 'of another starter')
      await removing
      expect(await readdir(directory)).toEqual(['owner'])
      expect((await stat(claim)).isFile()).toBe(true) // to read the other would wait for ever
      expect(await readFile(claim, 'utf8')).toBe('of a third starter')
    },
  )

  it('that cannot be moved is an error', async () => {
    await mkdir(claim)
    await writeFile(aside(), 'stale')
    await expect(removeSeen(claim, { seen: 'stale', aside: aside() })).rejects.toThrow('ENOTDIR')
  })
})

describe('the identity of a process', () => {
  const stat = '7 (a) R 1 (b) c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 987654 1 2 3'

  it('has the moment of its start, which is field 22 whatever its name is', () => {
    expect(startedAt(stat)).toBe('987654')
  })

  it.runIf(process.platform === 'linux')('is the start of the system and its own', () => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const own = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[22 - 3]
    expect(processIdentity(process.pid)).toBe(`${boot} ${own}`)
    expect(processIdentity(unused)).toBe('gone')
  })

  it('is the moment of its start as ps tells it, where there is no /proc', async () => {
    const ps = `#!/bin/sh
      [ "$*" = "-o lstart= -p ${process.pid}" ] && echo 'Sun Nov 22 10:11:12 2026    '`
    await writeFile(join(directory, 'ps'), ps, { mode: 0o755 })
    vi.stubEnv('PATH', directory)
    expect(processIdentity(process.pid, 'darwin')).toBe('Sun Nov 22 10:11:12 2026')
    expect(processIdentity(unused, 'darwin')).toBe('gone')
  })

  it('is empty on Windows, which does not say', () => {
    expect(processIdentity(process.pid, 'win32')).toBe('')
  })
})

describe('a process', () => {
  it.each([
    [process.pid, true],
    [0, false],
    [-1, false],
    [-process.pid, false],
    [1.5, false],
    [Number.NaN, false],
    [unused, false],
    [1, true], // ours, where Fairlead is all of a container
  ])('with the number %d is alive: %s', (pid, alive) => {
    expect(isAlive(pid)).toBe(alive)
  })

  it.runIf(process.getuid?.() === 0)('is alive too when it belongs to another user', () => {
    const module = fileURLToPath(
      new URL('../../../src/adapters/embedded-postgres/ownership.ts', import.meta.url),
    )
    const script = `import { isAlive } from '${module}'; console.log(isAlive(${process.pid}))`
    const command = ['--input-type=module', '--eval', script]
    const ids = { uid: nobody, gid: nobody, cwd: '/' }
    expect(spawnSync(process.execPath, command, ids).stdout.toString()).toBe('true\n')
  })
})

describe('a file that may be missing', () => {
  it('is read, is undefined when it is not there, and is an error when it cannot be read', async () => {
    await writeFile(claim, 'text')
    expect(await readIfThere(claim)).toBe('text')
    expect(await readIfThere(join(directory, 'nothing'))).toBeUndefined()
    await expect(readIfThere(directory)).rejects.toThrow('EISDIR')
    await expect(readIfThere(join(claim, 'below'))).rejects.toThrow('ENOTDIR')
  })
})
