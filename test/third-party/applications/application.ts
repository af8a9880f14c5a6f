import type { Page } from 'playwright-core';

/** What is put in front of an application, for it to know. */
export interface Place {
  /** Port of 127.0.0.1 on which the application is to listen. */
  readonly port: number;
  /** An empty folder. */
  readonly folder: string;
}

/** An application of somebody else, as it is without a gateway. */
export interface Application {
  /** Its name in `install.sh`. */
  readonly name: string;
  readonly title: string;
  /** Programs that have to be installed beside what `install.sh` makes. */
  readonly programs: readonly string[];
  start(place: Place): Promise<RunningApplication>;
  /** What people do in it, by a title. Each works in a page of its own, and throws if it fails. */
  readonly uses: Readonly<Record<string, (page: Page, site: string) => Promise<void>>>;
}

export interface RunningApplication {
  /** The last of what it wrote. */
  output(): string;
  stop(): Promise<void>;
}

/** Waits until the list of messages in a page has these and no others, in any order. */
export async function messages(page: Page, wanted: readonly string[]): Promise<void> {
  const items = page.locator('#messages li');
  await items.nth(wanted.length - 1).waitFor();
  const seen = await items.allTextContents();
  if (seen.toSorted().join('\n') !== wanted.toSorted().join('\n'))
    throw new Error(`the page shows ${JSON.stringify(seen)}`);
}
