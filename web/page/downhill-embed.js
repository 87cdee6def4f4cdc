// Downhill in a course page: <script src=".../downhill-embed.js" defer></script> and <downhill-lab lesson="overfitting"></downhill-lab>.
// Attributes: lesson, view, lang, theme, hide, autorun, experiment (JSON), height (px; without it the lab says what suits it),
// title. They may change later: height, title and experiment in place, the others load the lab anew.
// The element has call(verb, ...args) → Promise, and events: downhill-ready, -state, -progress, -finished, -error (a sentence).
// A call waits until the lab answers, and loads it where it is out of sight; it rejects with a sentence when the lab is
// taken off the page or never answers. GONE, ANEW and SILENT are sentences of assets/strings/, by build_site.mjs.
(() => {
  if (customElements.get('downhill-lab')) return; // a page may load this twice
  const own = document.currentScript ?? document.querySelector('script[src*="downhill-embed"]'); // a module has no current script
  const base = new URL('./', own?.src ?? document.baseURI), answer_within_ms = 10000;
  const in_address = ['lesson', 'view', 'lang', 'theme', 'hide', 'autorun'];
  customElements.define('downhill-lab', class extends HTMLElement {
    static observedAttributes = [...in_address, 'experiment', 'height', 'title'];
    calls = new Map(); // by id, until they are answered

    connectedCallback() { if (!this.frame) this.open(); }
    disconnectedCallback() {
      this.close();
      this.reject(GONE);
    }
    attributeChangedCallback(name, old, value) {
      if (!this.frame || old === value) return;
      if (name === 'height') this.size();
      else if (name === 'title') this.frame.title = this.title || 'Downhill';
      else if (name === 'experiment') {
        if (!this.given) return; // it is still to come
        this.given = false;
        this.send();
      } else if (!this.renewing) {
        this.renewing = true; // several changes make one new lab
        queueMicrotask(() => {
          this.renewing = false;
          if (!this.frame) return;
          this.close();
          this.reject(ANEW, (call) => call.sent);
          this.open();
        });
      }
    }

    open() {
      const url = new URL('downhill.html', base); // a sandboxed frame may fetch nothing, so everything is in one file
      url.searchParams.set('embed', '1');
      for (const name of in_address) if (this.hasAttribute(name) && !(name === 'autorun' && this.hasAttribute('experiment'))) url.searchParams.set(name, this.getAttribute(name) || '1');
      const frame = this.frame = document.createElement('iframe');
      frame.src = url.href;
      frame.title = this.title || 'Downhill';
      frame.loading = this.calls.size ? 'eager' : 'lazy';
      frame.allow = 'clipboard-write';
      frame.setAttribute('sandbox', 'allow-scripts allow-downloads allow-popups');
      frame.style.cssText = 'border:0;width:100%;display:block';
      this.listens = this.given = false;
      this.suited = 640;
      this.size();
      this.heard = (event) => { if (event.source === frame.contentWindow && event.data?.downhill === 1) this.hear(event.data); };
      addEventListener('message', this.heard);
      // its scripts have run when it has loaded; what says nothing then is another page, or none
      frame.onload = () => { this.timer = setTimeout(() => { if (!this.listens) this.fail(SILENT); }, answer_within_ms); };
      this.append(frame);
    }
    close() {
      clearTimeout(this.timer);
      removeEventListener('message', this.heard);
      this.frame?.remove();
      this.frame = null;
    }
    size() { this.frame.style.height = `${Number(this.getAttribute('height')) || this.suited}px`; }

    hear({ event, detail, id, ok, error }) {
      if (event) {
        if (event === 'here') { // a document of the lab's, which has heard nothing yet
          this.reject(ANEW, (call) => call.sent);
          this.listens = true;
          this.given = this.silent = false;
          if (this.calls.size) this.send();
          return;
        }
        if (event === 'height') {
          this.suited = detail;
          this.size();
        }
        if (event === 'ready') this.send();
        this.dispatchEvent(new CustomEvent(`downhill-${event}`, { detail }));
      } else if (this.calls.has(id)) {
        const { resolve, reject } = this.calls.get(id);
        this.calls.delete(id);
        if (error === undefined) resolve(ok); else reject(new Error(error));
      }
    }
    call(verb, ...args) {
      if (!this.frame || this.silent) return Promise.reject(new Error(this.say(this.frame ? SILENT : GONE)));
      this.frame.loading = 'eager'; // who asks need not scroll to it first
      const answer = this.ask(verb, args);
      if (this.listens) this.send();
      return answer;
    }
    ask(verb, args) {
      return new Promise((resolve, reject) => { this.calls.set(Math.random().toString(36).slice(2), { verb, args, resolve, reject, sent: false }); });
    }
    /** Hands the frame what waits, after its experiment; it answers once it is ready. */
    send() {
      if (!this.given) this.give_experiment();
      for (const [id, call] of this.calls) {
        if (call.sent) continue;
        call.sent = true;
        try { this.frame.contentWindow.postMessage({ downhill: 1, id, verb: call.verb, args: call.args }, '*'); } catch (error) {
          this.calls.delete(id); // what can't be sent, as a function
          call.reject(error);
        }
      }
    }
    /** As the text that it is: what is wrong with it, the lab says. */
    give_experiment() {
      const { frame, calls } = this, before = [...calls];
      this.given = true;
      if (!this.hasAttribute('experiment')) return;
      calls.clear(); // it goes first
      this.ask('setState', [this.getAttribute('experiment')]).catch(({ message }) => { if (this.frame === frame && !this.silent) this.dispatchEvent(new CustomEvent('downhill-error', { detail: message })); });
      if (this.runs()) this.ask('start', []).catch(() => undefined); // in the address it would start what was there before
      for (const [id, call] of before) calls.set(id, call);
    }
    runs() { return this.hasAttribute('autorun') && this.getAttribute('autorun') !== '0'; }

    fail(words) {
      this.silent = true;
      this.reject(words);
      this.dispatchEvent(new CustomEvent('downhill-error', { detail: this.say(words) }));
    }
    reject(words, which = () => true) {
      for (const [id, call] of this.calls) {
        if (!which(call)) continue;
        this.calls.delete(id);
        call.reject(new Error(this.say(words)));
      }
    }
    /** As the lab chooses its language. */
    say(words) { return /^en\b/i.test(this.getAttribute('lang') || navigator.language) ? words.en : words.zh; }
  });
})();
