// The question whether photos may be taken. Nobody sees the photos of others before they have answered, nor after a no.

// Milliseconds until who said no is asked again.
const ASK_AGAIN = 30_000;

const byId = (id) => document.getElementById(id);

export class Consent {
  #until = 0; // who said no is not asked again before
  #changed;

  // `changed()` is called when somebody said no, or has thought better of it.
  constructor(changed) {
    this.#changed = changed;
    byId("consent").addEventListener("cancel", (event) => event.preventDefault());
    byId("agree").addEventListener("click", () => fetch("/api/agree", { method: "POST" }).catch(() => {}));
    byId("decline").addEventListener("click", () => this.#decline());
    byId("stage").addEventListener("click", () => this.reconsider());
  }

  get declined() {
    return this.#until > 0;
  }

  // Whether the booth waits for an answer.
  ask(missing) {
    const dialog = byId("consent");
    document.documentElement.toggleAttribute("data-asking", missing);
    if (!missing || performance.now() > this.#until) this.#until = 0;
    const wanted = missing && !this.declined;
    if (dialog.open === wanted) return;
    for (const id of ["viewer", "gallery"]) if (missing) byId(id).close();
    if (wanted) dialog.showModal();
    else dialog.close();
  }

  #decline() {
    this.#until = performance.now() + ASK_AGAIN;
    byId("consent").close();
    this.#changed();
  }

  reconsider() {
    if (!this.declined) return;
    this.#until = 0;
    this.#changed();
  }
}
