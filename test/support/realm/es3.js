/*
 * Takes away from a realm everything that is newer than ECMA-262, 3rd edition: runs in a fresh
 * context before the script under test. What cannot be taken away is syntax (a parser sees to that)
 * and `text[0]`.
 */
{
  const kept = {
    '': `NaN Infinity undefined eval parseInt parseFloat isNaN isFinite decodeURI decodeURIComponent encodeURI encodeURIComponent
      escape unescape Object Function Array String Boolean Number Date RegExp Error EvalError RangeError ReferenceError
      SyntaxError TypeError URIError Math`,
    Object: 'prototype length',
    'Object.prototype':
      'constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable',
    Function: 'prototype length',
    'Function.prototype': 'constructor toString apply call length',
    Array: 'prototype length',
    'Array.prototype': `constructor toString toLocaleString concat join pop push reverse shift slice sort splice unshift length`,
    String: 'prototype length fromCharCode',
    'String.prototype': `constructor toString valueOf charAt charCodeAt concat indexOf lastIndexOf localeCompare match replace
      search slice split substr substring toLowerCase toLocaleLowerCase toUpperCase toLocaleUpperCase length`,
    Boolean: 'prototype length',
    'Boolean.prototype': 'constructor toString valueOf',
    Number: 'prototype length MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY',
    'Number.prototype': 'constructor toString toLocaleString valueOf toFixed toExponential toPrecision',
    Math: `E LN10 LN2 LOG2E LOG10E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow random round
      sin sqrt tan`,
    Error: 'prototype length',
    'Error.prototype': 'constructor name message toString',
    Date: 'prototype length parse UTC',
  };
  // All at once: what does the removing is itself removed.
  const { deleteProperty, ownKeys } = Reflect;
  const holders = Object.keys(kept).map((path) => {
    const wanted = kept[path].split(/\s+/);
    const holder = path.split('.').reduce((of, name) => (name ? of[name] : of), globalThis);
    return [holder, ownKeys(holder).filter((key) => !wanted.includes(key))];
  });
  holders.push([Date.prototype, ['toISOString', 'toJSON']]);
  for (let at = 0; at < holders.length; at += 1) {
    const holder = holders[at][0];
    const unwanted = holders[at][1];
    for (let key = 0; key < unwanted.length; key += 1) deleteProperty(holder, unwanted[key]);
  }
}
