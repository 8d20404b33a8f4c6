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

// A dialog takes the focus as soon as it has something to fill in, and never from a field in it.
new MutationObserver(() => {
  const dialog = document.querySelector(".rz-dialog:not([data-entered])");
  const first = dialog?.querySelector(".rz-dialog-content :is(input, select, textarea, button):not([disabled])");

  if (first) {
    dialog.dataset.entered = "";

    if (!dialog.contains(document.activeElement)) {
      Radzen.dialogInvokerElement ??= document.activeElement; // Gets the focus back when the dialog closes.
      first.focus();
    }
  }
}).observe(document.body, { childList: true, subtree: true });

// The operations of rows are markup: the list is told which one was clicked, and whose.
window.Blazor?.registerCustomEventType("rowaction", { createEventArgs: event => event.detail });

let opener = null;

document.addEventListener("click", event => {
  opener = event.target.closest?.("[popovertarget]") ?? opener;
  const button = event.target.closest?.("button[data-do]");

  // The second click of a double click would open the same dialog twice.
  if (button && event.detail < 2) {
    // All rows share one menu: what it still says of another row is not shown.
    document.getElementById(button.getAttribute("popovertarget"))?.setAttribute("data-waiting", "");
    button.dispatchEvent(new CustomEvent("rowaction", { bubbles: true, detail: { row: button.closest("tr").sectionRowIndex, operation: button.dataset.do } }));
  }
}, true);

// Menus open beside their button; the browser closes them by itself (Popover API).
document.addEventListener("beforetoggle", event => {
  const menu = event.target;

  if (event.newState !== "open" || !menu.matches?.(".menu[popover]")) {
    return;
  }

  const button = (opener?.getAttribute("popovertarget") === menu.id ? opener : document.querySelector(`[popovertarget="${menu.id}"]`))?.getBoundingClientRect();

  if (button) {
    const below = innerHeight - button.bottom > 280 || button.top < 280;
    menu.style.insetBlockStart = below ? `${button.bottom + 4}px` : "auto";
    menu.style.insetBlockEnd = below ? "auto" : `${innerHeight - button.top + 4}px`;
    // Towards the side where there is room: what is in it is not known yet.
    const width = document.documentElement.clientWidth;
    const toTheRight = button.left < width / 2;
    menu.style.insetInlineStart = toTheRight ? `${Math.max(8, button.left)}px` : "auto";
    menu.style.insetInlineEnd = toTheRight ? "auto" : `${Math.max(8, width - button.right)}px`;
  }
}, true);

// An open menu would stay where it is while the page moves on.
document.addEventListener("scroll", event => {
  for (const menu of document.querySelectorAll(".menu:popover-open")) {
    if (!menu.contains(event.target)) {
      menu.hidePopover();
    }
  }
}, { capture: true, passive: true });

document.addEventListener("click", event => {
  // A message leads to its field.
  const field = event.target.closest?.("[data-focus]")?.dataset.focus;

  if (field) {
    const target = document.getElementById(field);
    target?.focus();
    target?.scrollIntoView({ block: "center" });
  }

  if (event.target.closest?.("[data-print]")) {
    print();
  }
});

window.loyalty = {
  showMenu: id => document.getElementById(id)?.removeAttribute("data-waiting"),
  // Kept in this browser, or until this tab is closed (BrowserMemory).
  keep: (name, value) => localStorage.setItem(name, value),
  recall: name => localStorage.getItem(name),
  keepInTab: (name, value) => sessionStorage.setItem(name, value),
  recallInTab: name => sessionStorage.getItem(name),
};

// "/" leads to the search.
document.addEventListener("keydown", event => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest?.("input, textarea, select, [contenteditable]")) {
    const search = document.querySelector("[data-search]");

    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});
