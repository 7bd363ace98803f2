/** Versions of Nomad: what this release is meant for, and what an older one lacks. */

export interface NomadVersion {
  readonly major: number;
  readonly minor: number;
  readonly text: string;
}

/** The oldest that is meant. */
export const leastVersion = '1.10.0';

/** A version such as `1.10.2`, `v2.0.6-dev` or `1.10.0+ent`; undefined for anything else. */
export function readVersion(text: string): NomadVersion | undefined {
  const parts = /^v?(\d{1,4})\.(\d{1,4})(?:\.\d{1,4})?(?:[-+][0-9A-Za-z.+-]+)?$/.exec(text.trim());
  const [, major, minor] = parts ?? [];
  return major === undefined || minor === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor), text: text.trim().replace(/^v/, '') };
}

/** What this version lacks of what Sirocco needs, in words; undefined when nothing. */
export function lacks({ major, minor }: NomadVersion): string | undefined {
  const at = major * 1000 + minor;
  if (at < 1004) return 'it has no Variables: nothing of Sirocco works';
  if (at < 1007) return 'it has no locks on Variables: no controller can lead';
  if (at < 1010) return `${leastVersion} and later are meant: this one was never tried`;
  return undefined;
}
