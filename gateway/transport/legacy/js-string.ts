/**
 * Characters that JSON allows and a script of some age does not. Line separators end a string
 * before the 2019 edition of the language. Format characters vanish from the source in its 3rd
 * edition (ECMA-262 3rd edition §7.1). IE takes noncharacters and specials for signs of another
 * encoding. `<` may begin what ends a script element.
 */
const HAZARDS = /[<\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufff0-\uffff]|\p{Cf}/gu;

/** Text as a string of a script, which may stand in HTML, for engines of any age. */
export function jsString(text: string): string {
  return JSON.stringify(text).replace(HAZARDS, escaped);
}

function escaped(found: string): string {
  let units = '';
  for (let at = 0; at < found.length; at++) {
    units += `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return units;
}
