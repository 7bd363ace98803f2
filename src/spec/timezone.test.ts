import { describe, expect, it } from 'vitest';
import { readTimezone } from './timezone.ts';

describe('a time zone', () => {
  it.each([
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
    ['europe/paris', 'Europe/Paris'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['+01:00', '+01:00'],
  ])('%s is read as %s', (text, name) => {
    expect(readTimezone(text)).toEqual({ ok: true, value: name });
  });

  it.each([
    ['Paris', 'Europe/Paris'],
    ['new york', 'America/New_York'],
    ['Europe/Pari', 'Europe/Paris'],
    ['Local', 'UTC'],
    ['Mars/Olympus', undefined],
    ['', undefined],
    ['x'.repeat(500), undefined],
    [7, undefined],
  ])('%s is refused', (text, didYouMean) => {
    const reading = readTimezone(text);
    expect(reading.ok ? 'read' : reading.misread.didYouMean).toBe(didYouMean);
    expect(reading.ok ? '' : reading.misread.allowed).toContain('Europe/Paris');
  });
});
