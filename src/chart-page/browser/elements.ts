import type { Shape } from '../drawing/shape.js';

const SVG = 'http://www.w3.org/2000/svg';

/** An element with texts and elements in it. SECURITY: whatever comes from outside is text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  look: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (look !== '') made.className = look;
  made.append(...children);
  return made;
}

/** A drawing as an image for all who do not see it, described in words. */
export function picture(shapes: readonly Shape[], width: number, height: number, words: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('width', String(width));
  svg.setAttribute('height', String(height));
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', words);
  svg.append(...shapes.map(shapeElement));
  return svg;
}

/** One shape as an element. */
export function shapeElement({ tag, look, at, path, text }: Shape): SVGElement {
  const made = document.createElementNS(SVG, tag);
  made.setAttribute('class', look);
  for (const [name, value] of Object.entries(at)) made.setAttribute(name, String(value));
  if (path !== undefined) made.setAttribute('d', path);
  if (text !== undefined) made.textContent = text;
  return made;
}
