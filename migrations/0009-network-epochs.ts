import { Migration } from '@mikro-orm/migrations'

/**
 * Runs of the network: one that is reset begins to number its ledgers and operations anew, so what was
 * seen is known by epoch and operation (and account: a contract may credit two at once). Columns with
 * constant defaults lock their tables for a moment; the new keys lock `stellar_payment` and
 * `transaction` while their indexes are built.
 */
export class NetworkEpochs extends Migration {
  override up(): void {
    this.addSql(`create table network_epoch (
        number integer primary key check (number > 0),
        began_at timestamptz not null,
        anchor_sequence bigint,
        anchor_hash text,
        anchor_closed_at timestamptz,
        ended_at timestamptz,
        ended_cursors jsonb,
        check ((anchor_sequence is null) = (anchor_hash is null)),
        check ((anchor_sequence is null) = (anchor_closed_at is null))
      )`)
    this.addSql(`insert into network_epoch (number, began_at) values (1, now())`)
    this.addSql(`create table network_stop (
        id bigint generated always as identity primary key,
        epoch integer not null references network_epoch (number),
        reason text not null check (reason in ('reset', 'gap')),
        detail text not null,
        elder bigint not null,
        stopped_at timestamptz not null,
        decision text check (decision in ('new_epoch', 'go_on')),
        decided_at timestamptz,
        decided_by text,
        check ((decision is null) = (decided_at is null)),
        check ((decision is null) = (decided_by is null))
      )`)
    this.addSql(
      `create unique index network_stop_one_open on network_stop ((true)) where decision is null`,
    )
    this.addSql(`alter table stellar_cursor
        add column epoch integer not null default 1,
        add column checked_cursor text,
        add column read_ledger bigint,
        add column wanted_since timestamptz,
        alter column cursor drop not null,
        add check (cursor is not null or wanted_since is not null)`)
    this.addSql(`alter table stellar_payment
        add column epoch integer not null default 1,
        drop constraint stellar_payment_pkey,
        add primary key (epoch, id, account)`)
    this.addSql(`drop index stellar_payment_unmatched`)
    this.addSql(
      `create index stellar_payment_unmatched on stellar_payment (epoch desc, id desc, account desc) where match_state = 'unmatched'`,
    )
    this.addSql(`drop index stellar_payment_waiting`)
    this.addSql(
      `create index stellar_payment_waiting on stellar_payment (account, epoch, id) where match_state = 'waiting'`,
    )
    this.addSql(`alter table "transaction"
        add column stellar_epoch integer not null default 1,
        drop constraint transaction_stellar_payment_id_key,
        add constraint transaction_stellar_payment_key unique (stellar_epoch, stellar_payment_id)`)
  }
}
