import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import {
  acknowledgeEmergencyCall, confirmPlace, createEmergencyLocation, createEmergencyNetwork, createEmergencySite, deleteEmergencyLocation, deleteEmergencyNetwork, deleteEmergencySite, getEmergencyCall, getEmergencySettings, importWireMap,
  listEmergencyCalls, listEmergencyLocations, listEmergencyNetworks, listEmergencySites, listLocatedDevices, listLocatedTrunks, listLocationTests, listPoolNumbers, listTestedLocations, placeTrunk, testLocations, placeDevice, updateEmergencyLocation, updateEmergencyNetwork, updateEmergencySettings, updateEmergencySite,
  type EmergencyLocationCreate, type EmergencyLocationUpdate, type EmergencyNetworkCreate, type EmergencyNetworkUpdate, type EmergencySettingsUpdate, type EmergencySiteCreate, type EmergencySiteUpdate,
} from '../../client/index.ts'

const of = (what: string) => [...keys.emergency, what]

export const useSites = () => useQuery({ queryKey: of('sites'), queryFn: async () => (await listEmergencySites({ throwOnError: true })).data.data })
export const usePlaces = () => useQuery({ queryKey: of('places'), queryFn: async () => (await listEmergencyLocations({ throwOnError: true })).data.data })
export const useNetworks = () => useQuery({ queryKey: of('networks'), queryFn: async () => (await listEmergencyNetworks({ throwOnError: true })).data.data })
export const usePhones = () => useQuery({ queryKey: of('phones'), queryFn: async () => (await listLocatedDevices({ throwOnError: true })).data.data })
export const usePeers = () => useQuery({ queryKey: of('trunks'), queryFn: async () => (await listLocatedTrunks({ throwOnError: true })).data.data })
export const usePoolNumbers = () => useQuery({ queryKey: of('pool-numbers'), queryFn: async () => (await listPoolNumbers({ throwOnError: true })).data.data })
export const useSettings = () => useQuery({ queryKey: of('settings'), queryFn: async () => (await getEmergencySettings({ throwOnError: true })).data.data })
export const useHelpCalls = (page: number) => useQuery({ queryKey: [...of('calls'), page], queryFn: async () => (await listEmergencyCalls({ query: { page, limit: 25 }, throwOnError: true })).data })
export const useHelpCall = (id: string) => useQuery({ queryKey: [...of('call'), id], queryFn: async () => (await getEmergencyCall({ path: { id }, throwOnError: true })).data.data })

export const useTested = () => useQuery({ queryKey: of('tested'), queryFn: async () => (await listTestedLocations({ throwOnError: true })).data.data, refetchInterval: ({ state }) => (state.data?.some(({ waiting }) => waiting) ? 3_000 : false) })
export const useTestsOf = (id: string) => useQuery({ queryKey: [...of('tests'), id], queryFn: async () => (await listLocationTests({ path: { id }, throwOnError: true })).data.data })

const changed = rereading(keys.emergency)

export const addSite = (body: EmergencySiteCreate) => changed(createEmergencySite({ body, throwOnError: true }))
export const changeSite = (id: string, body: EmergencySiteUpdate) => changed(updateEmergencySite({ path: { id }, body, throwOnError: true }))
export const removeSite = (id: string) => changed(deleteEmergencySite({ path: { id }, throwOnError: true }))
export const addPlace = (body: EmergencyLocationCreate) => changed(createEmergencyLocation({ body, throwOnError: true }))
export const changePlace = (id: string, body: EmergencyLocationUpdate) => changed(updateEmergencyLocation({ path: { id }, body, throwOnError: true }))
export const removePlace = (id: string) => changed(deleteEmergencyLocation({ path: { id }, throwOnError: true }))
export const addNetwork = (body: EmergencyNetworkCreate) => changed(createEmergencyNetwork({ body, throwOnError: true }))
export const changeNetwork = (id: string, body: EmergencyNetworkUpdate) => changed(updateEmergencyNetwork({ path: { id }, body, throwOnError: true }))
export const removeNetwork = (id: string) => changed(deleteEmergencyNetwork({ path: { id }, throwOnError: true }))
export const configure = (body: EmergencySettingsUpdate) => changed(updateEmergencySettings({ body, throwOnError: true }))
export const putAt = (deviceId: string, locationId: string | null) => changed(placeDevice({ path: { id: deviceId }, body: { locationId }, throwOnError: true }))
export const confirmAt = (deviceId: string, locationId: string | null) => changed(confirmPlace({ path: { id: deviceId }, body: { locationId }, throwOnError: true }))
export const putPeerAt = (trunkId: string, locationId: string | null) => changed(placeTrunk({ path: { id: trunkId }, body: { locationId }, throwOnError: true }))

/** All places when none are named. */
export const testNow = (locationIds?: string[]) => changed(testLocations({ body: locationIds === undefined ? {} : { locationIds }, throwOnError: true }))

/** `trial`: only says what would happen. */
export async function importNetworks(csv: string, trial: boolean) {
  const asked = importWireMap({ body: { csv, trial }, throwOnError: true })
  return (await (trial ? asked : changed(asked))).data.data
}

export const acknowledge = (id: string, note: string) => changed(acknowledgeEmergencyCall({ path: { id }, body: { note }, throwOnError: true }))
