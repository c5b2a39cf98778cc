import { Migration } from '@mikro-orm/migrations'

/**
 * Callbacks that were given up are counted for operators without reading all. Locks `callback` against
 * writing while the index is built.
 */
export class DeadCallbacks extends Migration {
  override up(): void {
    this.addSql(`create index callback_dead on callback (ended_at) where state = 'dead'`)
  }
}
