// Runs before the page's own script, in any browser there is (ES5): where the page can't run, says so in both languages
// instead of loading for ever. TOO_OLD and BROKEN come from assets/strings/, by build_site.mjs.
(function () {
  function tell(words, what) {
    var status = document.getElementById('status') || document.getElementById('state');
    if (!status) return document.addEventListener('DOMContentLoaded', function () { tell(words, what); });
    status.removeAttribute('data-text');
    status.textContent = words.zh.replace('{1}', what) + ' ' + words.en.replace('{1}', what);
    status.hidden = false;
  }
  var element = document.createElement('dialog'), lacking = [];
  // what the page's code can't do without; the README names the browsers that have it
  var needed = [
    ['WebAssembly', typeof WebAssembly === 'object'],
    ['<dialog>', typeof element.showModal === 'function'],
    ['ResizeObserver', typeof ResizeObserver === 'function'],
    ['Object.hasOwn', typeof Object.hasOwn === 'function'],
    ['Array.prototype.at', typeof [].at === 'function'],
  ];
  for (var i = 0; i < needed.length; ++i) if (!needed[i][1]) lacking.push(needed[i][0]);
  if (lacking.length) tell(TOO_OLD, lacking.join(', '));
  window.downhill_lacking = lacking; // main.ts stays away then
  // browsers older than the word 'wasm-unsafe-eval' take the page's own policy for a ban on WebAssembly, and report it
  document.addEventListener('securitypolicyviolation', function (event) {
    var word = "'wasm-unsafe-eval'";
    if (event.blockedURI !== 'eval' || event.originalPolicy.indexOf(word) < 0 || lacking.indexOf(word) >= 0) return;
    lacking.push(word);
    tell(TOO_OLD, lacking.join(', '));
  });
  try { if (needed[0][1]) new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); } catch (error) { /* it is reported, or main.ts will say so */ }
  // a script that can't be read, since its language is too new or its file is missing
  window.addEventListener('error', function (event) {
    if (window.downhill) return;
    if (event.target && event.target.tagName === 'SCRIPT') tell(BROKEN, event.target.getAttribute('src') || 'script');
    else if (event.message && !lacking.length) tell(TOO_OLD, String(event.message));
  }, true);
})();
