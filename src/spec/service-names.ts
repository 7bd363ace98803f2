/** `{{ service.NAME }}`: where an instance of a service of Nomad, in the namespace of the spec, listens. */

/** The service that a placeholder means; undefined: it means none, or is not rightly written. */
export function parseServiceName(placeholder: string): string | undefined {
  return /^service\.([\w.-]+)$/.exec(placeholder)?.[1];
}
