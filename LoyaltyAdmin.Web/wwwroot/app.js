// The reconnect dialog's buttons: retry on a lost connection, reload when the server no longer knows the circuit.
document.addEventListener("click", async event => {
  const action = event.target.closest?.("[data-reconnect]")?.dataset.reconnect;

  if (action === "reload" || (action === "retry" && !(await Blazor.reconnect()))) {
    location.reload();
  }
});

// Signing out is a POST with the page's token: take the form from the sign-out page and send it.
document.addEventListener("click", async event => {
  if (!event.target.closest?.("[data-sign-out]")) {
    return;
  }

  event.preventDefault();
  const page = await (await fetch("/sign-out", { redirect: "manual" })).text();
  const form = new DOMParser().parseFromString(page, "text/html").querySelector("form");

  if (!form) {
    location.href = "/sign-in";
    return;
  }

  const sent = document.importNode(form, true);
  sent.action = "/sign-out";
  sent.hidden = true;
  document.body.append(sent);
  sent.submit();
});

// The session ends after 30 idle minutes. Work inside an open page sends no requests, so say from time to time that somebody is there.
let lastSign = Date.now();

for (const activity of ["pointerdown", "keydown"]) {
  document.addEventListener(activity, () => {
    if (Date.now() - lastSign > 300_000 && document.querySelector(".shell")) {
      lastSign = Date.now();
      fetch("/session").catch(() => { });
    }
  }, { passive: true });
}

// A click elsewhere closes the user menu.
document.addEventListener("click", event => {
  for (const menu of document.querySelectorAll("details.user-menu[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});
