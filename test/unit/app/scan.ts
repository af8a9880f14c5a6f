import { DocumentScan } from '../../../gateway/app/document-scan.ts';
import type { ScanSettings } from '../../../gateway/app/head-reader.ts';

/** Marks the place of the tag in a page. */
export const PLACE = '‸';

/** The page with a mark where the tag would go, or the reason for none. */
export function scanned(page: string | Buffer, settings: ScanSettings = {}): string {
  const bytes = Buffer.isBuffer(page) ? page : Buffer.from(page);
  return scannedParts([bytes], settings);
}

/** The same for a body that comes in parts. */
export function scannedParts(parts: readonly Buffer[], settings: ScanSettings = {}): string {
  const scan = new DocumentScan(settings);
  let result: ReturnType<DocumentScan['write']>;
  for (const part of parts) result ??= scan.write(part);
  result ??= scan.end();
  if ('noTag' in result) return `none: ${result.noTag}`;
  const bytes = Buffer.concat(parts);
  const before = bytes.toString('latin1', 0, result.offset);
  return `${before}${PLACE}${bytes.toString('latin1', result.offset)}`;
}
