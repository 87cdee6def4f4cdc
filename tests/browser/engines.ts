// The three engines behind one small face: Chromium and Firefox by puppeteer, WebKitGTK by WebDriver. Firefox and WebKitGTK
// want a display (xvfb-run), since headless they have no WebGL2.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

export interface Tab {
  go(url: string): Promise<void>;
  reload(): Promise<void>;
  /** Runs the body of an async function in the page; `until(what)` waits there. */
  run(body: string): Promise<any>;
  /** Presses and lets go at a place of the page, with the engine's real pointer. */
  press(x: number, y: number): Promise<void>;
  /** One character. */
  key(key: string): Promise<void>;
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}
export interface Engine { name: string; installed: boolean; open(): Promise<Tab> }

const until = 'const until = async (what) => { for (let i = 0; i < 1200; ++i) { const v = await what(); if (v) return v; await new Promise((r) => setTimeout(r, 100)); } throw new Error("too long: " + what); };';
const soon = () => new Promise((resolve) => setTimeout(resolve, 120)); // a frame or two, in a slow machine

const by_puppeteer = (name: string, browser: 'chrome' | 'firefox', executablePath: string, args: string[], headless: boolean | 'shell' = browser === 'chrome'): Engine => ({
  name,
  installed: existsSync(executablePath),
  async open() {
    const instance = await puppeteer.launch({ browser, executablePath, headless, args, protocolTimeout: 240000 });
    const page = await instance.newPage();
    await page.setViewport({ width: 1280, height: 720 });
    return {
      go: async (url) => { await page.goto(url, { timeout: 60000 }); },
      reload: async () => { await page.reload({ timeout: 60000 }); },
      run: (body) => page.evaluate(`(async () => { ${until} ${body} })()`),
      async press(x, y) {
        await page.mouse.move(x, y);
        await soon();
        await page.mouse.down();
        await soon();
        await page.mouse.up();
        await soon();
      },
      key: async (key) => { await page.keyboard.press(key as ' '); await soon(); },
      picture: async () => Buffer.from(await page.screenshot()),
      close: () => instance.close(),
    };
  },
});

const mini_browser = readdirSync('/usr/lib').map((d) => `/usr/lib/${d}/webkit2gtk-4.1/MiniBrowser`).find(existsSync);
const webkit: Engine = {
  name: 'WebKitGTK',
  installed: mini_browser !== undefined && existsSync('/usr/bin/WebKitWebDriver'),
  async open() {
    const port = 10000 + Math.floor(Math.random() * 20000);
    const driver: ChildProcess = spawn('WebKitWebDriver', [`--port=${port}`], { stdio: 'ignore' });
    const ask = async (method: string, path: string, body?: object): Promise<any> => {
      for (let i = 0; ; ++i) {
        try {
          const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
          const { value } = await response.json() as { value: any };
          if (value?.error) throw Object.assign(new Error(`${value.error}: ${value.message}`), { told: true });
          return value;
        } catch (error) {
          if ((error as { told?: boolean }).told || i > 40) throw error;
          await new Promise((resolve) => setTimeout(resolve, 250)); // the driver is starting
        }
      }
    };
    const { sessionId } = await ask('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: mini_browser, args: ['--automation'] } } } });
    const session = `/session/${sessionId}`;
    await ask('POST', `${session}/timeouts`, { script: 180000, pageLoad: 60000 });
    await ask('POST', `${session}/window/rect`, { width: 1280, height: 800 });
    const act = (type: string, id: string, actions: object[]) => ask('POST', `${session}/actions`, { actions: [{ type, id, ...(type === 'pointer' ? { parameters: { pointerType: 'mouse' } } : {}), actions }] });
    return {
      go: (url) => ask('POST', `${session}/url`, { url }),
      reload: () => ask('POST', `${session}/refresh`, {}),
      async run(body) {
        const answer = await ask('POST', `${session}/execute/async`, { script: `const done = arguments[arguments.length - 1]; (async () => { ${until} ${body} })().then((ok) => done({ ok }), (e) => done({ error: String(e && e.message || e) }));`, args: [] });
        if (answer.error !== undefined) throw new Error(answer.error);
        return answer.ok;
      },
      async press(x, y) {
        await act('pointer', 'mouse', [{ type: 'pointerMove', x: Math.round(x), y: Math.round(y) }, { type: 'pause', duration: 120 }, { type: 'pointerDown', button: 0 }, { type: 'pause', duration: 120 }, { type: 'pointerUp', button: 0 }]);
        await soon();
      },
      async key(key) {
        await act('key', 'keyboard', [{ type: 'keyDown', value: key }, { type: 'keyUp', value: key }]);
        await soon();
      },
      picture: async () => Buffer.from(await ask('GET', `${session}/screenshot`), 'base64'),
      async close() { await ask('DELETE', session).catch(() => undefined); driver.kill(); },
    };
  },
};

/** An old Chromium in a folder of its own, as packed for servers: it brings its own drawing in software. */
export const old_chromium = (version: string, folder: string): Engine =>
  by_puppeteer(`Chromium ${version}`, 'chrome', `${folder}/chromium`, ['--no-sandbox', '--no-zygote', '--use-gl=swiftshader', '--ignore-gpu-blocklist'], 'shell');

export const engines: Engine[] = [
  by_puppeteer('Chromium', 'chrome', '/usr/bin/chromium', ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']),
  by_puppeteer('Firefox', 'firefox', '/usr/bin/firefox-esr', []),
  webkit,
];
