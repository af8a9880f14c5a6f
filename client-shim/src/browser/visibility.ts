import type { Page } from '../../browser.d.ts';

/** As engines called it before it was standard: Chrome 13 to 32 and Safari 7; Firefox 10 to 17. */
const PREFIXES = ['', 'webkit', 'moz'];

/**
 * Calls `changed` with true when nobody can see the page, and with false when it is shown again. IE
 * 6 to 9 do not tell, so there a window without the focus counts as hidden. It also loses the focus
 * to a frame or a dialogue.
 */
export function onVisibility(page: Page, changed: (hidden: boolean) => void): void {
  const document = page.document as { [name: string]: unknown } | undefined;
  for (let i = 0; document && i < PREFIXES.length; i += 1) {
    const prefix = PREFIXES[i] as string;
    const name = prefix ? prefix + 'Hidden' : 'hidden';
    const look = () => changed(document[name] as boolean);
    if (typeof document[name] === 'boolean') {
      (document as unknown as Page & Required<Pick<Page, 'addEventListener'>>).addEventListener(
        prefix + 'visibilitychange',
        look,
        false
      );
      look();
      return;
    }
  }
  if (document && page.attachEvent) {
    page.attachEvent('onblur', () => changed(true));
    page.attachEvent('onfocus', () => changed(false));
  }
}
