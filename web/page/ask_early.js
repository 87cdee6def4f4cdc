// Runs as soon as the first bytes of the page are here, long before its script is (ES5): asks for the modules, which take
// longest on the line, for the language's words and letters, for what a linked lab needs, and starts two workers while the page's own thread
// has nothing else to do. Not in frames: an embed further down a course page costs nothing until it is in sight. FILES, TONGUES (by language),
// LABS (by lab and language) are named by build_site.mjs; fetch_bytes.ts takes the answers, worker_pool.ts the workers, trusted.ts the policy.
import { first_language } from './first_language';
import { linked_lab } from './linked_lab';

(function () {
  if (window.parent !== window || window.downhill_lacking.length || typeof fetch !== 'function') return;
  window.downhill_asked = {};
  var language = first_language(), lab = linked_lab(location.hash), is_lab = Object.prototype.hasOwnProperty.call(LABS, lab); // not `constructor`
  var files = FILES.concat(TONGUES[language], is_lab ? LABS[lab][language] : []);
  for (var i = 0; i < files.length; ++i) {
    window.downhill_asked[files[i]] = fetch(files[i]);
    window.downhill_asked[files[i]]['catch'](function () {}); // told to whoever wants it
  }
  if (/[?&]workers=/.test(location.search)) return; // another number is wanted
  var same = function (text) { return text; }, made = window.downhill_workers = [], start = function (address) {
    var worker = new Worker(address);
    worker.onerror = function (event) { event.preventDefault(); var at = made.indexOf(worker); if (at >= 0) made.splice(at, 1); };
    made.push(worker);
  };
  try {
    var trusted = window.trustedTypes && (window.downhill_trusted = window.trustedTypes.createPolicy('downhill', { createHTML: same, createScriptURL: same }));
    var address = window.downhill_worker = URL.createObjectURL(new Blob([document.getElementById('worker').textContent], { type: 'text/javascript' }));
    for (i = Math.min(2, navigator.hardwareConcurrency || 2); i > 0; --i) start(trusted ? trusted.createScriptURL(address) : address);
  } catch (error) { /* worker_pool.ts finds that out, too, and has an answer to it */ }
})();
