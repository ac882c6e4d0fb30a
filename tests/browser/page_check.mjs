// SPDX-License-Identifier: LGPL-2.1-or-later
// Looks at pages in headless Chromium: what axe-core finds, what does not fit, what cannot be read.
//
//   node page_check.mjs MODULES CHROMIUM PAGE...
//
// MODULES has axe-core and puppeteer-core (npm). Prints one line for each page and case, the complaints as JSON:
//   PAGE <tab> CASE <tab> ["..."]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, chromium, ...pages] = process.argv.slice(2);
const require = createRequire(pathToFileURL(resolve(modules) + '/'));
const puppeteer = require('puppeteer-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const looks = [];
for (const width of [1280, 420]) {
    for (const scheme of ['light', 'dark']) looks.push({ width, scheme });
}

// In the page: what axe does not look at, because it is drawn.
function drawnComplaints() {
    const complaints = [];
    const channel = (value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    };
    const luminance = (color) => {
        const [red, green, blue] = color.match(/[\d.]+/g).map(Number);
        return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
    };
    const contrast = (one, other) => {
        const [least, most] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (most + 0.05) / (least + 0.05);
    };
    const paper = getComputedStyle(document.body).backgroundColor;
    for (const svg of document.querySelectorAll('svg')) {
        const box = svg.viewBox.baseVal;
        const shapes = [...svg.querySelectorAll('rect, circle')];
        for (const text of svg.querySelectorAll('text')) {
            const at = text.getBBox();
            const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
            if (at.x < 0 || at.x + at.width > box.width || at.y + at.height > box.height)
                complaints.push(`beyond the drawing: ${text.textContent}`);
            let behind = paper;
            for (const shape of shapes) {
                const area = shape.getBBox();
                const inside = x >= area.x && x <= area.x + area.width && y >= area.y && y <= area.y + area.height;
                const before = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
                if (!inside || !before) continue;
                if (shape.tagName === 'rect' && (at.x < area.x || at.x + at.width > area.x + area.width))
                    complaints.push(`wider than its box: ${text.textContent}`);
                const fill = getComputedStyle(shape).fill;
                if (fill !== 'none') behind = fill;
            }
            for (const part of [text, ...text.querySelectorAll('tspan')]) {
                const own = [...part.childNodes].some((node) => node.nodeType === Node.TEXT_NODE);
                const ratio = own ? contrast(getComputedStyle(part).fill, behind) : 21;
                if (ratio < 4.5) complaints.push(`contrast ${ratio.toFixed(2)}: ${part.textContent}`);
            }
        }
    }
    return complaints;
}

const browser = await puppeteer.launch({ executablePath: chromium, headless: true, args: ['--no-sandbox'] });
for (const file of pages) {
    const found = { 'axe finds nothing': [], 'fits its window': [], 'what is drawn can be read': [],
                    'fetches nothing and nothing is refused': [], 'a keyboard reaches it': [], 'is whole on paper': [] };
    for (const { width, scheme } of looks) {
        const page = await browser.newPage();
        const here = `${width} ${scheme}: `;
        const url = pathToFileURL(resolve(file)).href;
        page.on('request', (request) => {
            if (request.url() !== url) found['fetches nothing and nothing is refused'].push(here + request.url());
        });
        page.on('console', (message) => found['fetches nothing and nothing is refused'].push(here + message.text()));
        await page.setViewport({ width, height: 900 });
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        await page.goto(url);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) found['fits its window'].push(`${here}it is ${wide} wide`);
        found['what is drawn can be read'].push(...(await page.evaluate(drawnComplaints)).map((text) => here + text));
        await page.keyboard.press('Tab');
        const first = await page.evaluate(() => {
            const { left, top } = document.activeElement.getBoundingClientRect();
            return { href: document.activeElement.getAttribute('href'), seen: left >= 0 && top >= 0 };
        });
        if (first.href !== '#main' || !first.seen)
            found['a keyboard reaches it'].push(`${here}the first stop is ${JSON.stringify(first)}`);
        await page.evaluate(axe);
        const result = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
        if (result.passes.length === 0) found['axe finds nothing'].push(`${here}it looked at nothing`);
        for (const one of result.violations) {
            found['axe finds nothing'].push(`${here}${one.id}: ${one.help}: ${one.nodes[0].html.slice(0, 200)}`);
        }
        await page.emulateMediaType('print');
        const hidden = await page.evaluate(() => {
            const cells = [...document.querySelectorAll('details td')];
            return cells.filter((cell) => cell.getBoundingClientRect().height === 0).length;
        });
        if (hidden > 0) found['is whole on paper'].push(`${here}${hidden} cells of what is folded are not there`);
        await page.close();
    }
    for (const [name, complaints] of Object.entries(found)) {
        console.log([basename(file, '.html'), name, JSON.stringify(complaints)].join('\t'));
    }
}
await browser.close();
