import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Recordings as things of their own: who talked, how they are stored, how long they are kept; and what of an extension is recorded. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE extensions
      ADD COLUMN recording text NOT NULL DEFAULT 'on-demand' CHECK (recording IN ('never', 'on-demand', 'always')),
      ADD COLUMN recording_days integer CHECK (recording_days BETWEEN 1 AND 3650);
    UPDATE extensions SET recording = 'always' WHERE record_calls;
    ALTER TABLE extensions DROP COLUMN record_calls;

    ALTER TABLE recordings
      ADD COLUMN root_id uuid,
      ADD COLUMN direction text NOT NULL DEFAULT 'internal',
      ADD COLUMN from_number text NOT NULL DEFAULT '',
      ADD COLUMN from_name text,
      ADD COLUMN to_number text NOT NULL DEFAULT '',
      ADD COLUMN to_name text,
      ADD COLUMN caller_extension_id uuid,
      ADD COLUMN callee_extension_id uuid,
      ADD COLUMN codecs text,
      ADD COLUMN marks jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN rate integer,
      ADD COLUMN stored_at timestamptz,
      ADD COLUMN sha256 text,
      ADD COLUMN peaks bytea,
      ADD COLUMN held_at timestamptz,
      ADD COLUMN held_by text,
      ADD COLUMN hold_reason text,
      ADD COLUMN deleted_at timestamptz,
      ADD COLUMN deleted_by text;
    UPDATE recordings SET root_id = coalesce(c.root_id, recordings.call_id), direction = coalesce(c.direction, 'internal'),
        from_number = coalesce(c.from_number, ''), from_name = c.from_name, to_number = coalesce(c.to_number, ''), to_name = c.plan->>'toName',
        caller_extension_id = c.caller_extension_id, callee_extension_id = c.callee_extension_id
      FROM recordings r LEFT JOIN calls c ON c.id = r.call_id WHERE r.id = recordings.id;
    ALTER TABLE recordings ALTER COLUMN root_id SET NOT NULL;
    CREATE INDEX recordings_unstored ON recordings (started_at) WHERE stored_at IS NULL;
    GRANT UPDATE ON recordings TO dialplane_tenant;

    CREATE TABLE recording_keys (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      sealed bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE recording_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      days integer CHECK (days BETWEEN 1 AND 3650),
      notice text NOT NULL DEFAULT 'none' CHECK (notice IN ('none', 'beep', 'announcement')),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
  `)
  await protectTenantTable(knex, 'recording_keys', 'SELECT, INSERT')
  await protectTenantTable(knex, 'recording_settings', 'SELECT, INSERT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE recording_settings, recording_keys;
    REVOKE UPDATE ON recordings FROM dialplane_tenant;
    DROP INDEX recordings_unstored;
    ALTER TABLE recordings DROP COLUMN root_id, DROP COLUMN direction, DROP COLUMN from_number, DROP COLUMN from_name, DROP COLUMN to_number,
      DROP COLUMN to_name, DROP COLUMN caller_extension_id, DROP COLUMN callee_extension_id, DROP COLUMN codecs, DROP COLUMN marks, DROP COLUMN rate,
      DROP COLUMN stored_at, DROP COLUMN sha256, DROP COLUMN peaks, DROP COLUMN held_at, DROP COLUMN held_by, DROP COLUMN hold_reason,
      DROP COLUMN deleted_at, DROP COLUMN deleted_by;
    ALTER TABLE extensions ADD COLUMN record_calls boolean NOT NULL DEFAULT false;
    UPDATE extensions SET record_calls = true WHERE recording = 'always';
    ALTER TABLE extensions DROP COLUMN recording, DROP COLUMN recording_days;
  `)
}
