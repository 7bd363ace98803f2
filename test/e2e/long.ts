/** What takes minutes is left out, and named, unless it is asked for: `SIROCCO_LONG=1`. */
export const isLong = process.env['SIROCCO_LONG'] === '1';
