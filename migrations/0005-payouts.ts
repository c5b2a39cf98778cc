import { Migration } from '@mikro-orm/migrations'

/** Payouts and their attempts: the unique keys here make a payout happen once. New tables: locks nothing. */
export class Payouts extends Migration {
  override up(): void {
    this.addSql(`create table payout (
        transaction_id uuid primary key references "transaction" (id),
        state text not null check (state in ('due', 'claimed', 'pending', 'waiting', 'delivered', 'dead')),
        attempt_number integer not null check (attempt_number >= 0),
        failures integer not null check (failures >= 0),
        due_at timestamptz not null,
        dead_reason text,
        updated_at timestamptz not null,
        check ((state = 'dead') <= (dead_reason is not null))
      )`)
    this.addSql(
      `create index payout_due on payout (due_at) where state in ('due', 'claimed', 'pending')`,
    )
    this.addSql(
      `create index payout_dead on payout (updated_at desc, transaction_id desc) where state = 'dead'`,
    )
    this.addSql(`create table payout_attempt (
        transaction_id uuid not null references payout (transaction_id),
        number integer not null check (number > 0),
        idempotency_key text not null unique,
        state text not null check (state in ('claimed', 'pending', 'delivered', 'rejected', 'returned', 'not_done')),
        rail_payout_id text,
        reason text,
        started_at timestamptz not null,
        ended_at timestamptz,
        primary key (transaction_id, number)
      )`)
    this.addSql(
      `create unique index payout_attempt_one_open on payout_attempt (transaction_id) where state in ('claimed', 'pending')`,
    )
    this.addSql(
      `create unique index payout_attempt_one_delivered on payout_attempt (transaction_id) where state = 'delivered'`,
    )
    this.addSql(
      `create index payout_attempt_newest on payout_attempt (started_at desc, idempotency_key desc)`,
    )
  }
}
