/** The harness's own call to Nomad: it must not rest on the code that it helps to test. */

export interface CallOptions {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly token?: string;
  readonly body?: unknown;
  /** Milliseconds; default 10 s. */
  readonly within?: number;
}

/** One call, JSON in and out. Any status but 2xx throws, with Nomad's own words. */
export async function nomadCall<T>(address: string, path: string, options: CallOptions = {}): Promise<T> {
  const { method = 'GET', token, body, within = 10_000 } = options;
  const response = await fetch(address + path, {
    method,
    signal: AbortSignal.timeout(within),
    headers: { connection: 'close', ...(token === undefined ? {} : { 'x-nomad-token': token }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.trim()}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
