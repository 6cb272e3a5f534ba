import type { Knex } from 'knex'

/** Backups that were made, and when they are. They are of the whole machine: only the tenant that runs it sees them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE backup_settings (
      -- One row.
      id boolean PRIMARY KEY DEFAULT true CHECK (id),
      enabled boolean NOT NULL DEFAULT false,
      -- By the clock of the machine; 1 is Monday.
      at_time text NOT NULL DEFAULT '02:30' CHECK (at_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
      days integer[] NOT NULL DEFAULT '{1,2,3,4,5,6,7}',
      keep integer NOT NULL DEFAULT 7 CHECK (keep BETWEEN 1 AND 365),
      mail_to text[] NOT NULL DEFAULT '{}',
      -- What scrypt made of the passphrase or recovery key, with its salt.
      salt bytea,
      key_sealed bytea,
      key_set_at timestamptz,
      -- The time due for which somebody was told that there is no backup.
      told_of timestamptz,
      version integer NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    INSERT INTO backup_settings DEFAULT VALUES;
    CREATE TABLE backups (
      id uuid PRIMARY KEY,
      file text NOT NULL,
      asked_by text NOT NULL,
      scheduled boolean NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now(),
      -- Whoever makes it says now and then that it lives.
      alive_at timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz,
      state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed')),
      cause text,
      bytes bigint,
      rows bigint,
      files integer,
      trying boolean NOT NULL DEFAULT false,
      tried_at timestamptz,
      tried_well boolean,
      try_cause text,
      try_ms integer
    );
    CREATE UNIQUE INDEX backups_one_runs ON backups ((true)) WHERE state = 'running';
    CREATE INDEX backups_started ON backups (started_at DESC);
  `)
  for (const [table, rights] of [['backup_settings', 'SELECT, UPDATE'], ['backups', 'SELECT, INSERT, UPDATE, DELETE']] as const) {
    await knex.raw(`
      ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
      CREATE POLICY who_runs_this ON ${table} TO dialplane_tenant USING (EXISTS (SELECT FROM tenants WHERE id = (SELECT dialplane_tenant_id()) AND is_default));
      GRANT ${rights} ON ${table} TO dialplane_tenant;
    `)
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE backups, backup_settings')
}
