import { Migration } from '@mikro-orm/migrations'

/** Used SEP-10 challenges, so that one challenge gives one token. New table: locks nothing. */
export class Logins extends Migration {
  override up(): void {
    this.addSql(`create table consumed_challenge (
        hash text primary key,
        expires_at timestamptz not null
      )`)
    this.addSql(`create index consumed_challenge_lapsing on consumed_challenge (expires_at)`)
  }
}
