// Repeated fetches for the console pages: each second, with growing pauses while the server is away.

import { setText } from "./dom.js";
import { text } from "./language.js";

// A page that stays open for weeks keeps no list of its requests.
performance.setResourceTimingBufferSize(0);

export function poll(address, take) {
  const state = document.getElementById("link-state");
  let pause = 1000;
  let latest = null;

  async function once() {
    if (document.hidden) return;
    try {
      const answer = await fetch(address, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      latest = await answer.json();
      pause = 1000;
      setText(state, "");
      take(latest);
    } catch {
      pause = Math.min(pause * 2, 8000);
      setText(state, text("unreachable"));
    }
  }

  async function forever() {
    for (;;) {
      await once();
      await new Promise((resume) => setTimeout(resume, pause));
    }
  }

  forever();
  return () => {
    if (latest) take(latest);
  };
}
