// Run in a page whose frames are mails: what is wider than its window, and which text is hard to read, as the
// browser itself has it. Writes what it saw into #told.
"use strict";
const luminance = ([r, g, b]) => {
  const linear = (part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
};
const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
const contrast = (one, two) => {
  const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

// The first ground that is not see-through, of the element or what is around it.
const ground = (element, view) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = numbers(view.getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};

const measure = (frame, wrong) => {
  const page = frame.contentDocument;
  const view = frame.contentWindow;
  const name = frame.dataset.name;
  frame.height = page.documentElement.scrollHeight;
  if (page.documentElement.scrollWidth > frame.clientWidth) {
    wrong.push(`${name} is ${page.documentElement.scrollWidth} px wide`);
  }
  let texts = 0;
  let least = 21;
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ opacityProperty: true })) continue;
    const ratio = contrast(numbers(view.getComputedStyle(element).color), ground(element, view));
    texts += 1;
    least = Math.min(least, ratio);
    if (ratio < 4.5) wrong.push(`${name}: "${node.data.trim().slice(0, 30)}" has a contrast of ${ratio.toFixed(1)}`);
  }
  if (texts < 3) wrong.push(`${name} shows nothing`);
  return { texts, least };
};

addEventListener("load", () => {
  const wrong = [];
  const seen = [...document.querySelectorAll("iframe")].map((frame) => measure(frame, wrong));
  const texts = seen.reduce((sum, one) => sum + one.texts, 0);
  const least = Math.min(...seen.map((one) => one.least));
  const height = Math.max(...[...document.querySelectorAll("iframe")].map((frame) => Number(frame.height)));
  const measured = `measured ${texts} texts, least contrast ${least.toFixed(1)}, height ${height}`;
  document.getElementById("told").textContent = wrong.length ? `${wrong.join("; ")}; height ${height}` : measured;
});
