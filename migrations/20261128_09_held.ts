import type { Knex } from 'knex'

/** Whether phones may ask where they are (HELD, RFC 5985), and whether a carrier is told the place itself or where to ask for it (RFC 6442). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE emergency_settings ADD COLUMN held boolean NOT NULL DEFAULT false;
    ALTER TABLE trunks ADD COLUMN location_by text NOT NULL DEFAULT 'value' CHECK (location_by IN ('value', 'reference', 'both'));
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE emergency_settings DROP COLUMN held; ALTER TABLE trunks DROP COLUMN location_by')
}
