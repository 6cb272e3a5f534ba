import type { Knex } from 'knex'

/** Numbers of a site that callers without a number of their own show for a while, so that a dispatcher calls back the very phone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE emergency_sites ADD COLUMN callback_pool text[] NOT NULL DEFAULT '{}' CHECK (cardinality(callback_pool) <= 50);
    ALTER TABLE emergency_calls ADD COLUMN pool jsonb;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE emergency_sites DROP COLUMN callback_pool; ALTER TABLE emergency_calls DROP COLUMN pool')
}
