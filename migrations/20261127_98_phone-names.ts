import type { Knex } from 'knex'

/** A phone is known by its name, in files too: there is one of each. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    UPDATE phones SET name = left(phones.name, 50) || ' ' || later.place
      FROM (SELECT id, row_number() OVER (PARTITION BY tenant_id, name ORDER BY created_at, id) AS place FROM phones) AS later
      WHERE later.id = phones.id AND later.place > 1;
    ALTER TABLE phones ADD CONSTRAINT phones_name_key UNIQUE (tenant_id, name);
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE phones DROP CONSTRAINT phones_name_key')
}
