"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const STEP = 50;
  const FIELDS = ["severity", "task", "code", "package", "python", "state", "q", "f"];
  const chosen = Object.fromEntries(FIELDS.map((name) => [name, ""]));
  let shown = [];
  let drawn = 0;

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // The theme: as the system has it, until somebody asks for the other one.
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const theme = byId("theme");
  const name = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; name(); });
  name();

  // The address holds the filters, so that what is seen can be sent.
  const read = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const field of FIELDS) chosen[field] = given.get(field) || "";
  };
  const write = () => {
    const said = new URLSearchParams(FIELDS.filter((field) => chosen[field]).map((field) => [field, chosen[field]]));
    history.replaceState(null, "", "#" + said);
  };
  const choose = (changes) => {
    Object.assign(chosen, { f: "" }, changes);
    write();
    apply();
  };

  const values = {
    severity: (finding) => [finding.severity],
    task: (finding) => finding.tasks,
    code: (finding) => finding.codes,
    package: (finding) => (finding.package ? [finding.package] : []),
    python: (finding) => finding.pythons,
  };
  const text = (finding) => {
    if (finding.text === undefined) {
      finding.text = [finding.message, finding.hint, finding.place, finding.package, ...finding.codes].join("\n").toLowerCase();
    }
    return finding.text;
  };
  const fits = (finding, except) => {
    if (chosen.f) return finding.id === chosen.f;
    if (except !== "state" && (chosen.state || "open") !== "all" && (finding.suppressed !== null) !== (chosen.state === "suppressed")) return false;
    for (const field in values) {
      if (field === except || !chosen[field]) continue;
      const own = values[field](finding);
      // A finding that names no Python is one on each of them.
      if (!own.includes(chosen[field]) && !(field === "python" && own.length === 0)) return false;
    }
    return chosen.q.toLowerCase().split(/\s+/).every((word) => text(finding).includes(word));
  };

  const options = (field) => {
    const counts = new Map();
    for (const finding of data.findings) {
      if (fits(finding, field)) for (const value of values[field](finding)) counts.set(value, (counts.get(value) || 0) + 1);
    }
    if (chosen[field] && !counts.has(chosen[field])) counts.set(chosen[field], 0);
    const select = byId("by-" + field);
    const order = field === "severity" ? ["error", "warning", "info"] : null;
    const names = [...counts.keys()].sort((a, b) => (order ? order.indexOf(a) - order.indexOf(b) : a.localeCompare(b, undefined, { numeric: true })));
    select.replaceChildren(new Option("all", ""), ...names.map((value) => new Option(`${value} (${counts.get(value).toLocaleString("en")})`, value)));
    select.value = chosen[field];
  };

  const snippet = (finding) => {
    const pre = make("pre");
    pre.tabIndex = 0;
    pre.setAttribute("aria-label", "source");
    for (const [number, ...parts] of finding.source) {
      const line = make("span", parts.length > 1 ? "at" : "");
      line.append(make("span", "no", String(number).padStart(5) + " │ "), parts[0]);
      if (parts.length > 1) line.append(make("mark", "", parts[1]), parts[2]);
      pre.append(line, "\n");
    }
    return pre;
  };

  const link = (label, href, title) => {
    const anchor = make("a", "", label);
    anchor.href = href;
    if (title) anchor.title = title;
    return anchor;
  };

  const draw = (finding) => {
    const card = make("article", "finding " + finding.severity);
    card.tabIndex = -1;
    const top = make("div", "top");
    top.append(make("span", "badge " + finding.severity, finding.severity));
    finding.codes.forEach((code, number) => {
      const at = make("span", "code");
      at.append(number === 0 && finding.url ? link(code, finding.url) : code);
      top.append(at);
    });
    if (finding.place) top.append(make("span", "code", finding.place));
    if (finding.package) top.append(make("span", "tag", finding.package));
    if (finding.pythons.length) top.append(make("span", "tag", "on " + finding.pythons.join(", ")));
    if (finding.fix) top.append(make("span", "tag", "fix: " + finding.fix));
    if (finding.suppressed !== null) top.append(make("span", "tag", "suppressed: " + finding.suppressed));
    if (finding.id) top.append(link("link", "#" + new URLSearchParams({ f: finding.id }), "a link to this finding"));
    const title = make("h3", "message", finding.message);
    card.append(top, title);
    if (finding.source.length) card.append(snippet(finding));
    card.append(make("p", "hint", "hint: " + finding.hint));
    return card;
  };

  const list = byId("list");
  const more = byId("more");
  const drawMore = () => {
    const next = shown.slice(drawn, drawn + STEP);
    list.append(...next.map(draw));
    drawn += next.length;
    more.hidden = drawn >= shown.length;
    more.textContent = `Show more (${(shown.length - drawn).toLocaleString("en")} left)`;
  };

  const apply = () => {
    for (const field in values) options(field);
    byId("by-state").value = chosen.state;
    if (byId("q").value !== chosen.q) byId("q").value = chosen.q;
    shown = data.findings.filter((finding) => fits(finding));
    list.replaceChildren();
    drawn = 0;
    drawMore();
    const total = data.findings.length;
    byId("count").textContent = total === 0 ? "No findings."
      : `${shown.length.toLocaleString("en")} of ${total.toLocaleString("en")} findings` + (chosen.f ? " (the one that the link names)" : "");
    for (const button of document.querySelectorAll("[data-task]")) {
      const same = chosen.task === button.dataset.task && (button.dataset.python === undefined || chosen.python === button.dataset.python);
      button.setAttribute("aria-pressed", String(same && chosen.task !== ""));
    }
  };

  for (const field of [...Object.keys(values), "state"]) {
    byId("by-" + field).addEventListener("change", (event) => choose({ [field]: event.target.value }));
  }
  let waiting;
  byId("q").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => choose({ q: event.target.value }), 120);
  });
  byId("reset").addEventListener("click", () => choose(Object.fromEntries(FIELDS.map((field) => [field, ""]))));
  more.addEventListener("click", () => {
    const first = drawn;
    drawMore();
    if (list.children[first]) list.children[first].focus();
  });
  new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting) && !more.hidden) drawMore(); }, { rootMargin: "600px" }).observe(more);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-task]");
    if (!button) return;
    const again = button.getAttribute("aria-pressed") === "true";
    choose({ task: again ? "" : button.dataset.task, python: again ? "" : button.dataset.python || "" });
    byId("findings").scrollIntoView();
  });
  document.addEventListener("keydown", (event) => {
    const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target === byId("q")) { event.target.blur(); return; }
    if (typing) return;
    if (event.key === "/") { event.preventDefault(); byId("q").focus(); }
    if (event.key === "j" || event.key === "k") {
      const cards = [...list.children];
      const at = cards.indexOf(document.activeElement.closest(".finding"));
      const next = cards[Math.min(cards.length - 1, Math.max(0, event.key === "j" ? at + 1 : at - 1))];
      if (next) next.focus();
    }
  });
  addEventListener("hashchange", () => { read(); apply(); });
  byId("filters").hidden = data.findings.length === 0;
  read();
  apply();
  root.dataset.ready = "true";
})();
