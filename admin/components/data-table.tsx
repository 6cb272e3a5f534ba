import { Group, Pagination, Skeleton, Table, Text, UnstyledButton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import classes from './data-table.module.css'
import { Panel } from './panel.ts'
import { ErrorState } from './states.tsx'
import { plural, t } from '../words/translate.ts'

export interface Column<T> {
  key: string
  title: string
  render: (row: T) => ReactNode
  /** Name the API sorts by; without it the column cannot be sorted. */
  sort?: string
  align?: 'right'
  width?: number | string
  /** In a card: its first line, its right-hand side, or left out. */
  card?: 'title' | 'aside' | 'hide'
  /** Only for cards: left out of the table. */
  cardOnly?: boolean
}

export interface Sorting {
  field: string
  order: 'asc' | 'desc'
  onChange: (field: string, order: 'asc' | 'desc') => void
}

export interface Paging {
  page: number
  pages: number
  total: number
  /** There are more than `total`. */
  more?: boolean | undefined
  onChange: (page: number) => void
}

export interface DataTableProps<T> {
  /** What the list holds, for screen readers. */
  label: string
  columns: Column<T>[]
  rows: T[] | undefined
  rowKey: (row: T) => string
  /** Makes the whole row lead somewhere; the link is the first column's. */
  href?: (row: T) => string
  /** Buttons of one row. */
  actions?: (row: T) => ReactNode
  error?: unknown
  retry?: () => void
  /** Shown instead of the list when it has no rows. */
  empty: ReactNode
  sorting?: Sorting
  paging?: Paging
}

const pageWords = { first: t('first page'), previous: t('previous page'), next: t('next page'), last: t('last page') }

/** The one way to list: a table, or cards at phone width, with skeleton, empty and error states. */
export function DataTable<T>(props: DataTableProps<T>) {
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const { rows, error, retry, empty, paging } = props
  if (rows === undefined && error != null) {
    return <Panel p={0}><ErrorState error={error} {...(retry !== undefined && { retry })} /></Panel>
  }
  if (rows?.length === 0) return <Panel p={0}>{empty}</Panel>
  return (
    <div aria-busy={rows === undefined}>
      {narrow ? <Cards {...props} /> : <Rows {...props} />}
      {paging !== undefined && rows !== undefined && (
        <Group justify="space-between" mt="sm">
          <Text size="sm" c="dimmed" className="numbers">{paging.more === true ? plural(paging.total, 'The first entry; choose fewer days to see others', 'The first {{count}} entries; choose fewer days to see others') : plural(paging.total, '{{count}} entry', '{{count}} entries')}</Text>
          {paging.pages > 1 && (
            <Pagination
              size="sm"
              total={paging.pages}
              value={paging.page}
              onChange={paging.onChange}
              siblings={narrow ? 0 : 1}
              getItemProps={(page) => ({ 'aria-label': t('Page {{page}}', { page }) })}
              getControlProps={(control) => ({ 'aria-label': pageWords[control] })}
            />
          )}
        </Group>
      )}
    </div>
  )
}

function Opening<T>({ row, href, children }: { row: T; href: ((row: T) => string) | undefined; children: ReactNode }) {
  if (href === undefined) return children
  return <Link href={href(row)} className={classes.opening}>{children}</Link>
}

function Heading<T>({ column, sorting }: { column: Column<T>; sorting: Sorting | undefined }) {
  if (column.sort === undefined || sorting === undefined) return column.title
  const field = column.sort
  const active = sorting.field === field
  const Icon = !active ? ChevronsUpDown : sorting.order === 'asc' ? ArrowUp : ArrowDown
  return (
    <UnstyledButton className={classes.sort} onClick={() => sorting.onChange(field, active && sorting.order === 'asc' ? 'desc' : 'asc')}>
      {column.title}
      <Icon size={14} aria-hidden />
    </UnstyledButton>
  )
}

function ariaSort<T>(column: Column<T>, sorting: Sorting | undefined): 'ascending' | 'descending' | undefined {
  if (sorting === undefined || column.sort === undefined || sorting.field !== column.sort) return undefined
  return sorting.order === 'asc' ? 'ascending' : 'descending'
}

function Rows<T>({ label, columns: all, rows, rowKey, href, actions, sorting }: DataTableProps<T>) {
  const columns = all.filter((column) => column.cardOnly !== true)
  return (
    <Panel p={0} className={classes.frame}>
      <Table className={classes.table} aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.key} w={column.width} ta={column.align} aria-sort={ariaSort(column, sorting)}>
                <Heading column={column} sorting={sorting} />
              </Table.Th>
            ))}
            {actions !== undefined && <Table.Th w={1}><span className={classes.hidden}>{t('Actions')}</span></Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows === undefined
            ? Array.from({ length: 5 }, (_, index) => (
                <Table.Tr key={index}>
                  {columns.map((column) => <Table.Td key={column.key}><Skeleton height={14} my={4} width="70%" /></Table.Td>)}
                  {actions !== undefined && <Table.Td />}
                </Table.Tr>
              ))
            : rows.map((row) => (
                <Table.Tr key={rowKey(row)} className={classes.row} data-opens={href !== undefined}>
                  {columns.map((column, index) => (
                    <Table.Td key={column.key} ta={column.align}>
                      {index === 0 ? <Opening row={row} href={href}>{column.render(row)}</Opening> : column.render(row)}
                    </Table.Td>
                  ))}
                  {actions !== undefined && <Table.Td className={classes.actions}>{actions(row)}</Table.Td>}
                </Table.Tr>
              ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}

function Cards<T>({ label, columns, rows, rowKey, href, actions }: DataTableProps<T>) {
  if (rows === undefined) {
    return <div className={classes.cards}>{Array.from({ length: 4 }, (_, index) => <Skeleton key={index} height={96} radius="md" />)}</div>
  }
  const title = columns.find((column) => column.card === 'title') ?? columns[0]
  const aside = columns.filter((column) => column.card === 'aside')
  const rest = columns.filter((column) => column !== title && column.card !== 'aside' && column.card !== 'hide')
  return (
    <ul className={classes.cards} aria-label={label}>
      {rows.map((row) => (
        <Panel component="li" key={rowKey(row)} className={classes.card} data-opens={href !== undefined}>
          <Group justify="space-between" align="flex-start" gap="sm">
            {/* Badges that would leave the title less than this go below it. */}
            <Text component="div" fw={600} flex="1 1 160px" className="break-anywhere"><Opening row={row} href={href}>{title?.render(row)}</Opening></Text>
            <Group gap={6} wrap="nowrap" style={{ flexShrink: 0 }}>{aside.map((column) => <div key={column.key}>{column.render(row)}</div>)}</Group>
          </Group>
          <Group wrap="nowrap" align="flex-end" gap="sm">
            <dl className={classes.facts}>
              {rest.map((column) => (
                <div key={column.key}>
                  <dt>{column.title}</dt>
                  <dd className="break-anywhere">{column.render(row)}</dd>
                </div>
              ))}
            </dl>
            {actions !== undefined && <div className={classes.actions}>{actions(row)}</div>}
          </Group>
        </Panel>
      ))}
    </ul>
  )
}
