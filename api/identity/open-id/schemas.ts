import { z } from 'zod'
import { line, readVersion, stamps } from '../../http/fields.ts'
import { SignInStep } from '../mfa/schemas.ts'
import { SessionInfo } from '../schemas.ts'

const issuer = z.url({ protocol: /^https?$/ }).max(500).refine((url) => !url.includes('?') && !url.includes('#') && !url.includes('/.well-known/'), 'must be the issuer alone, without /.well-known/openid-configuration').meta({ description: 'As the provider writes it in its openid-configuration, e.g. https://login.example.com/realms/main.' })
const scopes = z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be a scope')).max(20).meta({ description: 'Besides openid; default: email and profile.' })
const domains = z.array(z.string().trim().toLowerCase().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/, 'must be a domain such as example.com').max(253)).max(50).meta({ description: 'Whose e-mail addresses are let in, e.g. example.com; empty: all.' })
const groupRoles = z.array(z.strictObject({ group: line(200), role: z.string().min(1).max(50) })).max(100).meta({ description: 'Which role a group gives, for those the provider names in the claim. Set anew at each sign-in.' })

const fields = {
  name: line(40).meta({ description: 'On the button: Sign in with …' }),
  issuer,
  clientId: line(300),
  clientSecret: z.string().min(1).max(500).nullable().meta({ format: 'password', description: 'Kept sealed and never shown; null: none, with PKCE alone.' }),
  scopes,
  domains,
  trustsEmail: z.boolean().meta({ description: 'E-mail addresses of these domains count as verified although the provider does not say so (Microsoft Entra). Needs domains that are your own.' }),
  groupsClaim: z.string().trim().min(1).max(100).nullable().meta({ description: 'The claim that names the groups of a person, e.g. groups; null: none.' }),
  groupRoles,
  createsUsers: z.boolean().meta({ description: 'Whoever the provider lets in is added at the first sign-in.' }),
  defaultRole: z.string().min(1).max(50).nullable().meta({ description: 'The role of those whom no group gives one; null: they are not let in where groups give roles, nor added.' }),
  acceptsMfa: z.boolean().meta({ description: 'A second factor that the provider says it has seen (amr holds mfa) counts here too.' }),
  enabled: z.boolean(),
}

export const SignInProvider = z
  .object({
    ...fields, id: z.uuid(), issuer: z.string(), hasSecret: z.boolean(), domains: z.array(z.string()), scopes: z.array(z.string()),
    redirectUri: z.string().meta({ description: 'To be entered at the provider.' }), signOutUri: z.string().meta({ description: 'To be entered at the provider, where it signs out too.' }),
    people: z.number().int().meta({ description: 'Who has signed in with it.' }), ...stamps,
  })
  .omit({ clientSecret: true })
  .meta({ id: 'SignInProvider', description: 'A provider of OpenID Connect that people sign in with.' })

export const SignInProviderCreate = z
  .strictObject(fields)
  .partial()
  .required({ name: true, issuer: true, clientId: true })
  .meta({ id: 'SignInProviderCreate' })
export const SignInProviderUpdate = z.strictObject(fields).partial().extend({ version: readVersion }).meta({ id: 'SignInProviderUpdate' })

export const ProviderCheck = z.object({ error: z.string().nullable().meta({ description: 'What is wrong, and what helps; null: metadata and keys are in order.' }) }).meta({ id: 'ProviderCheck' })

export const ProviderChoice = z.strictObject({ providerId: z.uuid() }).meta({ id: 'ProviderChoice' })
export const ProviderBegun = z.object({ url: z.string().meta({ description: 'Where the browser goes.' }) }).meta({ id: 'ProviderBegun' })

const parameter = z.string().max(4_000)
export const ProviderAnswer = z
  .strictObject({ state: parameter.min(1), code: parameter.optional(), iss: parameter.optional(), error: z.string().max(200).optional(), error_description: parameter.optional() })
  .meta({ id: 'ProviderAnswer', description: 'The parameters with which the provider sent the browser back.' })

export const ProviderSignIn = z.union([SessionInfo, SignInStep])
