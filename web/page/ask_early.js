// Runs as soon as the first bytes of the page are here, long before its script is (ES5): asks for the modules, which take
// longest on the line. Not in frames: an embed further down a course page costs nothing until it is in sight. FILES are
// named by build_site.mjs; fetch_bytes.ts takes the answers.
(function () {
  if (window.parent !== window || window.downhill_lacking.length || typeof fetch !== 'function') return;
  window.downhill_asked = {};
  for (var i = 0; i < FILES.length; ++i) {
    window.downhill_asked[FILES[i]] = fetch(FILES[i]);
    window.downhill_asked[FILES[i]]['catch'](function () {}); // told to whoever wants it
  }
})();
