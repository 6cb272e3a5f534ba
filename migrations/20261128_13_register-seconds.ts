import type { Knex } from 'knex'

/** For how long a trunk asks to be registered: some carriers take an hour and nothing less, some NATs forget after a minute. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks ADD COLUMN register_seconds integer NOT NULL DEFAULT 600 CHECK (register_seconds BETWEEN 60 AND 86400)')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE trunks DROP COLUMN register_seconds')
}
