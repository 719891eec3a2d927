// Shows one mail at a time and looks for changed files twice a second. What is chosen stands behind the # of
// the address, so that it outlives a reload.
"use strict";
const id = (name) => document.getElementById(name);
const chosen = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
let types = [];
let changes = null;

const get = async (path) => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
};

const current = () =>
  types.find((row) => row.template_type === chosen.template_type && row.channel === chosen.channel) ?? types[0];

function fill(select, values, value, shown = (name) => name) {
  select.replaceChildren(...values.map((one) => new Option(shown(one), one, false, one === value)));
  return values.includes(value) ? value : values[0];
}

function list() {
  const rows = { email: [], sms: [] };
  for (const row of types) {
    const button = document.createElement("button");
    button.textContent = row.template_type + (row.template_source === "overlay" ? " ●" : "");
    button.title = `rendered from: ${row.template_source}`;
    if (row === current()) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => {
      chosen.template_type = row.template_type;
      chosen.channel = row.channel;
      show();
    });
    rows[row.channel].push(button);
  }
  const heading = (text) => Object.assign(document.createElement("h2"), { textContent: text });
  id("types").replaceChildren(heading("Mails"), ...rows.email, heading("Text messages"), ...rows.sms);
}

async function show() {
  const row = current();
  Object.assign(chosen, { template_type: row.template_type, channel: row.channel });
  chosen.locale = fill(id("locale"), row.locales, chosen.locale ?? "en");
  chosen.sample = fill(id("sample"), row.samples, chosen.sample ?? "", (name) => name || "first");
  list();
  const wanted = { template_type: row.template_type, channel: row.channel, locale: chosen.locale, sample: chosen.sample };
  if (chosen.dark) wanted.dark = "1";
  history.replaceState(null, "", "#" + new URLSearchParams(chosen));
  const query = new URLSearchParams(wanted);
  const frame = id("mail");
  frame.hidden = row.channel === "sms";
  frame.style.width = chosen.width ? `${chosen.width}px` : "100%";
  if (!frame.hidden) frame.src = "/mail?" + query;
  try {
    const parts = await get("/parts?" + query);
    const sms = parts.sms && `${parts.sms.length} ${parts.sms.gsm ? "GSM characters" : "UTF-16 units"}, sent as ${parts.sms.messages}`;
    const lines = [
      ["Subject", parts.subject], ["Length", sms], ["Language", `${parts.locale} (${parts.locale_reason})`],
      ["Template", parts.template_source + (parts.fallback ? `, since ${parts.fallback}` : "")],
    ];
    const pairs = lines.filter(([, value]) => value).flatMap(([name, value]) => [
      Object.assign(document.createElement("dt"), { textContent: name }),
      Object.assign(document.createElement("dd"), { textContent: value }),
    ]);
    id("head").replaceChildren(...pairs);
    id("text").textContent = parts.text;
  } catch (error) {
    id("head").replaceChildren();
    id("text").textContent = error.message;
  }
}

async function load() {
  const answer = await get("/list");
  types = answer.templates;
  await show();
  const problems = await get("/problems");
  const lines = problems.map((one) => `${[one.file, one.line, one.column].filter(Boolean).join(":")}: ${one.message}`);
  if (answer.refused_at) lines.unshift("These files do not pass; what you see is how they were when they did:");
  id("told").textContent = lines.join("\n");
}

async function watch() {
  try {
    const now = await get("/changes");
    id("told").hidden = false;
    if (changes !== null && now !== changes) await load();
    changes = now;
  } catch {
    id("told").textContent = "The preview has ended.";
  }
  setTimeout(watch, 500);
}

for (const name of ["locale", "sample", "width", "dark"]) {
  if (name in chosen && (name === "width" || name === "dark")) id(name).value = chosen[name];
  id(name).addEventListener("change", () => { chosen[name] = id(name).value; show(); });
}
chosen.width ??= id("width").value;
load().then(watch);
