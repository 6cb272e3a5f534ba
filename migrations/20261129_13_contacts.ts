import type { Knex } from 'knex'
import { protectTenantTable } from './tenant-table.ts'

/** People and companies that call, and the numbers by which a call is matched to them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE contacts (
      id uuid PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES tenants,
      name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
      company text NOT NULL DEFAULT '' CHECK (length(company) <= 100),
      email text NOT NULL DEFAULT '' CHECK (length(email) <= 254),
      external_id text CHECK (length(external_id) BETWEEN 1 AND 200),
      external_url text CHECK (length(external_url) BETWEEN 1 AND 2000),
      tags text[] NOT NULL DEFAULT '{}',
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (tenant_id, id),
      UNIQUE (tenant_id, external_id)
    );
    CREATE INDEX contacts_by_name ON contacts (tenant_id, lower(name), id);
    CREATE TABLE contact_numbers (
      tenant_id uuid NOT NULL,
      contact_id uuid NOT NULL,
      position smallint NOT NULL,
      label text NOT NULL DEFAULT '' CHECK (length(label) <= 40),
      -- As somebody wrote it.
      written text NOT NULL CHECK (length(written) BETWEEN 1 AND 100),
      -- With +; null: it is no whole number.
      e164 text,
      -- Those that are dialled, without an extension behind the number.
      digits text NOT NULL,
      -- The last six, for numbers without an area code.
      tail text GENERATED ALWAYS AS (right(digits, 6)) STORED,
      PRIMARY KEY (contact_id, position),
      FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) ON DELETE CASCADE
    );
    CREATE INDEX contact_numbers_e164 ON contact_numbers (tenant_id, e164);
    CREATE INDEX contact_numbers_tail ON contact_numbers (tenant_id, tail);
    CREATE TABLE contact_settings (
      tenant_id uuid PRIMARY KEY REFERENCES tenants,
      country text NOT NULL DEFAULT 'US' CHECK (country ~ '^[A-Z]{2}$'),
      show_names boolean NOT NULL DEFAULT true,
      record_url text CHECK (length(record_url) BETWEEN 1 AND 2000),
      version integer NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL DEFAULT now()
    );
  `)
  await protectTenantTable(knex, 'contacts', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'contact_numbers', 'SELECT, INSERT, UPDATE, DELETE')
  await protectTenantTable(knex, 'contact_settings', 'SELECT, INSERT, UPDATE')
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE contact_settings, contact_numbers, contacts')
}
