// Downhill in a course page: <script src=".../downhill-embed.js" defer></script> and <downhill-lab lesson="overfitting"></downhill-lab>.
// Attributes: lesson, view, lang, theme, hide, autorun, experiment (JSON), height (px; without it the lab says what suits it).
// The element has call(verb, ...args) → Promise, and events: downhill-ready, -state, -progress, -finished, -error.
(() => {
  const base = new URL('./', document.currentScript.src);
  customElements.define('downhill-lab', class extends HTMLElement {
    connectedCallback() {
      if (this.frame) return;
      const url = new URL('downhill.html', base); // a sandboxed frame may fetch nothing, so everything is in one file
      url.searchParams.set('embed', '1');
      for (const name of ['lesson', 'view', 'lang', 'theme', 'hide', 'autorun']) if (this.hasAttribute(name)) url.searchParams.set(name, this.getAttribute(name) || '1');
      const frame = this.frame = document.createElement('iframe');
      frame.src = url.href;
      frame.title = this.title || 'Downhill';
      frame.loading = 'lazy';
      frame.setAttribute('sandbox', 'allow-scripts allow-downloads allow-popups');
      frame.style.cssText = `border:0;width:100%;display:block;height:${Number(this.getAttribute('height')) || 640}px`;
      this.waiting = new Map();
      this.heard = (event) => {
        const m = event.data;
        if (event.source !== frame.contentWindow || !m || m.downhill !== 1) return;
        if (m.event) {
          if (m.event === 'height' && !this.hasAttribute('height')) frame.style.height = `${m.detail}px`;
          if (m.event === 'ready' && this.hasAttribute('experiment')) this.call('setState', JSON.parse(this.getAttribute('experiment')));
          this.dispatchEvent(new CustomEvent(`downhill-${m.event}`, { detail: m.detail }));
        } else if (this.waiting.has(m.id)) {
          const { resolve, reject } = this.waiting.get(m.id);
          this.waiting.delete(m.id);
          if ('error' in m) reject(new Error(m.error)); else resolve(m.ok);
        }
      };
      addEventListener('message', this.heard);
      this.append(frame);
    }
    disconnectedCallback() { removeEventListener('message', this.heard); this.frame?.remove(); this.frame = null; }
    call(verb, ...args) {
      return new Promise((resolve, reject) => {
        const id = Math.random().toString(36).slice(2);
        this.waiting.set(id, { resolve, reject });
        this.frame.contentWindow.postMessage({ downhill: 1, id, verb, args }, '*');
      });
    }
  });
})();
