import type { RouteTable } from '../server/route.ts'
import { postNotice } from './post-notice.ts'
import type { NoticeParts } from './post-notice.ts'

/** What a payout rail calls; on the internal listener, and believed by its signature only. */
export const railRoutes = (parts: NoticeParts): RouteTable => ({
  cors: false,
  routes: [{ method: 'POST', path: '/rail/notices', auth: 'none', route: postNotice(parts) }],
})
