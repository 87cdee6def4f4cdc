// Which language the page begins in: ?lang=, what was chosen before, the browser's. ES5 but for its types: ask_early.js takes it in.

export function first_language(): 'zh' | 'en' {
  var given = /[?&]lang=([^&]*)/.exec(location.search), asked = given ? given[1] : null;
  try { if (!given) asked = localStorage.getItem('downhill.lang'); } catch (error) { /* nothing is remembered here */ }
  if (asked === 'zh' || asked === 'en') return asked;
  return /^zh\b/i.test(navigator.language) || !/^en\b/i.test(navigator.language) ? 'zh' : 'en';
}
