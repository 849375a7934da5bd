// Writes the compressed twins of every built file, so that the server never compresses.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const BUILT = new URL('../../src/outbid/web/', import.meta.url).pathname;
const PRESSED = /\.(js|css|svg|json)$/;

for (const name of readdirSync(BUILT, { recursive: true })) {
  if (!PRESSED.test(name)) continue;
  const file = join(BUILT, name);
  const plain = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
