import { spawnSync } from 'node:child_process'
import { chown, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * How to start PostgreSQL's programs, which refuse to run as root: plainly as an ordinary user; as
 * `nobody` when root and `nobody` can reach the files; and under a private parent directory (a clone
 * in /root) in a user namespace in which root is called `nobody`.
 */
export interface RunAs {
  readonly prefix: readonly string[]
  readonly ids: { readonly uid: number; readonly gid: number } | Readonly<Record<string, never>>
  /** Makes the files belong to whoever PostgreSQL believes it is. */
  own(path: string): Promise<void>
}

const nobody = 65534
const namespacePrefix = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`]

export async function chooseRunAs(paths: readonly string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { prefix: [], ids: {}, own: async () => undefined }
  const reachable = await Promise.all(paths.map(isOpenToEverybody))
  if (reachable.every(Boolean)) {
    return {
      prefix: [],
      ids: { uid: nobody, gid: nobody },
      own: (path) => chownTree(path, nobody),
    }
  }
  if (mayUseNamespaces()) {
    return { prefix: namespacePrefix, ids: {}, own: (path) => chownTree(path, 0) }
  }
  const hidden = paths.filter((_, position) => !reachable[position])
  throw new Error(
    `PostgreSQL refuses to run as root, and the user nobody cannot reach ${hidden.join(' and ')}. ` +
      'Run Fairlead as an ordinary user, move it below a directory that everybody may enter, ' +
      'or set DATABASE_URL.',
  )
}

/** Can another user enter every directory above this path? */
async function isOpenToEverybody(path: string): Promise<boolean> {
  const parent = dirname(path)
  const { mode } = await stat(parent)
  if ((mode & 0o001) === 0) return false
  return parent === path || parent === '/' ? true : isOpenToEverybody(parent)
}

function mayUseNamespaces(): boolean {
  const [command = '', ...options] = namespacePrefix
  return spawnSync(command, [...options, 'true'], { stdio: 'ignore' }).status === 0
}

async function chownTree(path: string, id: number): Promise<void> {
  const present = await stat(path)
  if (present.uid === id && present.gid === id) return
  if (present.isDirectory()) {
    const entries = await readdir(path)
    await Promise.all(entries.map((entry) => chownTree(join(path, entry), id)))
  }
  await chown(path, id, id) // the directory last: a chown cut short starts again
}
