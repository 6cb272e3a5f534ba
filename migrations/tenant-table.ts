import type { Knex } from 'knex'

/**
 * Puts one table under row-level security: inside a tenant's transaction only that tenant's rows
 * exist, and none can be written for another. The tenant is asked for once a query, not once a row.
 *
 * @param rights what a tenant's transaction may do, e.g. `SELECT, INSERT`
 */
export async function protectTenantTable(knex: Knex, table: string, rights: string): Promise<void> {
  await knex.raw(`
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_tenant ON ${table} TO dialplane_tenant
      USING (tenant_id = (SELECT dialplane_tenant_id())) WITH CHECK (tenant_id = (SELECT dialplane_tenant_id()));
    GRANT ${rights} ON ${table} TO dialplane_tenant;
  `)
}
