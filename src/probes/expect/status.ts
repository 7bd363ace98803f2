/** Which HTTP statuses are meant: `200`, `200,204`, `2xx`, `200..299`. */

import { misread, type Reading, read, shown } from '../../base/reading.ts';

/** Spans of statuses, both ends in it; in order, none touching another. */
export type StatusSpans = readonly (readonly [from: number, to: number])[];

export const statusWords = 'statuses from 100 to 599, comma-separated or a list: 200, 2xx, 200..299';

/** Reads text, a number or a list of both. Never throws. */
export function parseStatus(value: unknown): Reading<StatusSpans> {
  const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
  const spans: [number, number][] = [];
  for (const part of parts) {
    const span = spanOf(part);
    if (span === undefined) return misread(value, 'an HTTP status', statusWords, meant(value));
    spans.push(span);
  }
  return spans.length === 0 ? misread(undefined, 'an HTTP status', statusWords) : read(merged(spans));
}

function spanOf(part: unknown): [number, number] | undefined {
  const text = typeof part === 'number' ? String(part) : typeof part === 'string' ? part.trim() : '';
  const family = /^([1-5])xx$/.exec(text)?.[1];
  if (family !== undefined) return [Number(family) * 100, Number(family) * 100 + 99];
  const [, from, to = from] = /^([1-5]\d\d)(?:\.\.([1-5]\d\d))?$/.exec(text) ?? [];
  return from === undefined || Number(from) > Number(to) ? undefined : [Number(from), Number(to)];
}

function merged(spans: readonly (readonly [number, number])[]): StatusSpans {
  const all: [number, number][] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/** `2XX`, `2**`, `200-299`, `200 204`, `ok`. */
function meant(value: unknown): string | undefined {
  const text = (Array.isArray(value) ? value.map(shown).join(',') : shown(value)).trim().toLowerCase();
  if (text === 'ok' || text === 'success') return '2xx';
  const written = text
    .replaceAll(/([1-5])(?:\*+|x\*?|\?\?|nn)(?![\dx])/g, '$1xx')
    .replaceAll(/(\d)\s*(?:-|to)\s*(?=\d)/g, '$1..')
    .replaceAll(/(?<=[\dx])[\s;|]+(?=\d)/g, ',');
  const reading = written === shown(value) ? undefined : parseStatus(written);
  return reading?.ok === true ? formatStatus(reading.value) : undefined;
}

/** As a person would write it. */
export function formatStatus(spans: StatusSpans): string {
  return spans
    .map(([from, to]) => {
      if (from === to) return String(from);
      return from % 100 === 0 && to === from + 99 ? `${from / 100}xx` : `${from}..${to}`;
    })
    .join(',');
}

export function isStatusMet(spans: StatusSpans, status: number): boolean {
  return spans.some(([from, to]) => from <= status && status <= to);
}
