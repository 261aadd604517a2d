// What is wrong with the page that is open: a list of sentences, empty where nothing is.
() => {
  const problems = [];
  const say = (what, element) =>
    problems.push(what + ": " + (element.outerHTML || String(element)).replace(/base64,[^"]*/g, "…").slice(0, 160));
  const article = document.querySelector("article, .bd-article, main") || document.body;
  const shown = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;

  // Mathematics
  for (const error of document.querySelectorAll("mjx-merror, [data-mjx-error]")) say("mathematics with an error", error);
  for (const red of document.querySelectorAll("mjx-container [style*='color: red']")) say("unknown command in mathematics", red);
  for (const math of article.querySelectorAll(".math, .mathjax_process")) {
    if (!math.querySelector("mjx-container")) say("mathematics not typeset", math);
  }
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim() || node.parentElement.closest("script, style, noscript, mjx-container, .headerlink")) continue;
    if (!node.parentElement.closest("pre, code, textarea") && /\$\$|\\\(|\\\[|\\begin\{/.test(node.data)) {
      say("literal mathematics", node.data.trim());
    }
    texts.push(node.parentElement);
  }

  // Pictures
  for (const image of document.images) {
    const alt = image.getAttribute("alt");
    if (alt === null || (image.closest("article, .bd-article") && alt.trim().split(/\s+/).length < 3)) {
      say("picture without alternative text", image);
    }
    if (image.complete && image.naturalWidth === 0) say("picture that does not load", image);
  }

  // Solutions and proofs start closed; nothing asks for a kernel that is not there.
  for (const solution of document.querySelectorAll(".solution.dropdown")) {
    if (!solution.classList.contains("toggle-hidden")) say("solution that starts open", solution);
  }
  for (const solution of document.querySelectorAll(".solution:not(.dropdown)")) say("solution that cannot be closed", solution);
  for (const details of document.querySelectorAll("details.sd-dropdown[open]")) say("dropdown that starts open", details);
  for (const widget of document.querySelectorAll('script[type*="jupyter.widget-view"]')) say("control that needs a kernel", widget);

  // Controls have names.
  for (const control of article.querySelectorAll("button, input, select, a[href]")) {
    const name = control.getAttribute("aria-label") || control.textContent.trim() || control.title;
    const labelled = control.labels && control.labels.length;
    if (!name && !labelled && !control.querySelector("img[alt]")) say("control without a name", control);
  }

  // Nothing scrolls sideways but boxes made for it.
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth + 1) say("page that scrolls sideways by " + (page.scrollWidth - page.clientWidth), "");

  // Contrast of text with the nearest opaque ground: WCAG 2, AA.
  const parse = (color) => {
    const found = color.match(/[\d.]+/g).map(Number);
    return color.startsWith("color(srgb") ? [...found.slice(0, 3).map((c) => 255 * c), found[3] ?? 1] : [...found.slice(0, 3), found[3] ?? 1];
  };
  const over = (top, ground) => [0, 1, 2].map((i) => top[3] * top[i] + (1 - top[3]) * ground[i]).concat(1);
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const layers = [];
    for (let box = element; box; box = box.parentElement) {
      const color = parse(getComputedStyle(box).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  for (const element of new Set(texts)) {
    if (!shown(element)) continue;
    const style = getComputedStyle(element);
    const below = ground(element);
    const [a, b] = [luminance(over(parse(style.color), below)), luminance(below)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) say("text with contrast " + ratio.toFixed(1), element);
  }
  return problems;
}
