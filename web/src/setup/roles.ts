import type { Role } from '../api/types'

export const roles: Role[] = ['smm', 'cm', 'hybrid', 'lead', 'admin', 'viewer']

/** grantable are the roles that somebody may give: nobody gives more than they have. */
export function grantable(own: Role): Role[] {
  return own === 'admin' ? roles : roles.filter(role => role !== 'admin')
}
