/** Texts without the secrets that they may hold. */

/** What stands in the place of a secret. */
export const mask = '[redacted]';

/** Shorter values would take ordinary words with them: they are not masked. */
export const shortestMasked = 8;

/** How a value may stand in a text: as it is, on one line, in JSON, in a URL. */
export function formsOf(value: string): readonly string[] {
  const sound = value.toWellFormed();
  const line = sound.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ').trim();
  return [...new Set([value, sound, line, JSON.stringify(sound).slice(1, -1), encodeURIComponent(sound)])];
}

/** The text without any of the forms, which come longest first. */
export function masked(text: string, longestFirst: readonly string[]): string {
  return longestFirst.reduce((rest, form) => rest.replaceAll(form, mask), text);
}

/** What hides these values in a text, and what was cut of them: a cut text ends in `…`, within a longer one too. */
export function maskingOf(values: Iterable<string>): (text: string) => string {
  const forms = [...values].filter(value => value.length >= shortestMasked).flatMap(formsOf);
  const longestFirst = forms.filter(form => form !== '').sort((a, b) => b.length - a.length);
  return text => {
    const parts = masked(text, longestFirst).split('…');
    const last = parts.length - 1;
    return parts.map((part, n) => (n === last ? part : withoutStart(part, longestFirst))).join('…');
  };
}

/** Fewer letters of a secret tell nothing. */
const fewest = 4;

/** The text without the beginning of a form that it ends in. */
function withoutStart(text: string, forms: readonly string[]): string {
  const longest = Math.max(
    0,
    ...forms.map(form => {
      for (let size = Math.min(form.length, text.length); size >= fewest; size -= 1)
        if (text.endsWith(form.slice(0, size))) return size;
      return 0;
    }),
  );
  return longest === 0 ? text : `${text.slice(0, -longest)}${mask}`;
}
