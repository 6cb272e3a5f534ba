/** Many extensions from a CSV: tried first, all or none, with passwords that phones register with. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'

interface Report {
  created: number
  updated: number
  unchanged: number
  errors: { line: number; field: string; message: string }[]
  credentials: { number: string; username: string; password: string }[]
}

suite('import', () => {
  let house: House
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())

  const send = (csv: string, trial = false): Promise<Report> => house.api.ask('POST', '/extensions/import', { csv, trial })
  const numbers = async (): Promise<string[]> => (await house.api.get<{ number: string }[]>('/extensions?limit=100')).map(({ number }) => number)

  test('a trial changes nothing; the same file then makes all of them, and phones register', async () => {
    // As a spreadsheet of a country with decimal commas writes it, with a mark at the beginning.
    const csv = '\uFEFFNumber;Name;ringSeconds;forwardNoAnswer;vipNumbers;doNotDisturb;deviceName\r\n301;"Berg; Anna";20;302;102 103;no;Desk\r\n302;Ben;;;;yes;\r\n\r\n'
    const trial = await send(csv, true)
    assert.deepEqual([trial.created, trial.updated, trial.errors, trial.credentials], [2, 0, [], []])
    assert.deepEqual(await numbers(), [])
    const done = await send(csv)
    assert.deepEqual([done.created, done.credentials.map(({ number }) => number)], [2, ['301', '302']])
    const [anna] = await house.api.get<{ id: string; name: string; ringSeconds: number; forwardNoAnswer: string; vipNumbers: string[]; devices: { name: string }[] }[]>('/extensions?search=301')
    assert.deepEqual([anna?.name, anna?.ringSeconds, anna?.forwardNoAnswer, anna?.vipNumbers, anna?.devices.map(({ name }) => name)], ['Berg; Anna', 20, '302', ['102', '103'], ['Desk']])
    const { username, password } = done.credentials[0]!
    await house.registered({ user: username, password })
  })

  test('what is there is changed by its number: only what the file has; the same again changes nothing', async () => {
    const csv = 'number,ringSeconds,forwardNoAnswer\n301,,\n302,45,301\n'
    assert.deepEqual((({ created, updated, unchanged }) => [created, updated, unchanged])(await send(csv)), [0, 2, 0])
    const [anna] = await house.api.get<{ id: string; name: string; ringSeconds: number | null; forwardNoAnswer: string | null; vipNumbers: string[] }[]>('/extensions?search=301')
    assert.deepEqual([anna?.name, anna?.ringSeconds, anna?.forwardNoAnswer, anna?.vipNumbers], ['Berg; Anna', null, null, ['102', '103']])
    assert.deepEqual((({ created, updated, unchanged }) => [created, updated, unchanged])(await send(csv)), [0, 0, 2])
    const [entry] = await house.api.get<{ action: string; undoable: boolean }[]>(`/audit?subjectId=${anna?.id}&limit=1`)
    assert.deepEqual([entry?.action, entry?.undoable], ['extension.update', true], 'each change is in the history of its extension')
  })

  test('every fault is named by line and field, and nothing is changed', async () => {
    await house.api.post('/conferences', { number: '399', name: 'Board' })
    const csv = ['number,name,ringSeconds,enabled,forwardAlways', '310,Fine,20,yes,', '311,,20,yes,', '31x,Letters,20,yes,', '312,Slow,1,maybe,', '310,Again,20,yes,', '313,Itself,20,yes,313', '314,Nowhere,20,yes,555'].join('\n')
    const { errors, created } = await send(csv)
    assert.equal(created, 0)
    // What cannot be read is told first; where all can be, what they mean together.
    assert.deepEqual(errors.map(({ line, field }) => `${line} ${field}`), ['4 number', '5 ringSeconds', '5 enabled'])
    const readable = csv.split('\n').filter((_, at) => at !== 3 && at !== 4).join('\n')
    const meant = await send(readable)
    assert.deepEqual(meant.errors.map(({ line, field }) => `${line} ${field}`), ['3 name', '4 number', '5 forwardAlways', '6 forwardAlways'])
    assert.match(meant.errors[1]?.message ?? '', /in line 2 already/)
    const taken = await send('number,name\n320,Fine\n399,Taken\n')
    assert.deepEqual(taken.errors.map(({ line, field }) => `${line} ${field}`), ['3 number'])
    assert.deepEqual(await numbers(), ['301', '302'])
  })

  test('forwards among the lines of one file are looked at together', async () => {
    const circle = await send('number,name,forwardAlways\n330,One,331\n331,Two,330\n')
    assert.ok(circle.errors.length > 0 && circle.errors.every(({ field, message }) => field === 'forwardAlways' && /circle/.test(message)), JSON.stringify(circle.errors))
    assert.equal((await send('number,name,forwardAlways\n330,One,331\n331,Two,332\n332,Three,\n')).created, 3)
  })

  test('a file that is none is refused with why', async () => {
    const why = async (csv: string): Promise<string> => ((await house.api.send('POST', '/extensions/import', { csv })).json as { error: { message: string } }).error.message
    assert.match(await why('number,name,colour\n340,A,red\n'), /not known here: colour/)
    assert.match(await why('name\nAnna\n'), /missing: number/)
    assert.match(await why('number,name\n340,"Anna\n'), /cannot be read as CSV/)
  })

  test('the export is what the import reads, and no formula for a spreadsheet', async () => {
    await send('number,name\n350,"=HYPERLINK(""http://x"")"\n')
    const csv = (await house.api.send('GET', '/extensions/export.csv')).body.toString()
    assert.match(csv, /^\uFEFFnumber,name,enabled,/)
    assert.match(csv, /350,"'=HYPERLINK/)
    const again = await send(csv, true)
    assert.deepEqual([again.errors, again.created, again.updated], [[], 0, 0])
    assert.equal(again.unchanged, (await numbers()).length)
  })
})
