// Starts GOV.UK Frontend (and MOJ Frontend where a page asks for it), and saves drafts while typing pauses.
// Every page works without this file.

const here = document.getElementById("evenhand");

async function startComponents() {
  const govuk = await import(here.dataset.govuk);
  // A character is what a person takes for one, an emoji too: so the server counts, and so does the counter.
  govuk.CharacterCount.prototype.count = (text) => [...text].length;
  govuk.initAll();
  if (!document.querySelector('[data-module^="moj-"]')) return;
  const moj = await import(here.dataset.moj);
  moj.initAll();
}

const PAUSE = 1500;
const RETRY = 10000;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", hour12: true, timeZone: "Europe/London" });

function now() {
  const text = clock.format(new Date()).replace(/\s/g, "").replace(/\./g, "").toLowerCase();
  return text.replace(/^0:/, "12:");
}

function typedOnly(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

// The words are shown at every save, but spoken only at the first one, at a failure, and at the save after a failure.
class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.draft;
    this.shown = document.getElementById("status-shown");
    this.spoken = document.getElementById("status");
    this.since = now();
    this.state = "new";
    this.kept = this.fingerprint();
    this.timer = null;
    this.saving = null;
    form.addEventListener("input", () => this.wait(PAUSE));
    form.addEventListener("change", () => this.wait(PAUSE));
    form.addEventListener("submit", () => { clearTimeout(this.timer); this.saving?.abort(); this.state = "sent"; });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.save(true); });
    window.addEventListener("online", () => this.save());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.state = "new"; });
  }

  fingerprint() {
    return new URLSearchParams(typedOnly(this.form)).toString();
  }

  wait(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  async save(leaving = false) {
    clearTimeout(this.timer);
    const print = this.fingerprint();
    if (this.state === "sent" || print === this.kept) return;
    if (this.saving) { if (!leaving) this.wait(PAUSE); return; }
    const abort = (this.saving = new AbortController());
    try {
      const answer = await fetch(this.url, {
        method: "POST", body: typedOnly(this.form), credentials: "same-origin", redirect: "error",
        keepalive: leaving && print.length < 60000, signal: abort.signal, headers: { "X-Requested-With": "fetch" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.kept = print;
      this.since = now();
      this.say(`Draft saved ${this.since}`, this.state !== "saved", false);
      this.state = "saved";
    } catch (problem) {
      if (this.state === "sent") return;
      this.say(`Not saved since ${this.since}`, this.state !== "failed", true);
      this.state = "failed";
      this.timer = setTimeout(() => this.save(), RETRY);
    } finally {
      this.saving = null;
    }
  }

  say(words, aloud, failed) {
    if (this.shown) {
      this.shown.textContent = words;
      this.shown.classList.toggle("evenhand-status__shown--failed", failed);
    }
    if (aloud && this.spoken) this.spoken.textContent = words;
  }
}

document.querySelectorAll("form[data-draft]").forEach((form) => new Draft(form));
startComponents();
