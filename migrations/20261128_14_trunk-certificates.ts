import type { Knex } from 'knex'

/** Mutual TLS with a carrier: what we prove to it who we are with, and whom alone we believe to be it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE trunks ADD COLUMN client_certificate text, ADD COLUMN client_key_sealed bytea, ADD COLUMN peer_authority text, ADD COLUMN peer_name text,
      ADD CHECK ((client_certificate IS NULL) = (client_key_sealed IS NULL))
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks DROP COLUMN client_certificate, DROP COLUMN client_key_sealed, DROP COLUMN peer_authority, DROP COLUMN peer_name')
}
