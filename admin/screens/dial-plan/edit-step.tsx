import type { RoutingStep } from '../../client/index.ts'
import { ApplicationForm } from '../applications/application-form.tsx'
import { useApplications } from '../applications/data.ts'
import { AttendantForm } from '../attendants/attendant-form.tsx'
import { useAttendants } from '../attendants/data.ts'
import { ConferenceForm } from '../conferences/conference-form.tsx'
import { useConference } from '../conferences/data.ts'
import { useExtension } from '../extensions/data.ts'
import { HandlingForm } from '../extensions/handling-form.tsx'
import { useSchedules } from '../hours/data.ts'
import { HoursForm } from '../hours/hours-form.tsx'
import { usePagingGroups } from '../paging/data.ts'
import { PagingGroupForm } from '../paging/paging-group-form.tsx'
import { useParkLots } from '../parking/data.ts'
import { ParkLotForm } from '../parking/park-lot-form.tsx'
import { useRingGroups } from '../ring-groups/data.ts'
import { RingGroupForm } from '../ring-groups/ring-group-form.tsx'

type Subject = NonNullable<RoutingStep['subject']>

/** The form of what is configured to do a step. */
export function EditStep({ subject, onClose }: { subject: Subject; onClose: () => void }) {
  switch (subject.type) {
    case 'extension': return <OfExtension id={subject.id} onClose={onClose} />
    case 'ring-group': return <OfRingGroup id={subject.id} onClose={onClose} />
    case 'schedule': return <OfSchedule id={subject.id} onClose={onClose} />
    case 'attendant': return <OfAttendant id={subject.id} onClose={onClose} />
    case 'application': return <OfApplication id={subject.id} onClose={onClose} />
    case 'paging-group': return <OfPagingGroup id={subject.id} onClose={onClose} />
    case 'park-lot': return <OfParkLot id={subject.id} onClose={onClose} />
    case 'conference': return <OfConference id={subject.id} onClose={onClose} />
  }
}

interface OneProps {
  id: string
  onClose: () => void
}

function OfExtension({ id, onClose }: OneProps) {
  const { data } = useExtension(id)
  return data === undefined ? null : <HandlingForm opened extension={data} onClose={onClose} />
}

function OfRingGroup({ id, onClose }: OneProps) {
  const group = useRingGroups().data?.find((one) => one.id === id)
  return group === undefined ? null : <RingGroupForm editing={{ kind: 'edit', group }} onClose={onClose} />
}

function OfConference({ id, onClose }: OneProps) {
  const { data } = useConference(id)
  return data === undefined ? null : <ConferenceForm editing={{ kind: 'edit', conference: data }} onClose={onClose} />
}

function OfSchedule({ id, onClose }: OneProps) {
  const schedule = useSchedules().data?.find((one) => one.id === id)
  return schedule === undefined ? null : <HoursForm editing={{ kind: 'edit', schedule }} onClose={onClose} />
}

function OfAttendant({ id, onClose }: OneProps) {
  const attendant = useAttendants().data?.find((one) => one.id === id)
  return attendant === undefined ? null : <AttendantForm editing={{ kind: 'edit', attendant }} onClose={onClose} />
}

function OfApplication({ id, onClose }: OneProps) {
  const application = useApplications().data?.find((one) => one.id === id)
  return application === undefined ? null : <ApplicationForm editing={{ kind: 'edit', application }} onClose={onClose} />
}

function OfPagingGroup({ id, onClose }: OneProps) {
  const group = usePagingGroups().data?.find((one) => one.id === id)
  return group === undefined ? null : <PagingGroupForm editing={{ kind: 'edit', group }} onClose={onClose} />
}

function OfParkLot({ id, onClose }: OneProps) {
  const lot = useParkLots().data?.find((one) => one.id === id)
  return lot === undefined ? null : <ParkLotForm editing={{ kind: 'edit', lot }} onClose={onClose} />
}
