/** Lines of a body that comes in chunks, cut at bytes: a character that two chunks share is whole again. */

const newline = 0x0a;

export interface Lines {
  /** The lines that this chunk completes, without their ends. A RangeError when a line grows past the limit. */
  push(chunk: Buffer): Buffer[];
  /** Bytes of the line that is not complete yet. */
  pending(): number;
}

/** A splitter that keeps at most `longest` bytes of one line. */
export function createLines(longest: number): Lines {
  /** Pieces of the line begun: joined once, when its end has come. */
  let pieces: Buffer[] = [];
  let length = 0;

  const keep = (piece: Buffer) => {
    length += piece.length;
    if (length > longest) throw new RangeError(`a line is longer than ${longest} bytes`);
    pieces.push(piece);
  };

  return {
    push: chunk => {
      const lines: Buffer[] = [];
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        const piece = chunk.subarray(from, end);
        from = end + 1;
        if (pieces.length === 0) lines.push(piece);
        else {
          pieces.push(piece);
          lines.push(Buffer.concat(pieces));
          pieces = [];
          length = 0;
        }
      }
      if (from < chunk.length) keep(from === 0 ? chunk : chunk.subarray(from));
      return lines;
    },
    pending: () => length,
  };
}
