import type { RouteTable } from '../server/route.ts'

export interface HealthParts {
  /** Resolves when the database answers. */
  readonly reachDatabase: () => Promise<void>
}

/** For the machine that runs us: 200 while this process can do its work, else 503 saying what is away. */
export const healthRoutes = ({ reachDatabase }: HealthParts): RouteTable => ({
  cors: false,
  routes: [
    {
      method: 'GET',
      path: '/health',
      auth: 'none',
      route: async () => {
        const database = await reachDatabase().then(
          () => 'ok',
          () => 'away',
        )
        const isWell = database === 'ok'
        return { status: isWell ? 200 : 503, body: { status: isWell ? 'ok' : 'failing', database } }
      },
    },
  ],
})
