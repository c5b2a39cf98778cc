/**
 * A terminal tells every process at once, and npm passes on to us what it was told too: what comes
 * again so soon is the same wish.
 */
const sameWishMs = 1_000

/** Resolves at the first SIGINT or SIGTERM; one that comes later again ends the process at once. */
export const untilToldToStop = (): Promise<void> =>
  new Promise((resolve) => {
    let toldAt: number | undefined
    const hear = () => {
      toldAt ??= performance.now()
      if (performance.now() - toldAt > sameWishMs) process.exit(1)
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, hear)
  })
