// The reconnect dialog's buttons: retry on a lost connection, reload when the server no longer knows the circuit.
document.addEventListener("click", async event => {
  const action = event.target.closest?.("[data-reconnect]")?.dataset.reconnect;

  if (action === "reload" || (action === "retry" && !(await Blazor.reconnect()))) {
    location.reload();
  }
});
