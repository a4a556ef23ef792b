"use strict";
(() => {
  const all = (q, of = document) => [...of.querySelectorAll(q)];
  const bar = document.getElementById("filter");
  const reveal = () => {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    if (target.closest("[hidden]")) reset();
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
    if (target.tabIndex >= -1) target.focus({preventScroll: true});
  };
  const select = (code) => {
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  for (const button of all(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      select(code);
      try { await navigator.clipboard.writeText(code.textContent); button.textContent = "Copied"; }
      catch { button.textContent = document.execCommand("copy") ? "Copied" : "Selected: copy it"; }
    });
  }
  let shut = [];
  addEventListener("beforeprint", () => { shut = all("details:not([open], .certificate)"); for (const one of shut) one.open = true; });
  addEventListener("afterprint", () => { for (const one of shut) one.open = false; });
  let reset = () => {};
  if (bar) {
    bar.hidden = false;
    const cards = all(".cause").map(card => ({card, data: card.dataset, text: null}));
    const flows = all(".flow-card").map(flow => ({flow, own: flow.dataset.causes.split(" ").map(n => document.getElementById("f" + n))}));
    const buttons = all("button[data-severity]", bar), selects = all("select", bar), q = document.getElementById("q");
    const pressed = b => b.getAttribute("aria-pressed") === "true", press = (b, on) => b.setAttribute("aria-pressed", on);
    const lower = node => node.textContent.toLowerCase();
    const apply = () => {
      const on = new Set(buttons.filter(b => pressed(b)).map(b => b.dataset.severity));
      const want = Object.fromEntries(selects.map(s => [s.dataset.kind, s.value]));
      const text = q.value.trim().toLowerCase();
      let count = 0;
      for (const one of cards) {
        if (text && one.text === null) one.text = lower(one.card) + " " + one.data.packages.toLowerCase();
        const seen = on.has(one.data.severity) && (!want.rule || want.rule === one.data.rule) && (!want.package || one.data.packages.split("\n").includes(want.package)) && (!want.environment || one.data.environments.split("\n").includes(want.environment)) && (!text || one.text.includes(text));
        one.card.hidden = !seen;
        count += seen;
      }
      for (const {flow, own} of flows) flow.hidden = own.every(card => card.hidden);
      document.getElementById("count").textContent = `${count} of ${cards.length} causes`;
      const state = new URLSearchParams();
      if (on.size < buttons.length) state.set("severity", [...on].join(","));
      for (const [kind, value] of Object.entries(want)) if (value) state.set(kind, value);
      if (text) state.set("q", q.value);
      if (String(state) || location.hash.includes("=")) history.replaceState(null, "", "#" + state);
    };
    reset = () => { for (const b of buttons) press(b, true); for (const s of selects) s.value = ""; q.value = ""; apply(); };
    for (const b of buttons) b.addEventListener("click", () => { press(b, !pressed(b)); apply(); });
    for (const s of selects) s.addEventListener("change", apply);
    q.addEventListener("input", apply);
    document.getElementById("reset").addEventListener("click", reset);
    if (location.hash.includes("=")) {
      const state = new URLSearchParams(location.hash.slice(1));
      if (state.has("severity")) for (const b of buttons) press(b, state.get("severity").split(",").includes(b.dataset.severity));
      for (const s of selects) if (state.has(s.dataset.kind)) s.value = state.get(s.dataset.kind);
      q.value = state.get("q") || "";
      apply();
    }
  }
  addEventListener("hashchange", reveal);
  reveal();
})();
