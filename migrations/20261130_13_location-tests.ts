import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** Every place is tested by schedule: how often, at what hour, by which number; and what came of each test. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE emergency_settings
      ADD COLUMN test_days integer CHECK (test_days BETWEEN 1 AND 365),
      ADD COLUMN test_hour integer NOT NULL DEFAULT 2 CHECK (test_hour BETWEEN 0 AND 23),
      ADD COLUMN test_number text;
    CREATE TABLE location_tests (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      location_id uuid NOT NULL REFERENCES emergency_locations ON DELETE CASCADE,
      tested_at timestamptz NOT NULL,
      passed boolean NOT NULL,
      called text,
      trunk text,
      sip_status integer,
      place text NOT NULL CHECK (place IN ('sent', 'refused', 'not-sent')),
      callback_number text,
      address text NOT NULL,
      message text NOT NULL,
      asked_by text
    );
    CREATE INDEX location_tests_latest ON location_tests (tenant_id, location_id, tested_at DESC);
    CREATE TABLE location_audits (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      asked_at timestamptz,
      asked_by text,
      asked_for uuid[],
      holder uuid,
      held_until timestamptz,
      told_at timestamptz,
      untold boolean NOT NULL DEFAULT false
    );
  `)
  await protectTenantTable(knex, 'location_tests', 'SELECT')
  await protectTenantTable(knex, 'location_audits', 'SELECT, INSERT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE location_audits;
    DROP TABLE location_tests;
    ALTER TABLE emergency_settings DROP COLUMN test_number, DROP COLUMN test_hour, DROP COLUMN test_days;
  `)
}
